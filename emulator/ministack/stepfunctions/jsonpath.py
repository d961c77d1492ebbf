"""JSONPath: a path that leads nowhere fails the execution with States.Runtime; the emulator takes it for null."""

import json
from collections.abc import Callable
from typing import Any

from ministack.services import stepfunctions

from emulator.clock import Clock
from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.execution_run import SERVICE, ExecutionError

_CONTAINERS: dict[str, Any] = {"field": dict, "index": list}


def replacements(_: Clock) -> list[Replacement]:
    paths = Paths(stepfunctions._resolve_path, stepfunctions._evaluate_rule)
    return [
        Replacement(SERVICE, "_resolve_path", "4ca0c5fe9f70", paths.resolve),
        Replacement(SERVICE, "_evaluate_rule", "728e6547c8ca", paths.evaluate_rule),
    ]


class Paths:
    """The emulator's JSONPath, and its rules of Choice states."""

    def __init__(self, resolve: Callable[[str, Any], Any], evaluate_rule: Callable[..., bool]) -> None:
        self._resolve = resolve
        self._evaluate_rule = evaluate_rule

    def resolve(self, path: str, data: Any) -> Any:
        """Return what the path leads to. Raises States.Runtime."""
        value = self._resolve(path, data)
        if value is None and not _leads_somewhere(path, data):
            raise ExecutionError(
                "States.Runtime", f"The JSONPath '{path}' could not be found in the input '{json.dumps(data)}'"
            )
        return value

    def evaluate_rule(self, rule: dict[str, Any], data: Any, context: dict[str, Any] | None = None) -> bool:
        """Evaluate a rule of a Choice state; IsPresent is the one that may ask for what is not there."""
        if "IsPresent" not in rule:
            return self._evaluate_rule(rule, data, context)
        try:
            stepfunctions._resolve_path_or_ctx(rule["Variable"], data, context)
        except ExecutionError:
            return not rule["IsPresent"]
        return bool(rule["IsPresent"])


def _leads_somewhere(path: str, data: Any) -> bool:
    if not path or not path.startswith("$"):
        return True
    here: Any = data
    for kind, value in stepfunctions._parse_jsonpath_tokens(path) or ():
        if not isinstance(here, _CONTAINERS[kind]):
            return False
        try:
            here = here[value]
        except LookupError:
            return False
    return True
