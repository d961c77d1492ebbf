"""Histories of executions, as GetExecutionHistory returns them: two that were recorded, and made ones."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from lambdas.aws.environment_events import EnvironmentEvent

RECORDED = Path(__file__).parents[1] / "unit" / "lambdas" / "report"
NAMES = {
    "application": "shop",
    "blue": "shop-prod",
    "green": "shop-prod-green",
    "version": "v2",
    "mode": "full",
    "next_step": "release",
}


@dataclass(frozen=True)
class RecordedRelease:
    """A release that ran in the emulated account: its execution's history, and Elastic Beanstalk's events."""

    execution: str
    history: list[dict[str, Any]]
    events: list[EnvironmentEvent]

    @classmethod
    def read(cls, name: str) -> Self:
        """Return the one in the file of that name, without the data that no report needs."""
        found = json.loads((RECORDED / f"{name}.json").read_text())
        history = [{**each, "timestamp": datetime.fromisoformat(each["timestamp"])} for each in found["history"]]
        events = [EnvironmentEvent(**{**each, "at": datetime.fromisoformat(each["at"])}) for each in found["events"]]
        return cls(found["execution"], history, events)


@dataclass
class MadeHistory:
    """Makes a history, event by event, a second apart."""

    events: list[dict[str, Any]] = field(default_factory=list)
    now: datetime = datetime(2026, 1, 31, 12, tzinfo=UTC)

    @classmethod
    def begun(cls, request: Any = None) -> Self:
        """Return the history of an execution that has just been started."""
        made = cls()
        made.add("ExecutionStarted", executionStartedEventDetails={"input": json.dumps(request or NAMES)})
        return made

    def add(self, kind: str, after: int | None = None, **details: Any) -> int:
        """Add an event; return its number. `after`: of the event before it, by default the last one."""
        self.now += timedelta(seconds=1)
        previous = len(self.events) if after is None else after
        event = {"id": len(self.events) + 1, "previousEventId": previous, "type": kind, "timestamp": self.now}
        self.events.append({**event, **details})
        return len(self.events)

    def enter(self, name: str, after: int | None = None, **given: Any) -> int:
        """Add the entry into a task's state and its first attempt; return the number of the attempt."""
        details = {"name": name, "input": json.dumps({"deployment": NAMES, **given})}
        self.add("TaskStateEntered", after, stateEnteredEventDetails=details)
        return self.add("TaskScheduled")

    def fail(self, error: str, cause: str = "", after: int | None = None) -> int:
        """Add the failure of an attempt; return its number."""
        return self.add("TaskFailed", after, taskFailedEventDetails={"error": error, "cause": cause})

    def leave(self, name: str, after: int | None = None, **passed_on: Any) -> int:
        """Add the exit from a task's state; return its number."""
        details = {"name": name, "output": json.dumps({"deployment": NAMES, **passed_on})}
        return self.add("TaskStateExited", after, stateExitedEventDetails=details)

    def run(self, name: str, given: Mapping[str, Any] | None = None, **passed_on: Any) -> None:
        """Add a stage that succeeds at its first attempt."""
        self.enter(name, **(given or {}))
        self.add("TaskSucceeded")
        self.leave(name, **passed_on)

    def end(self, status: str, **details: Any) -> list[dict[str, Any]]:
        """Add the end, such as `Failed`; return the history."""
        self.add(f"Execution{status}", None, **{f"execution{status}EventDetails": details})
        return self.events
