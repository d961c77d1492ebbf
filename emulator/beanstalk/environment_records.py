"""What an environment keeps about requests that have ended: retrieved logs and managed actions."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RetrievedInfo:
    """Logs of an instance that a caller asked for: where they are, and when they were taken."""

    url: str
    date: float


@dataclass(frozen=True)
class ActionFailure:
    """Why a managed action failed. `kind`: in the words of the API, such as RollbackSuccessful."""

    kind: str
    description: str


@dataclass(frozen=True)
class RunningAction:
    """A managed action that runs. `kind`: PlatformUpdate or InstanceRefresh. `failure`: None while nothing is wrong."""

    id: str
    kind: str
    description: str
    began: float
    failure: ActionFailure | None = None


@dataclass(frozen=True)
class FinishedAction:
    """A managed action that has ended."""

    action: RunningAction
    ended: float
