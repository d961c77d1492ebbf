"""Tags in the parameters of a call, and the rules for them."""

from collections.abc import Iterable, Mapping

from emulator.beanstalk.errors import InvalidParameterValueError, TooManyTagsError
from emulator.beanstalk.model import Tags

MAXIMUM_TAGS = 47
"""AWS allows 50 tags. Three of an environment's are the service's own."""
SERVICE_KEYS = ("Name", "elasticbeanstalk:environment-id", "elasticbeanstalk:environment-name")
"""The service sets these tags on environments."""

_RESERVED_PREFIXES = ("aws:", "elasticbeanstalk:")


def read(given: Iterable[Mapping[str, str]]) -> Tags:
    """Return the tags of a call's parameters. Raises InvalidParameterValueError and TooManyTagsError."""
    tags = {tag.get("Key", ""): tag.get("Value", "") for tag in given}
    for key in tags:
        if key in SERVICE_KEYS or key.lower().startswith(_RESERVED_PREFIXES):
            raise InvalidParameterValueError(f"The tag key '{key}' is reserved for AWS. Leave it out.")
    check_number(tags)
    return tags


def check_number(tags: Tags) -> None:
    """Raise TooManyTagsError when a resource would have too many tags."""
    if len(tags) > MAXIMUM_TAGS:
        raise TooManyTagsError(f"There may be at most {MAXIMUM_TAGS} tags, and there would be {len(tags)}.")
