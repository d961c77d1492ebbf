"""The input of a fleet: validated against `fleet.schema.json`, and completed with its defaults."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from lambdas.errors import InvalidRequestError
from lambdas.request import completed, refuse_invalid, schema_problems, validator, with_integers

FLEET_SCHEMA: Final[dict[str, Any]] = json.loads(Path(__file__).with_name("fleet.schema.json").read_text())
EXPECTED: Final = "the input of a fleet as docs/fleet.md describes it"
NOT_COMMON: Final = ("application", "blue", "dry_run", "green", "notify", "production_cname")
"""Keys of a release that not all releases of a fleet may have in common."""
NOT_SINGLE: Final = ("dry_run", "notify")
"""Keys that a release of a fleet may not have: the fleet decides."""


def completed_fleet(request: object) -> dict[str, Any]:
    """Return the input with every default. Raises InvalidRequestError, which names all problems at once."""
    problems = [*schema_problems(request, FLEET_SCHEMA, "input"), *_problems_of_keys(request)]
    refuse_invalid(problems, expected=EXPECTED)
    complete: dict[str, Any] = validator(json.dumps(FLEET_SCHEMA))({**with_integers(request)})
    return complete


def require_valid_releases(common: Mapping[str, Any], releases: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return each release with every default. Raises InvalidRequestError, which names all problems at once."""
    problems, complete = [], []
    for number, each in enumerate(releases):
        try:
            complete.append(completed({**common, **each}))
        except InvalidRequestError as error:
            of = f" ({each['blue']})" if isinstance(each.get("blue"), str) else ""
            problems.append(f"release {number + 1}{of[:50]!s}: {error.found}")
    refuse_invalid(problems, expected=EXPECTED)
    return complete


def _problems_of_keys(request: object) -> list[str]:
    """Return what the schema cannot tell: which keys exclude or need each other."""
    if not isinstance(request, Mapping):
        return []
    problems = []
    if ("releases" in request) == ("environments" in request):
        problems.append("input must have one of `releases` and `environments`")
    common = request.get("release")
    if isinstance(common, Mapping):
        problems += [f"input.release.{key} cannot be in common" for key in NOT_COMMON if key in common]
    releases = request.get("releases")
    for number, each in enumerate(releases if isinstance(releases, list) else []):
        if isinstance(each, Mapping):
            problems += [f"input.releases[{number}].{key} is the fleet's" for key in NOT_SINGLE if key in each]
    return problems
