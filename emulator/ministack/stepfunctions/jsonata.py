"""JSONata: what expressions see, what a state assigns, and how it chooses."""

import json
from typing import Any

from ministack.services import stepfunctions

from emulator.clock import Clock
from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.execution_run import SERVICE, ExecutionError
from emulator.ministack.stepfunctions.walk import Context

TIMEOUT_MILLISECONDS = 10_000
"""AWS gives an expression a second; a busy machine needs longer for the same work."""

State = dict[str, Any]
_INTERNAL = ("QueryLanguage", "variables")


def replacements(_: Clock) -> list[Replacement]:
    choices = Choices(stepfunctions._execute_choice)
    return [
        Replacement(SERVICE, "_evaluate_jsonata", "d970811e01da", evaluate),
        Replacement(SERVICE, "_apply_state_assign", "f9cc15f006a0", assign),
        Replacement(SERVICE, "_execute_choice", "468955fcd4a4", choices.execute),
    ]


def evaluate(
    expression: str, data: Any, context: Context | None = None, result: Any = None, error_output: Any = None
) -> Any:
    """Evaluate an expression and return plain JSON values. Raises States.QueryEvaluationError.

    `$states.context` holds the context object and nothing of the emulator's; `$states.result` and
    `$states.errorOutput` exist only where a state has one.
    """
    context = context or {}
    states = {"input": data, "context": {name: context[name] for name in context if name not in _INTERNAL}}
    if result is not None:
        states["result"] = result
    if error_output is not None:
        states["errorOutput"] = error_output
    bindings = {name: _bound(value) for name, value in context.get("variables", {}).items()}
    bindings["states"] = states
    value = _evaluated(expression, bindings)
    if value is None and not stepfunctions._jsonata_result_defined(expression, bindings):
        raise _failure(f"The JSONata expression '{expression}' returned nothing (undefined).")
    try:
        return json.loads(json.dumps(value))
    except (TypeError, ValueError) as error:
        raise _failure(f"The JSONata expression '{expression}' returned what JSON cannot hold: {error}") from error


def _evaluated(expression: str, bindings: dict[str, Any]) -> Any:
    try:
        compiled = stepfunctions.jsonata.Jsonata.jsonata(expression, timeout=TIMEOUT_MILLISECONDS)
        stepfunctions._register_sfn_jsonata_functions(compiled)
        return compiled.evaluate(None, bindings)
    except ExecutionError:
        raise
    except Exception as error:  # whatever the library raises is a failed evaluation
        code = getattr(error, "error", None)
        raise _failure(f"{code}: {error}" if isinstance(code, str) else str(error)) from error


def _bound(value: Any) -> Any:
    """The library takes None for undefined."""
    return stepfunctions.jsonata.utils.Utils.NULL_VALUE if value is None else value


def _failure(cause: str) -> Exception:
    return ExecutionError("States.QueryEvaluationError", cause)


def assign(state: State, data: Any, context: Context, result: Any = None, error_output: Any = None) -> None:
    """Assign variables. All expressions see the variables as they were before."""
    if context is None or stepfunctions._state_query_language(state, context) != "JSONata":
        return
    values = stepfunctions._apply_jsonata_template(state.get("Assign", {}), data, context, result, error_output)
    context["variables"].update(values)


class Choices:
    """Choice states; those in JSONPath stay the emulator's own business."""

    def __init__(self, execute_jsonpath: Any) -> None:
        self._execute_jsonpath = execute_jsonpath

    def execute(self, state: State, data: Any, context: Context) -> tuple[Any, str]:
        """Choose: the Output and Assign of the rule that holds count, or for the default those of the state."""
        if stepfunctions._state_query_language(state, context) != "JSONata":
            output, following = self._execute_jsonpath(state, data, context)
            return output, following
        for rule in state["Choices"]:
            if _holds(rule, data, context):
                return _taken(rule, rule["Next"], data, context)
        if "Default" not in state:
            raise ExecutionError("States.NoChoiceMatched", "No choice rule matched, and there is no Default.")
        return _taken(state, state["Default"], data, context)


def _holds(rule: State, data: Any, context: Context) -> bool:
    # A rule has no query language of its own, and inherits the state's, which is JSONata here.
    held: bool = stepfunctions._jsonata_state_field(rule, "Condition", "boolean", data, context)
    return held


def _taken(choice: State, following: str, data: Any, context: Context) -> tuple[Any, str]:
    output = stepfunctions._apply_jsonata_output(choice, data, context, default=data)
    assign({**choice, "QueryLanguage": "JSONata"}, data, context)
    return output, following
