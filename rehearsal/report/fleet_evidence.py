"""What is known of a fleet that was rehearsed: its two outcomes, and the requests to each environment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from emulator.clock import Clock
from rehearsal.execution import ExecutionOutcome, StateVisit
from rehearsal.traffic import Request, count_answers, failed_requests

SHOWN = 10


@dataclass(frozen=True)
class ShopTraffic:
    """The requests to the production CNAME of one environment. `blue`: its name."""

    blue: str
    requests: Sequence[Request]

    @property
    def failed(self) -> list[Request]:
        """The requests that failed."""
        return failed_requests(self.requests)

    @property
    def last_served_by(self) -> str | None:
        """The environment and version that answered last."""
        return next((each.answered_by for each in reversed(self.requests) if each.answered_by), None)


@dataclass(frozen=True)
class FleetEvidence:
    """`bad`: the environment with the bad version. `stopped`: the outcome before the redrive; `ended`: the last one."""

    arn: str
    bad: str
    stopped: ExecutionOutcome
    ended: ExecutionOutcome
    visits: Sequence[StateVisit]
    traffic: Sequence[ShopTraffic]
    clock: Clock

    def seconds(self, at: float) -> float:
        """Return the account seconds from the start of the fleet to a real epoch second."""
        moment = datetime.fromtimestamp(self.clock.account_time(at), UTC)
        return (moment - self.stopped.started).total_seconds()


def problems(evidence: FleetEvidence) -> list[str]:
    """Return what is not as it should be, in sentences."""
    found = []
    if evidence.stopped.error != "FleetStoppedError":
        found.append(f"The fleet should have stopped at {evidence.bad}; it ended {evidence.stopped.status}.")
    if evidence.ended.status != "SUCCEEDED":
        found.append(f"The redriven fleet ended {evidence.ended.status}: {evidence.ended.cause}")
    found += [
        f"{len(each.failed)} requests to {each.blue} failed, the first with: {each.failed[0].failure}"
        for each in evidence.traffic
        if each.failed
    ]
    left = [each.blue for each in evidence.traffic if each.last_served_by != f"{each.blue}/v2"]
    if left:
        found.append(f"Users are not on v2 of {', '.join(left[:SHOWN])}.")
    return found


def compose(evidence: FleetEvidence) -> dict[str, Any]:
    """Return the report as JSON."""
    return {
        "passed": not problems(evidence),
        "problems": problems(evidence),
        "execution": evidence.arn,
        "stopped": {
            "status": evidence.stopped.status,
            "error": evidence.stopped.error,
            "cause": evidence.stopped.cause,
        },
        "ended": {"status": evidence.ended.status, "output": evidence.ended.output},
        "traffic": {
            "requests": sum(len(each.requests) for each in evidence.traffic),
            "failed": sum(len(each.failed) for each in evidence.traffic),
            "by_environment": {
                each.blue: {"answers": dict(count_answers(each.requests)), "failed": len(each.failed)}
                for each in evidence.traffic
            },
        },
    }
