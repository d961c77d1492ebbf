"""The filters of the lists of platforms.

Sources: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_PlatformFilter.html and API_SearchFilter.html
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from emulator.beanstalk.errors import InvalidParameterValueError

Values = tuple[str, ...]


def _first(compare: Callable[[str, str], bool]) -> Callable[[str, Values], bool]:
    """Return a comparison with any one of the filter's values."""
    return lambda held, wanted: any(compare(held, one) for one in wanted)


_COMPARISONS: Mapping[str, Callable[[str, Values], bool]] = {
    "=": _first(operator.eq),
    "<": _first(lambda held, wanted: _ordered(held) < _ordered(wanted)),
    "<=": _first(lambda held, wanted: _ordered(held) <= _ordered(wanted)),
    ">": _first(lambda held, wanted: _ordered(held) > _ordered(wanted)),
    ">=": _first(lambda held, wanted: _ordered(held) >= _ordered(wanted)),
    "contains": _first(operator.contains),
    "begins_with": _first(str.startswith),
    "ends_with": _first(str.endswith),
    "in": lambda held, wanted: held in wanted,
}
_NEGATIONS = {"!=": "=", "not_in": "in"}
_EQUAL = ("=", "!=")
_TEXT = (*_EQUAL, "begins_with", "ends_with", "contains", "in", "not_in")
_VERSION_OPERATORS = (*_EQUAL, "<", "<=", ">", ">=", "contains", "begins_with", "ends_with")

VERSION_TYPES: Mapping[str, str] = {
    "PlatformName": "PlatformName",
    "PlatformVersion": "PlatformVersion",
    "PlatformStatus": "PlatformStatus",
    "PlatformBranchName": "PlatformBranchName",
    "PlatformLifecycleState": "PlatformLifecycleState",
    "PlatformOwner": "PlatformOwner",
    "SupportedTier": "SupportedTierList",
    "SupportedAddon": "SupportedAddonList",
    "ProgrammingLanguageName": "ProgrammingLanguages",
    "OperatingSystemName": "OperatingSystemName",
}
"""The member of a platform's description, by the type of the filter."""
BRANCH_ATTRIBUTES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "BranchName": ("BranchName", _TEXT),
    "LifecycleState": ("LifecycleState", (*_EQUAL, "in", "not_in")),
    "PlatformName": ("PlatformName", _TEXT),
    "TierType": ("SupportedTierList", _EQUAL),
}
"""The member of a branch's summary and the operators, by the attribute of the filter."""


def passing_versions(found: list[dict[str, Any]], filters: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the platform versions that pass every filter. Raises InvalidParameterValueError."""
    for condition in filters:
        kind, compared = condition.get("Type", ""), condition.get("Operator", "=")
        _require(kind, VERSION_TYPES, "type")
        _require(compared, _VERSION_OPERATORS, "operator")
        member, wanted = VERSION_TYPES[kind], tuple(condition.get("Values", []))
        owned = tuple("AWSElasticBeanstalk" if one == "aws" else one for one in wanted)
        found = [each for each in found if _passes(_held(each[member]), compared, owned)]
    return found


def passing_branches(found: list[dict[str, Any]], filters: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the platform branches that pass every filter. Raises InvalidParameterValueError.

    The case of a life cycle state does not matter: AWS documents `supported`, and answers `Supported`.
    """
    for condition in filters:
        attribute, compared = condition.get("Attribute", ""), condition.get("Operator", "=")
        _require(attribute, BRANCH_ATTRIBUTES, "attribute")
        member, operators = BRANCH_ATTRIBUTES[attribute]
        _require(compared, operators, "operator")
        wanted = tuple(condition.get("Values", []))
        if attribute == "LifecycleState":
            wanted = tuple(one.capitalize() for one in wanted)
        found = [each for each in found if _passes(_held(each[member]), compared, wanted)]
    return found


def _passes(held: Values, compared: str, wanted: Values) -> bool:
    """Return whether a value passes; of several values one must pass, and none may for a negation."""
    if compared in _NEGATIONS:
        return not _passes(held, _NEGATIONS[compared], wanted)
    return any(_COMPARISONS[compared](one, wanted) for one in held)


def _held(value: Any) -> Values:
    if isinstance(value, list):
        return tuple(one["Name"] if isinstance(one, dict) else one for one in value)
    return (str(value or ""),)


def _ordered(text: str) -> tuple[tuple[int, int | str], ...]:
    """Return a key that orders versions by their numbers."""
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in text.split("."))


def _require(given: str, known: Iterable[str], what: str) -> None:
    if given not in known:
        raise InvalidParameterValueError(
            f"Invalid filter {what} '{given}'. The {what} of a filter must be one of: {', '.join(known)}."
        )
