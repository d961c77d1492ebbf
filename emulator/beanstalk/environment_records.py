"""What an environment keeps about requests that have ended: retrieved logs and managed actions."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RetrievedInfo:
    """Logs of an instance that a caller asked for: where they are, and when they were taken."""

    url: str
    date: float


@dataclass(frozen=True)
class FinishedAction:
    """A managed action that has ended. `failure`: what went wrong, None after a success."""

    id: str
    description: str
    began: float
    ended: float
    failure: str | None = None
