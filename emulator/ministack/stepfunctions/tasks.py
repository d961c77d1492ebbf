"""Task states: their attempts, events and time-outs."""

from functools import partial
from typing import Any

from ministack.services import stepfunctions

from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.callbacks import TaskTokens
from emulator.ministack.stepfunctions.current_task import CurrentTask, current_task
from emulator.ministack.stepfunctions.encoding import encode_payload
from emulator.ministack.stepfunctions.execution_run import ExecutionRun, require_run
from emulator.ministack.stepfunctions.integration import Integration
from emulator.ministack.stepfunctions.integration_permissions import require_allowed
from emulator.ministack.stepfunctions.internals import MODULE, ExecutionError
from emulator.ministack.stepfunctions.nested_executions import SYNC, await_end, start_execution
from emulator.ministack.stepfunctions.retries import attempt
from emulator.ministack.stepfunctions.runs import Runs
from emulator.ministack.stepfunctions.service_calls import call_service
from emulator.ministack.stepfunctions.walk import Context

State = dict[str, Any]
CALLBACK = ".waitForTaskToken"


def replacements(runs: Runs) -> list[Replacement]:
    tokens = TaskTokens(
        succeed=stepfunctions._send_task_success,
        fail=stepfunctions._send_task_failure,
        heartbeat=stepfunctions._send_task_heartbeat,
    )
    return [
        Replacement(MODULE, "_execute_task", "53c818d247db", TaskStates(tokens, runs).execute),
        Replacement(MODULE, "_send_task_success", "12eff48bce57", tokens.succeed),
        Replacement(MODULE, "_send_task_failure", "c2a489b4ed33", tokens.fail),
        Replacement(MODULE, "_send_task_heartbeat", "56879a4655d1", tokens.heartbeat),
    ]


class TaskStates:
    """Executes Task states. Some of them wait for a callback."""

    def __init__(self, tokens: TaskTokens, runs: Runs) -> None:
        self._tokens = tokens
        self._runs = runs

    def execute(self, state: State, data: Any, _: dict[str, Any], context: Context) -> tuple[Any, str | None]:
        """Execute a Task state; return its output and the next state's name. Raises ExecutionError or RunEnded."""
        run = require_run()
        output, following = attempt(state, data, context, partial(self._attempt, run, state, data, context))
        return output, following

    def _attempt(self, run: ExecutionRun, state: State, data: Any, context: Context) -> tuple[Any, str | None]:
        integration = Integration(state["Resource"])
        current_task.set(CurrentTask(run.execution["executionArn"], context["State"]["Name"]))
        if state["Resource"].endswith(CALLBACK):
            context["Task"] = {"Token": stepfunctions.new_uuid()}
        try:
            arguments = task_arguments(state, data, context)
            limits = _limits(state, data, context)
            result = self._perform(run, integration, arguments, limits, context)
            output = task_output(state, data, context, result)
        finally:
            context.pop("Task", None)
        return output, stepfunctions._next_or_end(state)

    def _perform(
        self, run: ExecutionRun, integration: Integration, arguments: Any, limits: dict[str, float], context: Context
    ) -> Any:
        run.record(*integration.scheduled(encode_payload(arguments), limits))
        run.record(*integration.started())
        try:
            if "Task" in context:
                result = self._call_and_wait(run, integration, arguments, limits, context["Task"]["Token"])
            elif integration.resource in SYNC:
                result = self._start_and_wait(run, integration, arguments, limits.get("TimeoutSeconds"))
            else:
                result = call_service(run, integration.resource, arguments, limits.get("TimeoutSeconds"))
            run.record(*integration.succeeded(encode_payload(result)))
        except ExecutionError as failure:
            run.record(*integration.failed(failure.error, failure.cause))
            raise
        return result

    def _call_and_wait(
        self, run: ExecutionRun, integration: Integration, arguments: Any, limits: dict[str, float], token: str
    ) -> Any:
        self._tokens.register(run, token, limits)
        try:
            submitted = call_service(run, integration.resource.removesuffix(CALLBACK), arguments, None)
        except ExecutionError:
            if self._tokens.answered(token):  # the callback ended the task, whatever the function did afterwards
                return self._tokens.wait(token)
            raise
        run.record(*integration.submitted(encode_payload(submitted)))
        return self._tokens.wait(token)

    def _start_and_wait(
        self, run: ExecutionRun, integration: Integration, arguments: Any, limit: float | None
    ) -> dict[str, Any]:
        require_allowed(run.state_machine["roleArn"], integration.resource, arguments)
        submitted = start_execution(arguments)
        run.record(*integration.submitted(encode_payload(submitted)))
        parsed = integration.resource.endswith(":2")
        return await_end(self._runs, run, submitted["ExecutionArn"], limit, parsed=parsed)


def task_arguments(state: State, data: Any, context: Context) -> Any:
    """Return what a task sends: its Arguments or Parameters."""
    if stepfunctions._state_query_language(state, context) == "JSONata":
        return stepfunctions._apply_jsonata_arguments(state, data, context)
    effective = stepfunctions._apply_input_path(state, data, context)
    return stepfunctions._apply_parameters(state, effective, context)


def _limits(state: State, data: Any, context: Context) -> dict[str, float]:
    """Return TimeoutSeconds and HeartbeatSeconds, which may be expressions or, under another name, paths."""
    limits: dict[str, float] = {}
    for name in ("TimeoutSeconds", "HeartbeatSeconds"):
        if name in state:
            limits[name] = stepfunctions._jsonata_state_field(state, name, "number", data, context)
        elif f"{name}Path" in state:
            limits[name] = stepfunctions._resolve_path_or_ctx(state[f"{name}Path"], data, context)
    return limits


def task_output(state: State, data: Any, context: Context, result: Any) -> Any:
    """Return the output of a state for its result, and assign its variables."""
    if stepfunctions._state_query_language(state, context) == "JSONata":
        output = stepfunctions._apply_jsonata_output(state, data, context, result=result, default=result)
        stepfunctions._apply_state_assign(state, data, context, result=result)
        return output
    selected = stepfunctions._apply_result_selector(state, result)
    output = stepfunctions._apply_result_path(state, data, selected)
    return stepfunctions._apply_output_path(state, output, context)
