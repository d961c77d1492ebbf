"""Tasks that start an execution: `states:startExecution`, and with `.sync` or `.sync:2` wait for its end.

Source, recorded on AWS:
https://github.com/localstack/localstack/tree/main/tests/aws/services/stepfunctions/v2/callback
"""

import json
from datetime import datetime
from typing import Any

from ministack.core.responses import new_uuid
from ministack.services import stepfunctions

from emulator.ministack.stepfunctions.execution_run import ExecutionRun
from emulator.ministack.stepfunctions.internals import ExecutionError
from emulator.ministack.stepfunctions.redrives import status_fields
from emulator.ministack.stepfunctions.runs import Runs

START = "arn:aws:states:::states:startExecution"
SYNC = (f"{START}.sync", f"{START}.sync:2")


def start_execution(arguments: dict[str, Any]) -> dict[str, str]:
    """Start an execution; return its ARN and date. Raises ExecutionError named after the SDK's exception."""
    data = arguments.get("Input")
    request = {"stateMachineArn": arguments.get("StateMachineArn", ""), "name": arguments.get("Name") or new_uuid()}
    request["input"] = data if isinstance(data, str) else json.dumps({} if data is None else data)
    status, _, body = stepfunctions._start_execution(request)
    answer = json.loads(body)
    if status >= 400:
        code = str(answer["__type"]).rpartition("#")[2]
        message = answer.get("message", "")
        if code == "StateMachineDoesNotExist":
            message = f"State Machine Does Not Exist: '{request['stateMachineArn']}'"
        about = f"Service: AWSStepFunctions; Status Code: {status}; Error Code: {code}; Request ID: {new_uuid()}"
        raise ExecutionError(f"StepFunctions.{code}Exception", f"{message} ({about}; Proxy: null)")
    return {"ExecutionArn": answer["executionArn"], "StartDate": answer["startDate"]}


def await_end(runs: Runs, parent: ExecutionRun, arn: str, limit: float | None, *, parsed: bool) -> dict[str, Any]:
    """Wait in account time for the end of an execution; return its description.

    `parsed`: with input and output as JSON instead of text. Raises States.TaskFailed with the description as its cause
    when the execution did not succeed, and States.Timeout after `limit` account seconds. The execution ends with its
    parent.
    """
    execution = stepfunctions._executions[arn]
    run = runs.of(execution)
    try:
        ended = parent.wait_for(run.over, None if limit is None else parent.clock.real(limit))
    finally:
        # Does nothing to an execution that has ended.
        run.abort(None, None)
    if not ended:
        raise ExecutionError("States.Timeout", None)
    described = _description(execution, parent.clock.time())
    if execution["status"] != "SUCCEEDED":
        raise ExecutionError("States.TaskFailed", json.dumps(described, separators=(",", ":")))
    if parsed:
        described |= {name: json.loads(described[name]) for name in ("Input", "Output")}
    return described


def _description(execution: dict[str, Any], now: float) -> dict[str, Any]:
    fields = {
        "ExecutionArn": execution["executionArn"],
        "Input": execution["input"],
        "InputDetails": {"Included": True},
        "Name": execution["name"],
        "StartDate": _milliseconds(execution["startDate"]),
        "StateMachineArn": execution["stateMachineArn"],
        "Status": execution["status"],
        "StopDate": _milliseconds(execution["stopDate"]),
        "Error": execution.get("error"),
        "Cause": execution.get("cause"),
        **{f"{name[0].upper()}{name[1:]}": value for name, value in status_fields(execution, now).items()},
    }
    if execution["status"] == "SUCCEEDED":
        fields |= {"Output": execution["output"], "OutputDetails": {"Included": True}}
    return {name: fields[name] for name in sorted(fields) if fields[name] is not None}


def _milliseconds(date: str) -> int:
    return int(datetime.fromisoformat(date).timestamp() * 1000)
