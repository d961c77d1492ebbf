"""The execution input: validated against `request.schema.json`, and completed with its defaults."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import fastjsonschema

from lambdas.addresses import blocked_address
from lambdas.errors import InvalidRequestError
from lambdas.history_limit import require_short_history
from lambdas.hooks import MAX_DETAILS_LENGTH, Gate

SCHEMA: dict[str, Any] = json.loads(Path(__file__).with_name("request.schema.json").read_text())
SCHEMA["properties"]["health_checks"]["items"] = SCHEMA["properties"]["health_check"]  # a part is validated alone
NAME_LENGTH = 40  # Elastic Beanstalk's limit for the name of an environment
GREEN_SUFFIX = "-green"
MAX_TEST_SECONDS = 720  # the longest of one test; Lambda ends a function after 900
MAX_HOOK_SECONDS = 7200  # of all hooks of a release; the history of an execution is limited
MAX_PROBLEMS = 30  # a message beyond Step Functions' 256 KB would end the execution without a cause


def completed(request: object) -> dict[str, Any]:
    """Return the request with every default. Raises InvalidRequestError, which names all problems at once."""
    problems = [*schema_problems(request, SCHEMA, "input"), *_problems_of_tests(request)]
    refuse_invalid(problems, expected="an execution input as docs/execution-input.md describes it")
    nested: dict[str, Any] = {
        "health_check": {},
        "hooks": {},
        "timeouts": {},
    }  # defaults inside an object need the object
    complete: dict[str, Any] = validator(json.dumps(SCHEMA))(nested | with_integers(request))
    complete.setdefault("green", green_name(complete["blue"]))
    _require_time(complete)
    _require_hook_limits(complete["hooks"])
    complete["bake_seconds"] = max(complete.get("bake_seconds", 0), complete["drain_seconds"])
    require_short_history(complete)
    return complete


def refuse_invalid(problems: Sequence[str], *, expected: str) -> None:
    """Raise InvalidRequestError when there are problems."""
    if problems:
        raise InvalidRequestError(
            expected=expected,
            found=listed_problems(problems),
            next_step="Correct the input and start a new execution; nothing was touched.",
        )


def listed_problems(problems: Sequence[str]) -> str:
    """Return the problems as text, at most MAX_PROBLEMS."""
    left_out = [f"and {len(problems) - MAX_PROBLEMS} more"] if len(problems) > MAX_PROBLEMS else []
    return "; ".join([*problems[:MAX_PROBLEMS], *left_out])


def green_name(blue: str) -> str:
    """Return blue's name with the suffix. Only blue's part is cut, so the two names always differ."""
    return blue[: NAME_LENGTH - len(GREEN_SUFFIX)].rstrip("-") + GREEN_SUFFIX


def with_integers(request: object) -> dict[str, Any]:
    """Return a copy with 3 for 3.0. JSON Schema takes both for an integer."""
    whole: dict[str, Any] = json.loads(json.dumps(request), parse_float=lambda text: int(float(text)))
    return whole


def schema_problems(value: object, schema: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield all problems. The validator stops at the first one, so it gets each key of an object alone."""
    keys = schema.get("properties")
    if not keys or not isinstance(value, Mapping):
        yield from _finding(value, schema, path)
        return
    for key in _required(value, schema):
        if key not in value:
            yield f"{path}.{key} is missing"
    for key, item in value.items():
        if key in keys:
            yield from schema_problems(item, keys[key], f"{path}.{key}")
        else:
            yield f"{path}.{json.dumps(key)[1:-1][:100]} is not a known key"


def _required(value: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """Return the keys that the object must have. `version` is required unless the mode has a default for it."""
    has_default_version = value.get("mode") in ("cutover", "rollback")
    return [*schema.get("required", []), *(["version"] if schema is SCHEMA and not has_default_version else [])]


def _finding(value: object, schema: Mapping[str, Any], path: str) -> Iterator[str]:
    try:
        validator(json.dumps({"properties": {"value": schema}}))({"value": value})
    except fastjsonschema.JsonSchemaValueException as error:
        rule = error.message.removeprefix("data.value")
        yield f"{path}{rule}, not {_shown(value)}"
    except RecursionError:
        yield f"{path} is too deep"


@cache
def validator(schema: str) -> Callable[[object], Any]:
    """Return what validates a document against a schema, given as JSON, and fills in its defaults.

    Powertools' `validate` uses the same library, but compiles the schema in every call: 20 ms for all of it.
    """
    validator: Callable[[object], Any] = fastjsonschema.compile(json.loads(schema))
    return validator


def _problems_of_tests(request: object) -> Iterator[str]:
    """Yield what no pattern of the schema can tell: a URL that spells a blocked address, https without a host."""
    if not isinstance(request, Mapping):
        return
    several = request.get("health_checks")
    tests = {
        f"health_checks[{number}]": test for number, test in enumerate(several if isinstance(several, list) else [])
    }
    for path, test in {"health_check": request.get("health_check"), **tests}.items():
        url = test.get("url") if isinstance(test, Mapping) else None
        if isinstance(url, str) and (address := blocked_address(_host(url))):
            yield f"input.{path}.url must not lead to {address}, not {_shown(url)}"
        if isinstance(test, Mapping) and test.get("scheme") == "https" and "host" not in test:
            yield f"input.{path}.host is missing: https needs the name in the certificate"
        if isinstance(test, Mapping) and "url" in test and "host" in test:
            yield f"input.{path}.host is for `path`, not for `url`"


def _require_time(complete: Mapping[str, Any]) -> None:
    """Raise InvalidRequestError when the tests may take longer than the function that makes them."""
    seconds = sum(
        test["attempts"] * (test["timeout_seconds"] + test["interval_seconds"])
        for test in complete["health_checks"] or [complete["health_check"]]
    )
    if seconds > MAX_TEST_SECONDS:
        raise InvalidRequestError(
            expected=f"all tests together to take at most {MAX_TEST_SECONDS} seconds",
            found=f"attempts x (timeout_seconds + interval_seconds) = {seconds}",
            next_step="Lower one of the three and start a new execution; nothing was touched.",
        )


def _require_hook_limits(hooks: Mapping[str, Any]) -> None:
    """Raise InvalidRequestError when all hooks together may take too long, or their details are too long."""
    number = sum(len(hooks[gate]) for gate in Gate)
    if len(json.dumps(hooks["details"])) > MAX_DETAILS_LENGTH:
        raise InvalidRequestError(
            expected=f"hooks.details of at most {MAX_DETAILS_LENGTH} characters",
            found=f"{len(json.dumps(hooks['details']))} characters in hooks.details",
            next_step="Let the hook read them elsewhere, and start a new execution; nothing was touched.",
        )
    if number * hooks["timeout_seconds"] > MAX_HOOK_SECONDS:
        raise InvalidRequestError(
            expected=f"all hooks together to take at most {MAX_HOOK_SECONDS} seconds",
            found=f"{number} hooks of `timeout_seconds` {hooks['timeout_seconds']}",
            next_step="Lower `timeout_seconds` or the number of hooks, and start a new execution; nothing was touched.",
        )


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # brackets that hold no address
        return ""


def _shown(value: object) -> str:
    """Return the first 100 characters of a value, in printable ASCII."""
    try:
        return json.dumps(value, default=str)[:100]
    except ValueError:  # Python writes no integer of more than 4,300 digits
        return "a number with too many digits"
