"""Green as a clone of this tool's own making: how it is told from others, and how it goes."""

from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.environment import Environment
from lambdas.deployment import Deployment
from lambdas.errors import EnvironmentNotReadyError, UnexpectedEnvironmentError
from lambdas.handler import logger
from lambdas.pair import Pair, require_not_live

DESCRIPTION_PREFIX = "made by beanstalk-bluegreen for "
"""What the description of a saved configuration begins with, if this tool made it."""


def require_own_clone(green: Environment, deployment: Deployment, beanstalk: Beanstalk) -> None:
    """Raises UnexpectedEnvironmentError for an environment that is not this tool's clone of blue."""
    tags = beanstalk.tags(green)
    if green.id == deployment.blue_id or not deployment.tags.items() <= tags.items():
        raise UnexpectedEnvironmentError(
            expected=f"{green.name} to be a clone of {deployment.blue} that this tool made ({deployment.tags})",
            found=f"an environment with the tags {tags}",
            next_step="It was left alone. Start a new execution with another name for `green`, or remove it by hand.",
        )


def remove_green(deployment: Deployment, beanstalk: Beanstalk) -> None:
    """Terminate green, unless it is gone or going, and delete its saved configuration.

    Raises UnexpectedEnvironmentError rather than touch what is live or not ours, EnvironmentNotReadyError while an
    operation on green is in progress.
    """
    green = beanstalk.environment(deployment.green_id) if deployment.green_id else None
    if green is None or green.gone:
        logger.info("green is gone or going", green=str(green))
    else:
        require_own_clone(green, deployment, beanstalk)
        pair = Pair.look(deployment, beanstalk)  # last, so that nothing lies between this look and the act
        require_not_live(pair, pair.green, "it is terminated")
        if not pair.green.ready:
            raise EnvironmentNotReadyError(
                expected=f"{green.name} to be Ready", found=str(pair.green), next_step="Wait for its operation to end."
            )
        beanstalk.terminate(pair.green)
        logger.info("terminating", green=str(green))
    remove_configuration(deployment, beanstalk)


def remove_configuration(deployment: Deployment, beanstalk: Beanstalk) -> None:
    """Delete green's saved configuration. One of that name which this tool did not make is left alone."""
    description = beanstalk.configuration_description(deployment.application, deployment.config_template)
    if description is not None and description.startswith(DESCRIPTION_PREFIX):
        beanstalk.delete_configuration(deployment.application, deployment.config_template)
