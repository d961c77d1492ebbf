"""Tasks of an execution that wait for a person's answer with their token, as an approval does."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.console.execution_history import Event, details

CALLBACK = ".waitForTaskToken"
TOKEN = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
"""The form of task tokens in this account."""
ENDS = ("TaskSucceeded", "TaskFailed", "TaskTimedOut", "TaskStateExited", "TaskStateAborted")


@dataclass(frozen=True)
class OpenTask:
    """A task that waits for SendTaskSuccess or SendTaskFailure. `event`: the number of its TaskScheduled."""

    state: str
    event: int


def open_task(events: Iterable[Event]) -> OpenTask | None:
    """Return the newest task that waits for an answer of a person, or None. A function answers its token itself."""
    waiting: dict[int, OpenTask] = {}
    line_of: dict[int, int] = {}
    state_of: dict[int, str] = {}
    for event in events:
        before = event.get("previousEventId", 0)
        line_of[event["id"]] = line_of.get(before, 0)
        state_of[event["id"]] = state_of.get(before, "")
        if event["type"].endswith("StateEntered"):
            state_of[event["id"]] = details(event)["name"]
        elif event["type"] == "TaskScheduled" and _asks_people(details(event)):
            line_of[event["id"]] = event["id"]
            waiting[event["id"]] = OpenTask(state_of[event["id"]], event["id"])
        elif event["type"] in ENDS:
            waiting.pop(line_of[event["id"]], None)
        elif event["type"] in ("ExecutionRedriven", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"):
            waiting.clear()
    return list(waiting.values())[-1] if waiting else None


def _asks_people(task: Mapping[str, str]) -> bool:
    return task.get("resource", "").endswith(CALLBACK) and task.get("resourceType") != "lambda"


def possible_tokens(scheduled: Any, execution: str) -> list[str]:
    """Return what may be the token in the parameters of a TaskScheduled event. An execution may have such a name."""
    found = TOKEN.findall(details(scheduled).get("parameters", ""))
    return list(dict.fromkeys(token for token in found if token not in execution))
