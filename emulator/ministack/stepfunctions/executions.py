"""Executions: started once for one name and input, timed out by their machine, ended when stopped, and redriven."""

import json
import logging
import threading
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextvars import copy_context
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, get_region, json_response
from ministack.services import stepfunctions

from emulator.clock import Clock
from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions import walk
from emulator.ministack.stepfunctions.execution_run import (
    MAXIMUM_PAYLOAD_BYTES,
    SERVICE,
    ExecutionError,
    ExecutionRun,
    RunEnded,
    current,
)
from emulator.ministack.stepfunctions.redrives import ClientTokens, list_fields, reason_against, status_fields

Response = tuple[int, dict[str, str], bytes]
Call = Callable[[dict[str, Any]], Response]
Handle = Callable[..., Awaitable[Response]]

TOO_LONG = (
    "1 validation error detected: Value at 'input' failed to satisfy constraint: "
    f"Member must have length less than or equal to {MAXIMUM_PAYLOAD_BYTES}"
)

_log = logging.getLogger(__name__)


def replacements(clock: Clock) -> list[Replacement]:
    executions = ExecutionApi(
        clock,
        start_new=stepfunctions._start_execution,
        describe=stepfunctions._describe_execution,
        list_all=stepfunctions._list_executions,
        handle=stepfunctions.handle_request,
    )
    return [
        Replacement(SERVICE, "handle_request", "efa6e8c4532a", executions.handle),
        Replacement(SERVICE, "_start_execution", "9923282fc76c", executions.start),
        Replacement(SERVICE, "_run_execution", "996dff84e0e0", executions.run),
        Replacement(SERVICE, "_stop_execution", "44d2d84ccd5c", executions.stop),
        Replacement(SERVICE, "_describe_execution", "c3ad294ad8b5", executions.describe),
        Replacement(SERVICE, "_list_executions", "741208b30077", executions.list_some),
    ]


class ExecutionApi:
    """The emulator's executions, each run by an ExecutionRun."""

    def __init__(self, clock: Clock, *, start_new: Call, describe: Call, list_all: Call, handle: Handle) -> None:
        self._clock = clock
        self._start_new = start_new
        self._describe = describe
        self._list_all = list_all
        self._handle = handle
        self._runs: dict[str, ExecutionRun] = {}
        self._tokens: defaultdict[str, ClientTokens] = defaultdict(ClientTokens)
        self._changing = threading.RLock()

    async def handle(self, method: str, path: str, headers: Mapping[str, str], body: bytes, query: Any) -> Response:
        """The emulator knows no RedriveExecution."""
        if not headers.get("x-amz-target", "").endswith(".RedriveExecution"):
            return await self._handle(method, path, headers, body, query)
        response: Response = stepfunctions._finalize_response(self.redrive(json.loads(body)))
        return response

    def start(self, request: dict[str, Any]) -> Response:
        """StartExecution answers the same again for the name and input of an execution that still runs."""
        text = request.get("input", "{}")
        if len(text.encode()) > MAXIMUM_PAYLOAD_BYTES:
            return _refused("ValidationException", TOO_LONG)
        try:
            json.loads(text)
        except ValueError as error:
            return _refused("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{error}'")
        with self._changing:
            running = self._running(request)
            if running is None:
                return self._start_new(request)
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
        """Run an execution to its end, in a thread of its own or, for a nested one, in the caller's."""
        run = self._run_of(stepfunctions._executions[arn])
        inside = current.set(run)
        try:
            run.start()
            walk.walk(run)
        except RunEnded:
            pass
        except ExecutionError as failure:
            run.fail(failure.error, failure.cause)  # type: ignore[attr-defined]
        except Exception as mistake:  # noqa: BLE001 - whatever it was, the execution must not seem to run for ever
            _log.exception("The execution %s broke off", arn)
            run.fail("States.Runtime", repr(mistake))
        finally:
            current.reset(inside)

    def _run_of(self, execution: dict[str, Any]) -> ExecutionRun:
        """The run of an execution; it is made here also for one that is stopped before its thread has begun."""
        arn = execution["executionArn"]
        with self._changing:
            if arn not in self._runs or self._runs[arn].execution is not execution:
                state_machine = stepfunctions._state_machines[execution["stateMachineArn"]]
                self._runs[arn] = ExecutionRun(self._clock, execution, state_machine)
            return self._runs[arn]

    def redrive(self, request: dict[str, Any]) -> Response:
        """RedriveExecution sets an execution that failed, timed out or was aborted running again where it ended.

        For a token that it was called with before it answers the same again, whatever became of the execution since.
        """
        arn, token = request.get("executionArn", ""), request.get("clientToken")
        execution = stepfunctions._executions.get(arn)
        if execution is None:
            return _unknown(arn)
        now = self._clock.time()
        with self._changing:
            if date := self._tokens[arn].date(token, now):
                return _answer({"redriveDate": date})
            if reason := reason_against(execution, now):
                return _refused("ExecutionNotRedrivable", f"Execution {arn} invalid for redrive as: {reason}")
            self._runs[arn] = self._run_of(execution).redriven()
            if token:
                self._tokens[arn].keep(token, execution["redriveDate"], now)
            threading.Thread(target=copy_context().run, args=(self.run, arn), daemon=True).start()
            return _answer({"redriveDate": execution["redriveDate"]})

    def stop(self, request: dict[str, Any]) -> Response:
        """StopExecution ends what still runs; for an execution that has been stopped it answers the same again."""
        arn = request.get("executionArn", "")
        execution = stepfunctions._executions.get(arn)
        if execution is None:
            return _unknown(arn)
        self._run_of(execution).abort(request.get("error"), request.get("cause"))
        if execution["status"] != "ABORTED":
            return _refused(
                "ValidationException", f"Expected a running execution, found one that is {execution['status']}"
            )
        return _answer({"stopDate": execution["stopDate"]})

    def describe(self, request: dict[str, Any]) -> Response:
        """DescribeExecution tells of redrives, and leaves out what an execution does not have."""
        response = self._describe(request)
        execution = stepfunctions._executions.get(request.get("executionArn"))
        if execution is None:
            return response
        described = json.loads(response[2])
        if described["output"] is None:
            del described["outputDetails"]
        return _answer(_without_none({**described, **status_fields(execution, self._clock.time())}))

    def list_some(self, request: dict[str, Any]) -> Response:
        """ListExecutions tells of redrives, too."""
        status, headers, body = self._list_all(request)
        if status != 200:
            return status, headers, body
        found = json.loads(body)
        found["executions"] = [
            _without_none({**item, **list_fields(stepfunctions._executions[item["executionArn"]])})
            for item in found["executions"]
        ]
        return _answer(found)


def _answer(fields: dict[str, Any]) -> Response:
    answer: Response = json_response(fields)
    return answer


def _unknown(arn: str) -> Response:
    return _refused("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")


def _refused(code: str, message: str) -> Response:
    answer: Response = error_response_json(code, message, 400)
    return answer


def _without_none(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
