"""Events of executions, as GetExecutionHistory returns them without data."""

from datetime import UTC, datetime
from typing import Any


def event(number: int, kind: str, before: int | None = None, **about: Any) -> dict[str, Any]:
    """Return an event that happens `number` seconds after the epoch, after the event `before` (by default the last)."""
    made: dict[str, Any] = {
        "id": number,
        "type": kind,
        "previousEventId": number - 1 if before is None else before,
        "timestamp": datetime.fromtimestamp(number, UTC),
    }
    return made | ({"someEventDetails": about} if about else {})


def entered(number: int, name: str, before: int | None = None, kind: str = "Task") -> dict[str, Any]:
    """Return the event that a state was entered."""
    return event(number, f"{kind}StateEntered", before, name=name)


def exited(number: int, name: str, before: int | None = None, kind: str = "Task") -> dict[str, Any]:
    """Return the event that a state was left."""
    return event(number, f"{kind}StateExited", before, name=name)
