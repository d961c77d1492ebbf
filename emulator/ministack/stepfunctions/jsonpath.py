"""JSONPath: a path that does not exist in the input fails the execution with States.Runtime. MiniStack returns null."""

import json
from collections.abc import Callable
from typing import Any

from ministack.services import stepfunctions

from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.internals import MODULE, ExecutionError

_CONTAINERS: dict[str, Any] = {"field": dict, "index": list}


def replacements() -> list[Replacement]:
    paths = JsonPaths(stepfunctions._resolve_path, stepfunctions._evaluate_rule)
    return [
        Replacement(MODULE, "_resolve_path", "4ca0c5fe9f70", paths.resolve),
        Replacement(MODULE, "_evaluate_rule", "728e6547c8ca", paths.evaluate_rule),
    ]


class JsonPaths:
    """Resolves paths, and evaluates the rules of Choice states."""

    def __init__(self, resolve: Callable[[str, Any], Any], evaluate_rule: Callable[..., bool]) -> None:
        self._original_resolve = resolve
        self._original_evaluate_rule = evaluate_rule

    def resolve(self, path: str, data: Any) -> Any:
        """Return the value at a path. Raises States.Runtime when the path does not exist."""
        value = self._original_resolve(path, data)
        if value is None and not _exists(path, data):
            raise ExecutionError(
                "States.Runtime", f"The JSONPath '{path}' could not be found in the input '{json.dumps(data)}'"
            )
        return value

    def evaluate_rule(self, rule: dict[str, Any], data: Any, context: dict[str, Any] | None = None) -> bool:
        """Evaluate a rule of a Choice state. Only IsPresent may use a path that does not exist."""
        if "IsPresent" not in rule:
            return self._original_evaluate_rule(rule, data, context)
        try:
            stepfunctions._resolve_path_or_ctx(rule["Variable"], data, context)
        except ExecutionError:
            return not rule["IsPresent"]
        return bool(rule["IsPresent"])


def _exists(path: str, data: Any) -> bool:
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
