"""The history of executions, read piece by piece: a page that polls costs one small request each time."""

from collections import OrderedDict
from threading import Lock
from typing import Any

Event = dict[str, Any]
"""An event of an execution, as GetExecutionHistory returns it, without inputs and outputs."""

KEPT = 16
"""Executions whose events are remembered. Others are read again."""
PAGE = 50


class ExecutionHistories:
    """Reads the events of executions, and remembers those that were read. Thread-safe."""

    def __init__(self, states: Any) -> None:
        self._states = states
        self._events: OrderedDict[str, list[Event]] = OrderedDict()
        self._lock = Lock()

    def read(self, execution: str) -> list[Event]:
        """Return all events of an execution, the oldest first. Raises botocore's errors."""
        with self._lock:
            known = self._events.get(execution, [])
        new = self._newer(execution, known[-1]["id"] if known else 0)
        events = [*known, *new]
        with self._lock:
            self._events[execution] = events
            self._events.move_to_end(execution)
            while len(self._events) > KEPT:
                self._events.popitem(last=False)
        return events

    def _newer(self, execution: str, last: int) -> list[Event]:
        pages = self._states.get_paginator("get_execution_history").paginate(
            executionArn=execution,
            reverseOrder=True,
            includeExecutionData=False,
            PaginationConfig={"PageSize": PAGE if last else 1000},
        )
        newer: list[Event] = []
        for page in pages:
            newer.extend(event for event in page["events"] if event["id"] > last)
            if not page["events"] or page["events"][-1]["id"] <= last:
                break
        return newer[::-1]


def whole_event(states: Any, execution: str, number: int) -> Event | None:
    """Return one event with its input or output, or None. Raises botocore's errors."""
    pages = states.get_paginator("get_execution_history").paginate(
        executionArn=execution, reverseOrder=True, PaginationConfig={"PageSize": PAGE}
    )
    return next((event for page in pages for event in page["events"] if event["id"] == number), None)


def details(event: Event) -> dict[str, Any]:
    """Return the details of an event, whatever its type. Empty when it has none."""
    return next((value for name, value in event.items() if name.endswith("EventDetails")), {})
