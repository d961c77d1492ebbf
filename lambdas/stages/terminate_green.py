"""TerminateGreen: remove green and its saved configuration, unless green serves users."""

from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.clone import remove_green
from lambdas.deployment import Deployment
from lambdas.handler import Event, stage
from lambdas.settling import require_settled_run
from lambdas.visit import Visit


def terminate_green(deployment: Deployment, visit: Visit, beanstalk: Beanstalk) -> Deployment:
    """Return the same deployment. Raises UnexpectedEnvironmentError when green is live or not this tool's clone."""
    require_settled_run(visit)
    remove_green(deployment, visit, beanstalk)
    return deployment


@stage(timeout="terminate_green", needs_lock=True)
def handler(deployment: Deployment, visit: Visit, _event: Event) -> Deployment:
    return terminate_green(deployment, visit, connect_beanstalk())
