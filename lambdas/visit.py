"""The place of an invocation in its execution, and how far AWS's answers may be behind by then.

A stale answer shows an older state, never a newer one. What a look shows as done is done. What it shows as not done may
have been done in the last SETTLE_SECONDS.
"""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

SETTLE_SECONDS: Final = 60
"""The age of an answer at most. AWS gives no limit: reads are "eventually consistent", usually within seconds."""


@dataclass(frozen=True)
class Visit:
    """One invocation of a stage."""

    execution: str
    """The execution's ARN."""
    state: str
    since: datetime
    """When waiting began: at the state's entry, whatever its retries, or at a later redrive."""
    now: datetime
    """When the invocation began."""
    started: datetime
    """When the execution was started. A redrive does not change it."""
    redriven: datetime | None = None
    """When the execution was redriven last."""
    redrives: int = 0
    """How often the execution was redriven."""
    begun: float = field(default_factory=lambda: time.time(), compare=False)  # noqa: PLW0108 - a clock may replace it
    """The epoch at which this was made, a moment after `now`."""

    @classmethod
    def from_context(cls, context: Mapping[str, Any]) -> Self:
        """`context`: Step Functions' context object."""
        execution, state = context["Execution"], context["State"]
        entered, redriven = _moment(state["EnteredTime"]), execution.get("RedriveTime")
        return cls(
            execution=execution["Id"],
            state=state["Name"],
            since=max(entered, _moment(redriven)) if redriven else entered,
            now=datetime.fromtimestamp(time.time(), UTC),
            started=_moment(execution["StartTime"]),
            redriven=_moment(redriven) if redriven else None,
            redrives=execution.get("RedriveCount", 0),
        )

    @property
    def execution_name(self) -> str:
        """The last part of the ARN; unique per state machine for 90 days."""
        return self.execution.rsplit(":", 1)[-1]

    @property
    def digest(self) -> str:
        """Twelve characters that stand for the ARN. Executions of two stacks may have the same name."""
        return hashlib.sha256(self.execution.encode()).hexdigest()[:12]

    @property
    def seconds(self) -> float:
        """The age of the wait, at the beginning of the invocation."""
        return self.elapsed(self.now.timestamp())

    @property
    def run_started(self) -> datetime:
        """When the execution was started, or redriven last."""
        return max(self.started, self.redriven or self.started)

    @property
    def run_seconds(self) -> float:
        """The age of the execution, or of its last redrive, at the beginning of the invocation."""
        return (self.now - self.run_started).total_seconds()

    def release_seconds(self, approved: datetime | None) -> float:
        """Return the age of the release at the beginning of the invocation, from its start, redrive or approval on.

        The last of them counts. A wait for approval has a limit of its own, so it does not make a release slow.
        """
        return (self.now - max(self.run_started, approved or self.run_started)).total_seconds()

    @property
    def machine(self) -> str:
        """The name of the state machine."""
        return self.execution.split(":")[6]

    @property
    def region(self) -> str:
        """The region of the execution."""
        return self.execution.split(":")[3]

    @property
    def resumed(self) -> bool:
        """Whether a redrive resumed this state. What it did before the redrive may not show yet."""
        return self.since == self.redriven

    def as_of(self, moment: datetime) -> Self:
        """Return the invocation as if it had begun at another moment: when what it sees was looked at."""
        return replace(self, now=moment, begun=self.begun - (self.now - moment).total_seconds())

    def present(self) -> datetime:
        """Return the time at which it is called."""
        return self.now + timedelta(seconds=time.time() - self.begun)

    def elapsed(self, now: float) -> float:
        """Return the seconds from the begin of the wait to `now`, an epoch."""
        return now - self.since.timestamp()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
