"""A state that an execution has entered."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EnteredState:
    """A state of the machine as it was entered: a redrive resumes here.

    `data` is JSON: a redriven state gets the same input again. `time` is the time of entry, `event` the id of the
    StateEntered event.
    """

    name: str
    data: str
    time: str
    event: int
