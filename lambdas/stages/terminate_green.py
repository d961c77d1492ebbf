"""TerminateGreen: remove green and its saved configuration, unless green serves users."""

from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.clone import remove_green
from lambdas.deployment import Deployment
from lambdas.handler import Event, stage
from lambdas.settling import require_settled_run
from lambdas.visit import Visit
from lambdas.waiter import look_for_all


def terminate_green(
    deployment: Deployment, visit: Visit, beanstalk: Beanstalk, by_look: Beanstalk | None = None
) -> Deployment:
    """Return the same deployment. Raises UnexpectedEnvironmentError when green is live or not this tool's clone."""
    require_settled_run(visit)
    remove_green(deployment, visit, beanstalk, by_look)
    return deployment


@stage(timeout="terminate_green", needs_lock=True)
def handler(deployment: Deployment, visit: Visit, _event: Event) -> Deployment:
    _, by_look = look_for_all(visit, fresh=30, of_run=True)
    return terminate_green(deployment, visit, connect_beanstalk(), by_look)
