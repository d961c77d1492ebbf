"""TerminateGreen: remove the clone and its saved configuration, after checking once more who serves users."""

from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.clone import remove_green
from lambdas.deployment import Deployment, Visit
from lambdas.handler import Event, stage


def terminate_green(deployment: Deployment, beanstalk: Beanstalk) -> Deployment:
    """The same deployment. Raises UnexpectedEnvironmentError rather than touch what is live or not ours."""
    remove_green(deployment, beanstalk)
    return deployment


@stage(timeout="terminate_green", needs_lock=True)
def handler(deployment: Deployment, _visit: Visit, _event: Event) -> Deployment:
    return terminate_green(deployment, connect_beanstalk())
