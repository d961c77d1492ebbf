"""Which CNAME users know. It is never guessed: a tag of green tells it, or the record, the input, or blue's events."""

from collections.abc import Mapping
from typing import Any

from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.environment import Environment
from lambdas.aws.record import Record
from lambdas.deployment import BLUE_TAG, PRODUCTION_CNAME_TAG, Role

UNKNOWN = ""


def production_cname(
    request: Mapping[str, Any],
    record: Record | None,
    standing: Mapping[Role, Environment],
    green_tags: Mapping[str, str],
    beanstalk: Beanstalk,
) -> str:
    """Return the production CNAME; UNKNOWN when nothing tells it.

    The record is compared with what is found here (check_record), so blue's CNAME is enough beside a record.
    """
    blue, green = standing.get("blue"), standing.get("green")
    given = _as_shown(request.get("production_cname", UNKNOWN), blue, green)
    if green and green_tags.get(BLUE_TAG) == request["blue"]:
        return green_tags.get(PRODUCTION_CNAME_TAG, given)
    if given or blue is None:
        return given
    if green:
        return record.production_cname if record else UNKNOWN
    return blue.cname if record or _keeps_cname(blue, beanstalk) else UNKNOWN


def same_cname(one: str, other: str) -> bool:
    """Return whether DNS takes both for one name."""
    return one.rstrip(".").lower() == other.rstrip(".").lower()


def neighbours(environment: Environment, beanstalk: Beanstalk) -> list[Environment]:
    """Return the other environments of its application that have a CNAME."""
    found = beanstalk.environments_in(environment.application)
    return [each for each in found if each.cname and not each.gone and each.id != environment.id]


def _as_shown(given: str, *environments: Environment | None) -> str:
    """Return the CNAME as Elastic Beanstalk writes it, if one of the environments holds it."""
    held = [each.cname for each in environments if each and same_cname(each.cname, given)]
    return held[0] if given and held else given


def _keeps_cname(blue: Environment, beanstalk: Beanstalk) -> bool:
    """Return whether users can know no other CNAME than blue's: no swap can have given it to another environment."""
    return not neighbours(blue, beanstalk) or beanstalk.events_since_creation(blue).never_swapped
