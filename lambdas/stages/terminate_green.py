"""TerminateGreen: remove green and its saved configuration, unless green serves users."""

from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.clone import remove_green
from lambdas.deployment import Deployment, Visit
from lambdas.handler import Event, stage


def terminate_green(deployment: Deployment, beanstalk: Beanstalk) -> Deployment:
    """Return the same deployment. Raises UnexpectedEnvironmentError when green is live or not this tool's clone."""
    remove_green(deployment, beanstalk)
    return deployment


@stage(timeout="terminate_green", needs_lock=True)
def handler(deployment: Deployment, _visit: Visit, _event: Event) -> Deployment:
    return terminate_green(deployment, connect_beanstalk())
