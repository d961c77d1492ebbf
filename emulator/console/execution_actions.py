"""What people do with executions: start, stop, redrive, approve and reject them, through the APIs of AWS."""

import json
from typing import Any

from emulator.console.execution_history import ExecutionHistories, whole_event
from emulator.console.open_tasks import open_task, possible_tokens
from emulator.console.view import Routes, ViewContext, ViewError, ViewRequest


def routes(context: ViewContext) -> Routes:
    """Return what the page asks."""
    states = context.client("stepfunctions")
    histories = ExecutionHistories(states)
    return {
        "POST execution/start": lambda request: _start(states, request),
        "POST execution/stop": lambda request: _stop(states, request),
        "POST execution/redrive": lambda request: _redrive(states, request),
        "POST execution/approve": lambda request: _approve(states, histories, request),
        "POST execution/reject": lambda request: _reject(states, histories, request),
        "GET execution/form": lambda request: _form(context, request),
    }


def _start(states: Any, request: ViewRequest) -> dict[str, Any]:
    name = request.body.get("name")
    started = states.start_execution(
        stateMachineArn=request.required("machine"),
        input=json.dumps(request.body.get("input", {})),
        **({"name": name} if name else {}),
    )
    return {"arn": started["executionArn"]}


def _stop(states: Any, request: ViewRequest) -> dict[str, Any]:
    states.stop_execution(executionArn=request.required("arn"), error="Stopped", cause="Stopped in the console.")
    return {}


def _redrive(states: Any, request: ViewRequest) -> dict[str, Any]:
    states.redrive_execution(executionArn=request.required("arn"))
    return {}


def _approve(states: Any, histories: ExecutionHistories, request: ViewRequest) -> dict[str, Any]:
    _answer(states, histories, request, lambda token: states.send_task_success(taskToken=token, output="{}"))
    return {}


def _reject(states: Any, histories: ExecutionHistories, request: ViewRequest) -> dict[str, Any]:
    cause = request.body.get("cause") or "Rejected in the console."
    _answer(
        states,
        histories,
        request,
        lambda token: states.send_task_failure(taskToken=token, error="Rejected", cause=str(cause)),
    )
    return {}


def _answer(states: Any, histories: ExecutionHistories, request: ViewRequest, send: Any) -> None:
    """Send an answer to the task that waits. Raises ViewError when none waits any more."""
    arn = request.required("arn")
    task = open_task(histories.read(arn))
    if task is None:
        raise ViewError("Expected a state that waits for an answer. Found none: somebody may have answered.", 409)
    for token in possible_tokens(whole_event(states, arn, task.event) or {}, arn):
        try:
            send(token)
        except states.exceptions.InvalidToken:
            continue
        return
    raise ViewError(f"Expected the token in what {task.state} sent. Found none. Answer with its own message.", 409)


def _form(context: ViewContext, request: ViewRequest) -> dict[str, Any]:
    """Return the JSON Schema of a state machine's input and an example; None when nobody has handed them over."""
    settings, machine = context.settings.as_dict(), request.required("machine")
    return {"schema": settings["input_schemas"].get(machine), "example": settings["example_inputs"].get(machine)}
