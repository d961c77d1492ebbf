"""A drive of an execution: from its start, or a redrive, to its end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.clock import Clock

STARTS = ("ExecutionStarted", "ExecutionRedriven")
ENDS = ("ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut")


@dataclass
class Drive:
    """One drive, in real epoch seconds. `entered`: the states, and when the execution entered them, in order."""

    begin: float
    end: float = float("inf")
    entered: list[tuple[float, str]] = field(default_factory=list)

    def state(self, at: float) -> str | None:
        """Return the state in which it was; None before its first state and after its end."""
        if not self.begin <= at <= self.end:
            return None
        return next((state for entered, state in reversed(self.entered) if entered <= at), None)


def drives_of(events: Iterable[Mapping[str, Any]], clock: Clock) -> list[Drive]:
    """Return the drives in a history."""
    drives: list[Drive] = []
    for event in events:
        if event["type"] in STARTS:
            drives.append(Drive(real_time(event, clock)))
        elif event["type"] in ENDS:
            drives[-1].end = real_time(event, clock)
        elif name := event.get("stateEnteredEventDetails", {}).get("name"):
            drives[-1].entered.append((real_time(event, clock), name))
    return drives


def real_time(event: Mapping[str, Any], clock: Clock) -> float:
    """Return when an event of a history was, in real epoch seconds."""
    return clock.machine_time(event["timestamp"].timestamp())
