"""The evidence of a rehearsed release, and its problems."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from emulator.clock import Clock
from rehearsal.account.shop import BeanstalkEvent
from rehearsal.execution import ExecutionOutcome, StateVisit, failed_visits
from rehearsal.report.failed_attempt import FailedAttempt
from rehearsal.traffic import Request, count_answers, failed_requests

SWAPPED = "Completed swapping CNAMEs"


@dataclass(frozen=True)
class ReleaseEvidence:
    """The observations of one release.

    `expected`: the "<environment>/<version>" that should answer at the end.
    `ended_at`: the end of the execution, in real epoch seconds. Traffic goes on for some seconds after it.
    `dns_ttl`: real seconds. An environment without an answer for so long serves no longer.
    `events`: Elastic Beanstalk's, oldest first. `calls`: to Elastic Beanstalk during the release, by action.
    `log`: after a failed release, the last lines that the instances of blue wrote. AWS's events do not quote them.
    `attempt`: the attempt that failed on purpose before `outcome`. The visits and requests of both are in the evidence.
    """

    expected: str
    arn: str
    outcome: ExecutionOutcome
    visits: Sequence[StateVisit]
    requests: Sequence[Request]
    ended_at: float
    clock: Clock
    dns_ttl: float
    calls: Mapping[str, int] = field(default_factory=dict)
    events: Sequence[BeanstalkEvent] = ()
    functions: Mapping[str, Any] = field(default_factory=dict)
    log: Sequence[str] = ()
    attempt: FailedAttempt | None = None

    @property
    def started(self) -> datetime:
        """The start of the first execution."""
        return self.attempt.outcome.started if self.attempt else self.outcome.started

    @property
    def failed_visits(self) -> list[StateVisit]:
        """The visits to the stages that failed."""
        return failed_visits(self.visits, ended=self.outcome.status != "SUCCEEDED")

    def moment(self, at: float) -> datetime:
        """Return the account time at a real epoch second."""
        return datetime.fromtimestamp(self.clock.origin + (at - self.clock.origin) / self.clock.scale, UTC)

    def seconds(self, moment: datetime) -> float:
        """Return the account seconds from the start of the first execution to a moment."""
        return (moment - self.started).total_seconds()

    def request_seconds(self, request: Request) -> float:
        """Return the account seconds from the start of the first execution to a request."""
        return self.seconds(self.moment(request.at))

    @property
    def swaps(self) -> list[datetime]:
        """The ends of the swaps. Both environments have an event for the same request; the first one counts."""
        first: dict[str | None, datetime] = {}
        for event in self.events:
            if event.message.startswith(SWAPPED):
                first.setdefault(event.request, event.at)
        return list(first.values())


@dataclass(frozen=True)
class Transition:
    """A change of the environment or version that serves.

    `began`: the first answer of the new one; `completed`: the last answer of the old one; in real epoch seconds.
    `served_before` and `completed` are None for the first one.
    """

    served_before: str | None
    serves: str
    began: float
    completed: float | None


@dataclass
class _Interval:
    serves: str
    first: float
    last: float


def transitions(requests: Sequence[Request], dns_ttl: float) -> list[Transition]:
    """Return the transitions, in their order. While DNS answers expire two serve at once: that is one transition."""
    intervals: list[_Interval] = []
    current: dict[str, _Interval] = {}
    for request in sorted(requests, key=lambda request: request.at):
        if request.failure or not request.answered_by:
            continue
        interval = current.get(request.answered_by)
        if interval is None or (request.at - interval.last > dns_ttl and interval is not intervals[-1]):
            interval = current[request.answered_by] = _Interval(request.answered_by, request.at, request.at)
            intervals.append(interval)
        interval.last = request.at
    former: list[_Interval | None] = [None, *intervals]
    return [
        Transition(before.serves if before else None, interval.serves, interval.first, before.last if before else None)
        for before, interval in zip(former, intervals, strict=False)
    ]


def problems(evidence: ReleaseEvidence) -> list[str]:
    """Return the problems of the release; none for a good one."""
    attempt = evidence.attempt
    borne = attempt.ended_at if attempt and attempt.loses_requests else 0
    failed = [request for request in failed_requests(evidence.requests) if request.at >= borne]
    found = attempt.problems() if attempt else []
    if evidence.outcome.status != "SUCCEEDED":
        found.append(f"the execution ended {evidence.outcome.status}: {evidence.outcome.error or 'no error was given'}")
    if not evidence.requests:
        found.append("no request was made, so nothing is proved")
    if failed:
        found.append(
            f"{len(failed):,} of {len(evidence.requests):,} requests failed, the first with: {failed[0].failure}"
        )
    if evidence.requests and set(at_the_end(evidence)) != {evidence.expected}:
        seen = ", ".join(sorted(at_the_end(evidence))) or "none"
        found.append(f"at the end, expected answers from {evidence.expected}, found {seen}")
    return found


def minutes(seconds: float) -> str:
    """Return a duration as minutes and seconds, such as 5:07."""
    sign, whole = "-" if seconds < -0.5 else "", round(abs(seconds))
    return f"{sign}{whole // 60}:{whole % 60:02}"


def at_the_end(evidence: ReleaseEvidence) -> Counter[str]:
    """Return how many requests were answered after the end of the execution, by "<environment>/<version>"."""
    return count_answers(request for request in evidence.requests if request.at >= evidence.ended_at)
