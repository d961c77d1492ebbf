"""TestState: executes one state, or a mock of it, outside of any execution.

Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html, and recorded on AWS:
https://github.com/localstack/localstack/tree/main/tests/aws/services/stepfunctions/v2/test_state
"""

import json
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, get_region, json_response, new_uuid
from ministack.services import stepfunctions

from emulator.clock import Clock
from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.definitions import diagnose, refusal
from emulator.ministack.stepfunctions.definitions.diagnostics import SCHEMA
from emulator.ministack.stepfunctions.encoding import encode_payload, format_time
from emulator.ministack.stepfunctions.execution_run import ExecutionRun, current_run
from emulator.ministack.stepfunctions.internals import MODULE, ExecutionError, shown_name
from emulator.ministack.stepfunctions.retries import Retriers
from emulator.ministack.stepfunctions.service_calls import call_service
from emulator.ministack.stepfunctions.tasks import task_arguments, task_output
from emulator.ministack.stepfunctions.walk import Context, execute_state

NEEDS_MOCK = (
    "TestState API does not support Map or Parallel states."
    " Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]"
)

Response = tuple[int, dict[str, str], bytes]
State = dict[str, Any]


class _RefusedError(Exception):
    """The request is not valid; the arguments are the error's code and message."""


def replacements(clock: Clock) -> list[Replacement]:
    return [Replacement(MODULE, "_test_state", "f408b75eedff", StateTests(clock).answer)]


class StateTests:
    """Answers TestState."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def answer(self, request: dict[str, Any]) -> Response:
        """Return the status of the state: SUCCEEDED, FAILED, RETRIABLE or CAUGHT_ERROR, and what led to it."""
        try:
            fields = self._tested(request)
        except _RefusedError as refused:
            answer: Response = error_response_json(*refused.args, 400)
        else:
            answer = json_response({name: value for name, value in fields.items() if value is not None})
        return answer

    def _tested(self, request: dict[str, Any]) -> dict[str, Any]:
        machine, name = _machine(request)
        state = machine["States"][name]
        mock = request.get("mock")
        _check(request, state, mock)
        data = json.loads(request.get("input", "{}"))
        run = self._run(machine, request)
        context = _context(run, machine, name, request)
        inspected: dict[str, Any] = {"input": encode_payload(data)}
        token = current_run.set(run)
        try:
            output, following = _once(run, state, data, context, mock, inspected)
            outcome = {"status": "SUCCEEDED", "output": encode_payload(output), "nextState": following}
        except ExecutionError as error:
            outcome = _failed(state, data, context, error, request, inspected)
        finally:
            current_run.reset(token)
        if request.get("variables") or context.get("Assigned"):
            inspected["variables"] = encode_payload(context["variables"])
        shown = inspected if request.get("inspectionLevel", "INFO") != "INFO" else None
        return {**outcome, "inspectionData": shown}

    def _run(self, machine: dict[str, Any], request: dict[str, Any]) -> ExecutionRun:
        """Return a run that no call describes."""
        prefix, name, date = f"arn:aws:states:{get_region()}:{get_account_id()}", new_uuid(), self._clock.time()
        started = {"id": 1, "type": "ExecutionStarted", "previousEventId": 0}
        entered = {"id": 2, "type": "StateEntered", "previousEventId": 0}
        execution = {
            "executionArn": f"{prefix}:express:TestState:{name}",
            "stateMachineArn": f"{prefix}:stateMachine:TestState",
            "name": name,
            "status": "RUNNING",
            "startDate": format_time(date),
            "input": request.get("input", "{}"),
            "events": [started, entered],
            "sync": True,
        }
        role = request.get("roleArn")
        return ExecutionRun(
            self._clock, execution, {"definition": json.dumps(machine), "roleArn": role, "name": "TestState"}
        )


def _machine(request: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Return a definition, and the state of it to test: that of `stateName`, or the only one."""
    text = request.get("definition", "")
    try:
        given = json.loads(text)
    except ValueError as error:
        raise _RefusedError("InvalidDefinition", refusal(diagnose(text))) from error
    machine: dict[str, Any] = given if "States" in given else {"StartAt": "StateName", "States": {"StateName": given}}
    name = str(request.get("stateName") or machine.get("StartAt"))
    if name not in machine["States"]:
        raise _RefusedError("ValidationException", f"State '{name}' not found in definition")
    # A state alone leads nowhere, so only its own fields count.
    if found := [each for each in diagnose(json.dumps(machine)) if each.code == SCHEMA]:
        raise _RefusedError("InvalidDefinition", refusal(found))
    return machine, name


