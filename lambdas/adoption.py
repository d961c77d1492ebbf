"""A green that this tool did not make, and that a release has taken over because it serves users.

The record remembers it, so it is left as it is while it serves. It gets the tags of a clone once users have left it:
the stack's roles may terminate only environments with those tags.
"""

from collections.abc import Mapping

from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.environment import Environment
from lambdas.aws.record import Record
from lambdas.deployment import BLUE_TAG, PRODUCTION_CNAME_TAG, Deployment
from lambdas.errors import EnvironmentNotReadyError
from lambdas.handler import logger
from lambdas.pair import require_own_clone


def is_adopted(
    green: Environment | None, tags: Mapping[str, str], record: Record | None, production: str, *, asked: bool
) -> bool:
    """Return whether green is taken over by this release, or was by one before. `asked`: the input asks for it."""
    if green is None or BLUE_TAG in tags:
        return False
    remembered = record is not None and record.adopted == green.id
    return remembered or (asked and bool(production) and green.cname == production)


def tags_of_adopted(blue: str, production: str) -> dict[str, str]:
    """Return the tags that count for an adopted green."""
    return {BLUE_TAG: blue, PRODUCTION_CNAME_TAG: production}


def require_adopted(green: Environment, deployment: Deployment, beanstalk: Beanstalk) -> None:
    """Require that an adopted green has the tags of a clone, and start to add them. Call it once users have left green.

    Raises EnvironmentNotReadyError until they show, and UnexpectedEnvironmentError for a clone of another blue.
    """
    tags = beanstalk.tags(green)
    if BLUE_TAG in tags:
        require_own_clone(green, deployment, beanstalk)
        return
    if green.ready:
        beanstalk.tag(green, deployment.tags)
        logger.info("tagged the green that was taken over", green=str(green))
    raise EnvironmentNotReadyError(
        expected=f"{green.name}, which was taken over, to have the tags of a clone",
        found=str(green),
        next_step="They are being added; the stage looks again, and terminates it then.",
    )
