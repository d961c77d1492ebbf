"""StartSyncExecution: runs an Express execution within the request.

Sources: https://github.com/localstack/localstack/tree/main/tests/aws/services/stepfunctions/v2/express, on AWS, and
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, get_region, json_response, new_uuid
from ministack.services import stepfunctions

from emulator.clock import Clock
from emulator.ministack.stepfunctions.encoding import format_time
from emulator.ministack.stepfunctions.runs import Runs

BILLED_STEP_MILLISECONDS = 100
BILLED_MEMORY_MB = 64

Response = tuple[int, dict[str, str], bytes]


class SyncExecutions:
    """Runs Express executions. Nothing but the answer remains of them: no call describes them."""

    def __init__(self, clock: Clock, runs: Runs, run: Callable[[str], None]) -> None:
        self._clock = clock
        self._runs = runs
        self._run = run

    def start(self, request: dict[str, Any]) -> Response:
        """Answer StartSyncExecution, when the execution has ended."""
        arn = stepfunctions._resolve_state_machine_arn(request.get("stateMachineArn", ""))
        if arn is None:
            wanted = request.get("stateMachineArn", "")
            return _refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{wanted}'")
        machine = stepfunctions._state_machines[arn]
        if machine["type"] != "EXPRESS":
            message = "This operation is not supported by this type of state machine"
            return _refused("StateMachineTypeNotSupported", message)
        text = request.get("input", "{}")
        try:
            json.loads(text)
        except ValueError as error:
            return _refused("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{error}'")
        return _answer(self._ended(machine, request.get("name") or new_uuid(), text))

    def _ended(self, machine: dict[str, Any], name: str, text: str) -> dict[str, Any]:
        """Run an execution to its end; return the record of it."""
        arn = f"arn:aws:states:{get_region()}:{get_account_id()}:express:{machine['name']}:{name}:{new_uuid()}"
        started = {"input": text, "roleArn": machine["roleArn"]}
        date = format_time(self._clock.time())
        event = {"id": 1, "type": "ExecutionStarted", "timestamp": date, "executionStartedEventDetails": started}
        execution: dict[str, Any] = {
            "executionArn": arn,
            "stateMachineArn": machine["stateMachineArn"],
            "name": name,
            "status": "RUNNING",
            "startDate": date,
            "stopDate": None,
            "input": text,
            "output": None,
            "events": [event],
            "sync": True,
            "testCase": "",
            "mockAttempts": {},
        }
        stepfunctions._executions[arn] = execution
        try:
            self._run(arn)
        finally:
            stepfunctions._executions.pop(arn, None)
            self._runs.forget(execution)
        return execution


def _answer(execution: dict[str, Any]) -> Response:
    names = ("executionArn", "stateMachineArn", "name", "startDate", "stopDate", "status", "input", "output")
    fields = {name: execution.get(name) for name in (*names, "error", "cause")}
    if execution["status"] == "TIMED_OUT":
        fields["error"] = "States.Timeout"
    dates = [datetime.fromisoformat(execution[name]).timestamp() for name in ("startDate", "stopDate")]
    steps = max(1, -(-int((dates[1] - dates[0]) * 1000) // BILLED_STEP_MILLISECONDS))
    details = {
        "inputDetails": {"included": True},
        "outputDetails": {"included": True},
        "billingDetails": {
            "billedMemoryUsedInMB": BILLED_MEMORY_MB,
            "billedDurationInMilliseconds": steps * BILLED_STEP_MILLISECONDS,
        },
    }
    answer: Response = json_response({name: value for name, value in fields.items() if value is not None} | details)
    return answer


def _refused(code: str, message: str) -> Response:
    answer: Response = error_response_json(code, message, 400)
    return answer
