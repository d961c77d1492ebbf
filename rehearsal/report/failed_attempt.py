"""The first attempt of a release that fails on purpose: what failed, and who served users then."""

from collections.abc import Sequence
from dataclasses import dataclass

from rehearsal.execution import ExecutionOutcome


@dataclass(frozen=True)
class FailedAttempt:
    """An attempt that failed on purpose.

    `version`: the one that was to be released. `what`: the cause, `cure`: how it ended, `rerun`: what was done then;
    all in words. `stage`: the one that failed, None if none did. `expected_stage`: the one that should fail.
    `served_by`: the "<environment>/<version>" that answered after the failure. `ended_at`: real epoch seconds.
    `loses_requests`: the failure itself costs users requests, until they are on the other environment.
    """

    version: str
    what: str
    cure: str
    rerun: str
    outcome: ExecutionOutcome
    stage: str | None
    expected_stage: str
    served_by: Sequence[str]
    ended_at: float
    loses_requests: bool

    def problems(self) -> list[str]:
        """Return what is not as planned."""
        found = []
        if (self.outcome.status, self.stage) != ("FAILED", self.expected_stage):
            seen = f"it ended {self.outcome.status}" + (f" in {self.stage}" if self.stage else "")
            found.append(f"expected the first attempt to fail in {self.expected_stage}, found that {seen}")
        if not self.served_by:
            found.append("expected an environment to serve users after the failure, found none")
        return found
