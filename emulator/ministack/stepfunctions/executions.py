"""Executions: StartExecution is idempotent, StopExecution ends them at once, RedriveExecution resumes them."""

import json
import threading
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextvars import copy_context
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, get_region, json_response
from ministack.services import stepfunctions

from emulator.clock import Clock
from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.encoding import MAX_PAYLOAD_BYTES
from emulator.ministack.stepfunctions.internals import MODULE
from emulator.ministack.stepfunctions.redrives import ClientTokens, reason_against
from emulator.ministack.stepfunctions.runs import Runs
from emulator.ministack.stepfunctions.sync_executions import SyncExecutions
from emulator.ministack.stepfunctions.walk import run_to_end

Response = tuple[int, dict[str, str], bytes]
ApiCall = Callable[[dict[str, Any]], Response]
Handle = Callable[..., Awaitable[Response]]

INPUT_TOO_LONG = (
    "1 validation error detected: Value at 'input' failed to satisfy constraint: "
    f"Member must have length less than or equal to {MAX_PAYLOAD_BYTES}"
)


def replacements(clock: Clock, runs: Runs) -> list[Replacement]:
    api = ExecutionApi(clock, runs, start=stepfunctions._start_execution, handle=stepfunctions.handle_request)
    sync = SyncExecutions(clock, runs, api.run)
    return [
        Replacement(MODULE, "handle_request", "efa6e8c4532a", api.handle),
        Replacement(MODULE, "_start_execution", "9923282fc76c", api.start),
        Replacement(MODULE, "_run_execution", "996dff84e0e0", api.run),
        Replacement(MODULE, "_stop_execution", "44d2d84ccd5c", api.stop),
        Replacement(MODULE, "_start_sync_execution", "8600470a0208", sync.start),
    ]


class ExecutionApi:
    """Answers the calls about executions, and runs each execution as an ExecutionRun."""

    def __init__(self, clock: Clock, runs: Runs, *, start: ApiCall, handle: Handle) -> None:
        self._clock = clock
        self._original_start = start
        self._original_handle = handle
        self._runs = runs
        self._tokens: defaultdict[str, ClientTokens] = defaultdict(ClientTokens)
        self._lock = runs.lock

    async def handle(self, method: str, path: str, headers: Mapping[str, str], body: bytes, query: Any) -> Response:
        """Answer a request to Step Functions. MiniStack lacks RedriveExecution."""
        if not headers.get("x-amz-target", "").endswith(".RedriveExecution"):
            return await self._original_handle(method, path, headers, body, query)
        response: Response = stepfunctions._finalize_response(self.redrive(json.loads(body)))
        return response

    def start(self, request: dict[str, Any]) -> Response:
        """Answer StartExecution. For the name and input of a running execution, return that execution."""
        text = request.get("input", "{}")
        if len(text.encode()) > MAX_PAYLOAD_BYTES:
            return _refused("ValidationException", INPUT_TOO_LONG)
        try:
            json.loads(text)
        except ValueError as error:
            return _refused("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{error}'")
        with self._lock:
            running = self._running(request)
            if running is None:
                return self._original_start(request)
        return _answer({name: running[name] for name in ("executionArn", "startDate")})

    def _running(self, request: dict[str, Any]) -> dict[str, Any] | None:
        machine_arn = stepfunctions._resolve_state_machine_arn(request.get("stateMachineArn", ""))
        if machine_arn is None or "name" not in request:
            return None
        name = stepfunctions._state_machines[machine_arn]["name"]
        arn = f"arn:aws:states:{get_region()}:{get_account_id()}:execution:{name}:{request['name']}"
        execution: dict[str, Any] | None = stepfunctions._executions.get(arn)
        if execution and execution["status"] == "RUNNING" and execution["input"] == request.get("input", "{}"):
            return execution
        return None

    def run(self, arn: str) -> None:
        """Run an execution to its end, in the thread of the caller."""
        run_to_end(self._runs.of(stepfunctions._executions[arn]))

    def redrive(self, request: dict[str, Any]) -> Response:
        """Answer RedriveExecution: resume an execution that failed, timed out or was aborted where it ended.

        A call with a client token that was used before returns that call's answer, whatever the execution's status is.
        """
        arn, token = request.get("executionArn", ""), request.get("clientToken")
        execution = stepfunctions._executions.get(arn)
        if execution is None:
            return _unknown(arn)
        now = self._clock.time()
        with self._lock:
            if date := self._tokens[arn].date(token, now):
                return _answer({"redriveDate": date})
            if reason := reason_against(execution, now):
                return _refused("ExecutionNotRedrivable", f"Execution {arn} invalid for redrive as: {reason}")
            self._runs.redrive(execution)
            if token:
                self._tokens[arn].add(token, execution["redriveDate"], now)
            threading.Thread(target=copy_context().run, args=(self.run, arn), daemon=True).start()
            return _answer({"redriveDate": execution["redriveDate"]})

    def stop(self, request: dict[str, Any]) -> Response:
        """Answer StopExecution: end a running execution. For an aborted one, return the same answer again."""
        arn = request.get("executionArn", "")
        execution = stepfunctions._executions.get(arn)
        if execution is None:
            return _unknown(arn)
        self._runs.of(execution).abort(request.get("error"), request.get("cause"))
        if execution["status"] != "ABORTED":
            return _refused(
                "ValidationException", f"Expected a running execution, found one that is {execution['status']}"
            )
        return _answer({"stopDate": execution["stopDate"]})


def _answer(fields: dict[str, Any]) -> Response:
    answer: Response = json_response(fields)
    return answer


def _unknown(arn: str) -> Response:
    return _refused("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")


def _refused(code: str, message: str) -> Response:
    answer: Response = error_response_json(code, message, 400)
    return answer
