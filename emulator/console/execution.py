"""The view of one execution: its graph, what became of its states, its history, input and output."""

from typing import Any

from emulator.console.causes import parts
from emulator.console.execution_history import Event, ExecutionHistories, details, whole_event
from emulator.console.executions import summary
from emulator.console.open_tasks import open_task
from emulator.console.view import Routes, ViewContext, ViewError, ViewRequest
from emulator.console.visited_states import failed_state, visited_states

MOST_EVENTS = 500
"""Events of the history that the page gets, the newest."""
ENDED_BADLY = ("FAILED", "TIMED_OUT", "ABORTED")


def routes(context: ViewContext) -> Routes:
    """Return what the page asks."""
    states = context.client("stepfunctions")
    histories = ExecutionHistories(states)
    return {
        "GET execution": lambda request: _execution(states, histories, request),
        "GET execution/definition": lambda request: _definition(states, request),
        "GET execution/event": lambda request: _event(states, request),
    }


def _execution(states: Any, histories: ExecutionHistories, request: ViewRequest) -> dict[str, Any]:
    """Return the execution, with the events of its history after the number `after`."""
    arn, after = request.required("arn"), _number(request, "after")
    described = states.describe_execution(executionArn=arn)
    events = histories.read(arn)
    visits = visited_states(events, running=described["status"] == "RUNNING")
    failed = failed_state(visits, described.get("error")) if described["status"] in ENDED_BADLY else None
    if failed and failed.status == "caught":
        failed.status = "failed"
    waiting = open_task(events) if described["status"] == "RUNNING" else None
    return {
        **summary(described),
        "redrivable": described.get("redriveStatus") == "REDRIVABLE",
        "input": described.get("input"),
        "output": described.get("output"),
        "failure": {"state": failed.name if failed else ""} | parts(described.get("error"), described.get("cause"))
        if described["status"] in ENDED_BADLY
        else None,
        "waits_in": waiting and waiting.state,
        "states": [visit.as_dict() for visit in visits],
        "events": [_line(event) for event in events[-MOST_EVENTS:] if event["id"] > after],
    }


def _line(event: Event) -> dict[str, Any]:
    """Return the line of an event in the history."""
    about = details(event)
    what = about.get("name") or about.get("error") or about.get("resource") or ""
    return {"id": event["id"], "type": event["type"], "time": event["timestamp"].timestamp(), "about": what}


def _definition(states: Any, request: ViewRequest) -> dict[str, Any]:
    """Return the definition that the execution began with, as JSON text."""
    described = states.describe_state_machine_for_execution(executionArn=request.required("arn"))
    return {"definition": described["definition"]}


def _event(states: Any, request: ViewRequest) -> dict[str, Any]:
    """Return the details of one event, with its input or output."""
    event = whole_event(states, request.required("arn"), _number(request, "id"))
    if event is None:
        raise ViewError(f"The execution has no event {request.query.get('id')}.", 404)
    return {"details": details(event)}


def _number(request: ViewRequest, name: str) -> int:
    text = request.query.get(name, "0")
    if not text.isdecimal():
        raise ViewError(f"Expected a number as {name!r}. Found {text!r}.")
    return int(text)
