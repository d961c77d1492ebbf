"""JSONata: the variables of expressions, the fields that hold expressions, and what the history says of failures.

Source of the events: https://github.com/localstack/localstack/tree/main/tests/aws/services/stepfunctions/v2, recorded
on AWS.
"""

import json
from collections.abc import Callable
from typing import Any

from ministack.services import stepfunctions

from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.encoding import format_time
from emulator.ministack.stepfunctions.execution_run import current_run
from emulator.ministack.stepfunctions.internals import MODULE, ExecutionError
from emulator.ministack.stepfunctions.walk import OWN_FIELDS, Context

TIMEOUT_MILLISECONDS = 10_000
"""AWS gives an expression one second. A busy machine needs longer for the same work."""

State = dict[str, Any]


def replacements() -> list[Replacement]:
    seconds = WaitField("Seconds", stepfunctions._jsonata_wait_seconds)
    timestamp = WaitField("Timestamp", stepfunctions._jsonata_wait_timestamp)
    return [
        Replacement(MODULE, "_evaluate_jsonata", "d970811e01da", evaluate),
        Replacement(MODULE, "_apply_jsonata_template", "bf9bcac24ddc", evaluate_template),
        Replacement(MODULE, "_apply_jsonata_arguments", "c74f8b18dccd", arguments_of),
        Replacement(MODULE, "_apply_jsonata_output", "687e63886e94", output_of),
        Replacement(MODULE, "_apply_state_assign", "f9cc15f006a0", assign),
        Replacement(MODULE, "_jsonata_state_field", "9bf62b72170e", typed_field),
        Replacement(MODULE, "_jsonata_wait_seconds", "d0b026993907", seconds.evaluate),
        Replacement(MODULE, "_jsonata_wait_timestamp", "2e780917b75b", timestamp.evaluate),
    ]


def evaluate(  # noqa: PLR0917 - MiniStack's signature
    expression: str,
    data: Any,
    context: Context | None = None,
    result: Any = None,
    error_output: Any = None,
    location: str = "",
) -> Any:
    """Return the value of an expression as JSON. Raises States.QueryEvaluationError, which the history then has.

    `$states.context` is the context object without MiniStack's own fields. `$states.result` and
    `$states.errorOutput` exist only when they are given. `location`: the field, such as Output/version.
    """
    context = context or {}
    states = {"input": data, "context": {name: context[name] for name in context if name not in OWN_FIELDS}}
    if result is not None:
        states["result"] = result
    if error_output is not None:
        states["errorOutput"] = error_output
    bindings = {name: _binding(value) for name, value in context.get("variables", {}).items()}
    bindings["states"] = states
    about = f"The JSONata expression '{expression}' specified for the field '{location}'"
    value = _evaluated(expression, bindings, context, location, about)
    if value is None and not stepfunctions._jsonata_result_defined(expression, bindings):
        raise failure(f"{about} returned nothing (undefined).", context, location)
    try:
        return json.loads(json.dumps(value))
    except (TypeError, ValueError) as error:
        raise failure(f"{about} returned an unsupported result type.", context, location) from error


def _evaluated(expression: str, bindings: dict[str, Any], context: Context, location: str, about: str) -> Any:
    try:
        compiled = stepfunctions.jsonata.Jsonata.jsonata(expression, timeout=TIMEOUT_MILLISECONDS)
        stepfunctions._register_sfn_jsonata_functions(compiled)
        if run := current_run.get():
            compiled.register_lambda("now", lambda: format_time(run.clock.time()))
        return compiled.evaluate(None, bindings)
    except ExecutionError as error:
        raise failure(error.cause, context, location) from error
    except Exception as error:  # every exception of the library is a failed evaluation
        code = getattr(error, "error", None)
        problem = f"{code}: {error}" if isinstance(code, str) else str(error)
        raise failure(f"{about} threw an error during evaluation. {problem}", context, location) from error


