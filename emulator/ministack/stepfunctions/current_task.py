"""The task for which this thread works, if an execution has made it."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class CurrentTask:
    """A visit of a Task state. `execution`: its ARN. `state`: the state's name, also of one in a branch."""

    execution: str
    state: str


current_task: ContextVar[CurrentTask | None] = ContextVar("current_task", default=None)
"""The task that this thread works for, if any."""
