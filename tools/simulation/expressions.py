"""The JSONata expressions of a definition, by the same library as the emulator's."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from jsonata.jsonata import Jsonata

from tools.simulation.attempts import StateError

PLAIN_PATH = re.compile(r"\$states((?:\.[A-Za-z_]+)+)")
"""A path of names. Without lists on the way, its value is what stands there; the library is not needed."""

NOTHING = ["there is nothing at this path"]
MANY_VALUES = 20_000
_VALUES: dict[tuple[str, str], str] = {}
"""Values of expressions by the expression and what it goes by. The library takes a hundred times as long."""

States = Mapping[str, Any]
"""The value of `$states`: input, context, and result or errorOutput."""


def evaluated(template: Any, states: States, now: float) -> Any:
    """Return a template with the values of its expressions. Raises StateError States.QueryEvaluationError.

    `now`: in epoch seconds.
    """
    if isinstance(template, dict):
        return {name: evaluated(each, states, now) for name, each in template.items()}
    if isinstance(template, list):
        return [evaluated(each, states, now) for each in template]
    if isinstance(template, str) and template.startswith("{%"):
        return _value(template[2:-2].strip(), states, now)
    return template


def _value(expression: str, states: States, now: float) -> Any:
    path = PLAIN_PATH.fullmatch(expression)
    if path:
        found: Any = states
        for name in path[1].split(".")[1:]:
            found = found.get(name) if isinstance(found, dict) else None
        if found is not None and not isinstance(found, list):
            return found
    return _remembered(expression, states, now)


def _remembered(expression: str, states: States, now: float) -> Any:
    """Return the value of an expression that goes by nothing but paths: it is the same for the same values there."""
    paths = _paths(expression)
    if paths is None:
        return library_value(expression, states, now)
    values = json.dumps([_found(path, states) for path in paths])
    key = expression, values
    if key not in _VALUES:
        if len(_VALUES) > MANY_VALUES:
            _VALUES.clear()
        _VALUES[key] = json.dumps(library_value(expression, states, now))
    return json.loads(_VALUES[key])


@cache
def _paths(expression: str) -> tuple[tuple[str, ...], ...] | None:
    """Return the paths that an expression goes by; None when it goes by more: the time, or `$states` as a whole."""
    rest = PLAIN_PATH.sub("", expression)
    if "$now" in rest or "$states" in rest or "$random" in rest or "$millis" in rest:
        return None
    return tuple(tuple(found.split(".")[1:]) for found in PLAIN_PATH.findall(expression))


def _found(path: tuple[str, ...], states: States) -> Any:
    """Return what stands at the longest part of a path that leads through objects: all that an evaluation can see."""
    found: Any = states
    for name in path:
        if not isinstance(found, dict):
            return found
        if name not in found:
            return NOTHING
        found = found[name]
    return found


def library_value(expression: str, states: States, now: float) -> Any:
    """Return the value of an expression. Raises StateError when it has none, or cannot be evaluated."""
    compiled = _compiled(expression)
    compiled.register_lambda("now", lambda: shown(now))
    try:
        value = compiled.evaluate(None, {"states": states})
    except Exception as error:  # every exception of the library is a failed evaluation
        raise StateError("States.QueryEvaluationError", f"{expression}: {error}") from error
    if value is None and not _compiled(f"$exists(({expression}))").evaluate(None, {"states": states}):
        raise StateError("States.QueryEvaluationError", f"{expression} returned nothing (undefined).")
    return json.loads(json.dumps(value))


def shown(epoch: float) -> str:
    """Return an epoch second as Step Functions writes times."""
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@cache
def _compiled(expression: str) -> Any:
    return Jsonata(expression)
