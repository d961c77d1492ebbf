"""Task states: attempts, their events and their time-outs."""

from collections.abc import Callable
from functools import partial
from typing import Any

from ministack.services import stepfunctions

from emulator.clock import Clock
from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.callbacks import TaskTokens
from emulator.ministack.stepfunctions.execution_run import SERVICE, ExecutionError, ExecutionRun, current_run, encode
from emulator.ministack.stepfunctions.integration import Integration
from emulator.ministack.stepfunctions.retries import attempt
from emulator.ministack.stepfunctions.service_calls import call
from emulator.ministack.stepfunctions.walk import Context

State = dict[str, Any]
CALLBACK = ".waitForTaskToken"


def replacements(_: Clock) -> list[Replacement]:
    callbacks = TaskTokens(
        succeed=stepfunctions._send_task_success,
        fail=stepfunctions._send_task_failure,
        beat=stepfunctions._send_task_heartbeat,
    )
    return [
        Replacement(SERVICE, "_execute_task", "53c818d247db", Tasks(callbacks).execute),
        Replacement(SERVICE, "_send_task_success", "12eff48bce57", callbacks.succeed),
        Replacement(SERVICE, "_send_task_failure", "c2a489b4ed33", callbacks.fail),
        Replacement(SERVICE, "_send_task_heartbeat", "56879a4655d1", callbacks.beat),
    ]


class Tasks:
    """Task states, some of which wait for callbacks."""

    def __init__(self, callbacks: TaskTokens) -> None:
        self._callbacks = callbacks

    def execute(self, state: State, data: Any, _: dict[str, Any], context: Context) -> tuple[Any, str | None]:
        """Execute a Task state; return its output and the next state's name. Raises ExecutionError or RunEnded."""
        run = current_run()
        output, following = attempt(state, data, context, partial(self._attempt, run, state, data, context))
        return output, following

    def _attempt(self, run: ExecutionRun, state: State, data: Any, context: Context) -> tuple[Any, str | None]:
        integration = Integration(state["Resource"])
        if state["Resource"].endswith(CALLBACK):
            context["Task"] = {"Token": stepfunctions.new_uuid()}
        try:
            arguments = _evaluated(run, context, partial(_arguments, state, data, context))
            limits = _evaluated(run, context, partial(_limits, state, data, context))
            result = self._performed(run, integration, arguments, limits, context)
            output = _evaluated(run, context, partial(_output, state, data, context, result))
        finally:
            context.pop("Task", None)
        return output, stepfunctions._next_or_end(state)

    def _performed(
        self, run: ExecutionRun, integration: Integration, arguments: Any, limits: dict[str, float], context: Context
    ) -> Any:
        run.record(*integration.scheduled(encode(arguments), limits))
        run.record(*integration.started())
        try:
            if "Task" in context:
                result = self._called_back(run, integration, arguments, limits, context["Task"]["Token"])
            else:
                result = call(run, integration.resource, arguments, limits.get("TimeoutSeconds"))
            run.record(*integration.succeeded(encode(result)))
        except ExecutionError as failure:
            run.record(*integration.failed(failure.error, failure.cause))  # type: ignore[attr-defined]
            raise
        return result

    def _called_back(
        self, run: ExecutionRun, integration: Integration, arguments: Any, limits: dict[str, float], token: str
    ) -> Any:
        self._callbacks.open(run, token, limits)
        submitted = call(run, integration.resource.removesuffix(CALLBACK), arguments, None)
        run.record(*integration.submitted(encode(submitted)))
        return self._callbacks.wait(token)


def _evaluated(run: ExecutionRun, context: Context, evaluate: Callable[[], Any]) -> Any:
    """What an expression yields; the history tells of one that fails."""
    try:
        return evaluate()
    except ExecutionError as failure:
        if failure.error == "States.QueryEvaluationError":  # type: ignore[attr-defined]
            found = {"error": failure.error, "cause": failure.cause}  # type: ignore[attr-defined]
            run.record("EvaluationFailed", {**found, "state": context["State"]["Name"]})
        raise


def _arguments(state: State, data: Any, context: Context) -> Any:
    if stepfunctions._state_query_language(state, context) == "JSONata":
        return stepfunctions._apply_jsonata_arguments(state, data, context)
    effective = stepfunctions._apply_input_path(state, data, context)
    return stepfunctions._apply_parameters(state, effective, context)


def _limits(state: State, data: Any, context: Context) -> dict[str, float]:
    """TimeoutSeconds and HeartbeatSeconds, which may be expressions, or paths under another name."""
    limits: dict[str, float] = {}
    for name in ("TimeoutSeconds", "HeartbeatSeconds"):
        if name in state:
            limits[name] = stepfunctions._jsonata_state_field(state, name, "number", data, context)
        elif f"{name}Path" in state:
            limits[name] = stepfunctions._resolve_path_or_ctx(state[f"{name}Path"], data, context)
    return limits


def _output(state: State, data: Any, context: Context, result: Any) -> Any:
    if stepfunctions._state_query_language(state, context) == "JSONata":
        output = stepfunctions._apply_jsonata_output(state, data, context, result=result, default=result)
        stepfunctions._apply_state_assign(state, data, context, result=result)
        return output
    selected = stepfunctions._apply_result_selector(state, result)
    output = stepfunctions._apply_result_path(state, data, selected)
    return stepfunctions._apply_output_path(state, output, context)
