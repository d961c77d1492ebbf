"""JSONata: the variables of expressions, Assign, and Choice states."""

import json
from typing import Any

from ministack.services import stepfunctions

from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.encoding import format_time
from emulator.ministack.stepfunctions.execution_run import current_run
from emulator.ministack.stepfunctions.internals import MODULE, ExecutionError
from emulator.ministack.stepfunctions.walk import Context

TIMEOUT_MILLISECONDS = 10_000
"""AWS gives an expression one second. A busy machine needs longer for the same work."""

State = dict[str, Any]
_MINISTACK_FIELDS = ("QueryLanguage", "variables")


def replacements() -> list[Replacement]:
    choices = ChoiceStates(stepfunctions._execute_choice)
    return [
        Replacement(MODULE, "_evaluate_jsonata", "d970811e01da", evaluate),
        Replacement(MODULE, "_apply_state_assign", "f9cc15f006a0", assign),
        Replacement(MODULE, "_execute_choice", "468955fcd4a4", choices.execute),
    ]


def evaluate(
    expression: str, data: Any, context: Context | None = None, result: Any = None, error_output: Any = None
) -> Any:
    """Return the value of an expression as JSON. Raises States.QueryEvaluationError.

    `$states.context` is the context object without MiniStack's own fields. `$states.result` and
    `$states.errorOutput` exist only when they are given.
    """
    context = context or {}
    states = {"input": data, "context": {name: context[name] for name in context if name not in _MINISTACK_FIELDS}}
    if result is not None:
        states["result"] = result
    if error_output is not None:
        states["errorOutput"] = error_output
    bindings = {name: _binding(value) for name, value in context.get("variables", {}).items()}
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
        if run := current_run.get():
            compiled.register_lambda("now", lambda: format_time(run.clock.time()))
        return compiled.evaluate(None, bindings)
    except ExecutionError:
        raise
    except Exception as error:  # every exception of the library is a failed evaluation
        code = getattr(error, "error", None)
        raise _failure(f"{code}: {error}" if isinstance(code, str) else str(error)) from error


def _binding(value: Any) -> Any:
    """Return a value for the library, which treats None as undefined."""
    return stepfunctions.jsonata.utils.Utils.NULL_VALUE if value is None else value


def _failure(cause: str) -> Any:
    return ExecutionError("States.QueryEvaluationError", cause)


def assign(state: State, data: Any, context: Context, result: Any = None, error_output: Any = None) -> None:
    """Assign variables. All expressions use the values from before."""
    if context is None or stepfunctions._state_query_language(state, context) != "JSONata":
        return
    values = stepfunctions._apply_jsonata_template(state.get("Assign", {}), data, context, result, error_output)
    context["variables"].update(values)


class ChoiceStates:
    """Executes Choice states in JSONata. MiniStack executes those in JSONPath."""

    def __init__(self, execute_jsonpath: Any) -> None:
        self._execute_jsonpath = execute_jsonpath

    def execute(self, state: State, data: Any, context: Context) -> tuple[Any, str]:
        """Return the output and the next state. Output and Assign are the chosen rule's; for Default, the state's."""
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
    # A rule has no QueryLanguage field: it inherits the state's, which is JSONata.
    held: bool = stepfunctions._jsonata_state_field(rule, "Condition", "boolean", data, context)
    return held


def _taken(choice: State, following: str, data: Any, context: Context) -> tuple[Any, str]:
    output = stepfunctions._apply_jsonata_output(choice, data, context, default=data)
    assign({**choice, "QueryLanguage": "JSONata"}, data, context)
    return output, following