def _binding(value: Any) -> Any:
    """Return a value for the library, which treats None as undefined."""
    return stepfunctions.jsonata.utils.Utils.NULL_VALUE if value is None else value


def failure(reason: str, context: Context, location: str, previous: int | None = None) -> Any:
    """Return States.QueryEvaluationError, with an EvaluationFailed event in the history.

    The event follows the one before the state's entry, unless `previous` says otherwise.
    """
    run, entered = current_run.get(), context.get("EnteredEvent")
    name = context.get("State", {}).get("Name", "")
    cause = f"An error occurred while executing the state '{name}' (entered at the event id #{entered}). {reason}"
    error = ExecutionError("States.QueryEvaluationError", cause)
    if run is not None and entered is not None:
        details = {"error": error.error, "cause": cause, "location": location, "state": name}
        before = run.execution["events"][entered - 1]["previousEventId"] if previous is None else previous
        run.record("EvaluationFailed", details, before)
    return error


def evaluate_template(  # noqa: PLR0917 - MiniStack's signature
    value: Any,
    data: Any,
    context: Context | None = None,
    result: Any = None,
    error_output: Any = None,
    location: str = "",
) -> Any:
    """Return a value of any shape with the values of its expressions."""
    if isinstance(value, str) and value.startswith("{%") and value.endswith("%}"):
        return evaluate(value[2:-2].strip(), data, context, result, error_output, location)
    if isinstance(value, dict):
        return {
            name: evaluate_template(item, data, context, result, error_output, f"{location}/{name}")
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [
            evaluate_template(item, data, context, result, error_output, f"{location}[{position}]")
            for position, item in enumerate(value)
        ]
    return value


def arguments_of(state: State, data: Any, context: Context | None = None) -> Any:
    """Return the value of Arguments; the input when there are none."""
    if "Arguments" not in state:
        return data
    return evaluate_template(state["Arguments"], data, context, location="Arguments")


def output_of(  # noqa: PLR0917 - MiniStack's signature
    state: State,
    data: Any,
    context: Context | None = None,
    result: Any = None,
    error_output: Any = None,
    default: Any = None,
) -> Any:
    """Return the value of Output; `default` when there is none."""
    if "Output" not in state:
        return default
    return evaluate_template(state["Output"], data, context, result, error_output, "Output")


def assign(state: State, data: Any, context: Context, result: Any = None, error_output: Any = None) -> None:
    """Assign variables, which StateExited shows. All expressions use the values from before."""
    if context is None or stepfunctions._state_query_language(state, context) != "JSONata":
        return
    values = evaluate_template(state.get("Assign", {}), data, context, result, error_output, "Assign")
    context["variables"].update(values)
    context["Assigned"] = values


def typed_field(state: State, field: str, expected: str, data: Any, context: Context) -> Any:
    """Return the value of a field that must have a JSON type. Raises States.QueryEvaluationError."""
    value = evaluate_template(state[field], data, context, location=field)
    if (found := stepfunctions._json_type(value)) == expected:
        return value
    expression = state[field][2:-2].strip() if isinstance(state[field], str) else json.dumps(state[field])
    reason = (
        f"The JSONata expression '{expression}' specified for the field '{field}' returned an unexpected result type."
        f" Expected '{expected}', but was '{found}' for value: {json.dumps(value, separators=(',', ':'))}"
    )
    raise failure(reason, context, field)


class WaitField:
    """Seconds or Timestamp of a Wait state."""

    def __init__(self, field: str, original: Callable[[State, Any, Context], Any]) -> None:
        self._field = field
        self._original = original

    def evaluate(self, state: State, data: Any, context: Context) -> Any:
        """Return the field's value. Raises States.QueryEvaluationError for a value that cannot be waited for."""
        try:
            return self._original(state, data, context)
        except ExecutionError as error:
            if error.cause.startswith("An error occurred while executing"):
                raise
            raise failure(error.cause, context, self._field, context.get("EnteredEvent")) from error
