"""The JSONata expressions of a definition, by the same library as the emulator's."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonata.jsonata import Jsonata

from tools.simulation.attempts import StateError

PLAIN_PATH = re.compile(r"\$states((?:\.[A-Za-z_]+)+)")
"""A path of names. Without lists on the way, its value is what stands there; the library is not needed."""

States = Mapping[str, Any]
"""The value of `$states`: input, context, and result or errorOutput."""


def evaluated(template: Any, states: States, now: str) -> Any:
    """Return a template with the values of its expressions. Raises StateError States.QueryEvaluationError."""
    if isinstance(template, dict):
        return {name: evaluated(each, states, now) for name, each in template.items()}
    if isinstance(template, list):
        return [evaluated(each, states, now) for each in template]
    if isinstance(template, str) and template.startswith("{%"):
        return _value(template[2:-2].strip(), states, now)
    return template


def _value(expression: str, states: States, now: str) -> Any:
    path = PLAIN_PATH.fullmatch(expression)
    if path:
        found: Any = states
        for name in path[1].split(".")[1:]:
            found = found.get(name) if isinstance(found, dict) else None
        if found is not None and not isinstance(found, list):
            return found
    return library_value(expression, states, now)


def library_value(expression: str, states: States, now: str) -> Any:
    """Return the value of an expression. Raises StateError when it has none, or cannot be evaluated."""
    compiled = _compiled(expression)
    compiled.register_lambda("now", lambda: now)
    try:
        value = compiled.evaluate(None, {"states": states})
    except Exception as error:  # every exception of the library is a failed evaluation
        raise StateError("States.QueryEvaluationError", f"{expression}: {error}") from error
    if value is None and not _compiled(f"$exists(({expression}))").evaluate(None, {"states": states}):
        raise StateError("States.QueryEvaluationError", f"{expression} returned nothing (undefined).")
    return json.loads(json.dumps(value))


@cache
def _compiled(expression: str) -> Any:
    return Jsonata(expression)