def _check(request: dict[str, Any], state: State, mock: dict[str, Any] | None) -> None:
    kind = state["Type"]
    if mock is None:
        if kind in ("Map", "Parallel"):
            raise _RefusedError("InvalidDefinition", NEEDS_MOCK)
        if kind == "Task" and not request.get("roleArn"):
            raise _RefusedError("ValidationException", "RoleArn must be specified when testing a Task state")
        return
    if kind in ("Pass", "Fail", "Succeed"):
        raise _RefusedError("ValidationException", f"State type '{kind}' is not supported when a mock is specified")
    if "result" in mock and "errorOutput" in mock:
        message = "A test mock should have only one of the following fields: [result, errorOutput]."
        raise _RefusedError("ValidationException", message)
    try:
        result = json.loads(mock.get("result", "[]"))
    except ValueError as error:
        raise _RefusedError("ValidationException", "Mocked result must be valid JSON") from error
    if kind in ("Map", "Parallel") and not isinstance(result, list):
        raise _RefusedError("ValidationException", "Mocked result must be an array.")


def _context(run: ExecutionRun, machine: dict[str, Any], name: str, request: dict[str, Any]) -> Context:
    execution = run.execution
    own = {
        "Execution": {
            "Id": execution["executionArn"],
            "Input": json.loads(execution["input"]),
            "Name": execution["name"],
            "RoleArn": request.get("roleArn"),
            "StartTime": execution["startDate"],
        },
        "StateMachine": {"Id": execution["stateMachineArn"], "Name": "TestState"},
        "State": {"Name": name, "EnteredTime": execution["startDate"], "RetryCount": 0},
    }
    return {
        **own,
        **json.loads(request.get("context") or "{}"),
        "QueryLanguage": machine.get("QueryLanguage", "JSONPath"),
        "variables": json.loads(request.get("variables") or "{}"),
        "EnteredEvent": 2,
    }


def _once(  # noqa: PLR0917 - what a state is executed with
    run: ExecutionRun, state: State, data: Any, context: Context, mock: dict[str, Any] | None, inspected: dict[str, Any]
) -> tuple[Any, str | None]:
    """Execute the state once; return its output and the next state's name. Raises ExecutionError."""
    if state["Type"] not in ("Task", "Map", "Parallel"):
        return execute_state(run, state, data, context)
    if state["Type"] == "Task":
        arguments = task_arguments(state, data, context)
        jsonata = stepfunctions._state_query_language(state, context) == "JSONata"
        inspected["afterArguments" if jsonata else "afterParameters"] = encode_payload(arguments)
    if mock and "errorOutput" in mock:
        raise ExecutionError(mock["errorOutput"].get("error"), mock["errorOutput"].get("cause"))
    result = json.loads(mock["result"]) if mock else call_service(run, state["Resource"], arguments, None)
    inspected["result"] = encode_payload(result)
    return task_output(state, data, context, result), stepfunctions._next_or_end(state)


def _failed(  # noqa: PLR0917 - what a state is executed with
    state: State, data: Any, context: Context, error: Any, request: dict[str, Any], inspected: dict[str, Any]
) -> dict[str, Any]:
    """Return what Retry and Catch make of an error."""
    shown = {"error": shown_name(error.error), "cause": error.cause}
    retriers = Retriers(state.get("Retry", []))
    for _ in range(request.get("stateConfiguration", {}).get("retrierRetryCount", 0)):
        retriers.delay(error.error)
    if (delay := retriers.delay(error.error)) is not None:
        inspected["errorDetails"] = {"retryBackoffIntervalSeconds": int(delay), "retryIndex": retriers.last}
        return {"status": "RETRIABLE", **shown}
    catcher = stepfunctions._find_matching_catcher(state.get("Catch", []), error.error)
    if catcher is None:
        return {"status": "FAILED", **shown}
    inspected["errorDetails"] = {"catchIndex": state["Catch"].index(catcher)}
    language = stepfunctions._state_query_language(state, context)
    error_output = {"Error": shown["error"], "Cause": error.cause or ""}
    output = stepfunctions._apply_catcher(catcher, data, context, language, error_output)
    return {"status": "CAUGHT_ERROR", "output": encode_payload(output), "nextState": catcher["Next"], **shown}
