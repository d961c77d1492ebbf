"""What a rehearsal found: the evidence, the verdict on it, and both as report.json.

All times in the report are the account's, in ISO 8601 and UTC: as in life, only sooner.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from emulator.clock import Clock
from rehearsal.execution import Outcome, StateVisit
from rehearsal.traffic import Request, answers, failures

SHOWN_FAILURES = 20
SWAPPED = "Completed swapping CNAMEs"


@dataclass(frozen=True)
class BeanstalkEvent:
    """An event as DescribeEvents tells it. `request`: the id of the request that caused it, if any did."""

    at: datetime
    environment: str
    severity: str
    message: str
    request: str | None = None


@dataclass(frozen=True)
class Evidence:
    """All that was seen of one release.

    `expected`: who should answer in the end, as "<environment>/<version>".
    `ended_at`: when the execution was seen to have ended (real epoch seconds); users went on asking for a while.
    `pause`: real seconds without an answer from somebody after which he is taken to serve no longer (a DNS TTL).
    `events`: Elastic Beanstalk's, oldest first. `calls`: to Elastic Beanstalk during the release, by action.
    """

    expected: str
    arn: str
    outcome: Outcome
    visits: Sequence[StateVisit]
    requests: Sequence[Request]
    ended_at: float
    clock: Clock
    pause: float
    calls: Mapping[str, int] = field(default_factory=dict)
    events: Sequence[BeanstalkEvent] = ()
    functions: Mapping[str, Any] = field(default_factory=dict)

    def moment(self, at: float) -> datetime:
        """Return the account's time at a real one."""
        return datetime.fromtimestamp(self.clock.origin + (at - self.clock.origin) / self.clock.scale, UTC)

    @property
    def swaps(self) -> list[datetime]:
        """When CNAMEs had been swapped; both environments of a pair tell of one request, one after the other."""
        first: dict[str | None, datetime] = {}
        for event in self.events:
            if event.message.startswith(SWAPPED):
                first.setdefault(event.request, event.at)
        return list(first.values())


@dataclass(frozen=True)
class Transition:
    """Users came to be served by another: from its first answer (`began`) to the last one of the former (`completed`).

    Real epoch seconds. Nobody served before the first (`served_before` and `completed` are None).
    """

    served_before: str | None
    serves: str
    began: float
    completed: float | None


@dataclass
class _Stay:
    who: str
    first: float
    last: float


def transitions(requests: Sequence[Request], pause: float) -> list[Transition]:
    """Return who served when. While DNS answers expire, two serve at once: that is one transition, not many."""
    stays: list[_Stay] = []
    current: dict[str, _Stay] = {}
    for request in sorted(requests, key=lambda request: request.at):
        if request.failure or not request.answered_by:
            continue
        stay = current.get(request.answered_by)
        if stay is None or (request.at - stay.last > pause and stay is not stays[-1]):
            stay = current[request.answered_by] = _Stay(request.answered_by, request.at, request.at)
            stays.append(stay)
        stay.last = request.at
    former: list[_Stay | None] = [None, *stays]
    return [
        Transition(before.who if before else None, stay.who, stay.first, before.last if before else None)
        for before, stay in zip(former, stays, strict=False)
    ]


def faults(evidence: Evidence) -> list[str]:
    """Return why the release is not a good one; nothing if it is."""
    failed = failures(evidence.requests)
    found = []
    if evidence.outcome.status != "SUCCEEDED":
        found.append(f"the execution ended {evidence.outcome.status}: {evidence.outcome.error or 'it gave no error'}")
    if not evidence.requests:
        found.append("no user made a request, so nothing was judged")
    if failed:
        found.append(
            f"{len(failed):,} of {len(evidence.requests):,} requests failed, the first with: {failed[0].failure}"
        )
    if evidence.requests and set(_at_the_end(evidence)) != {evidence.expected}:
        seen = ", ".join(sorted(_at_the_end(evidence))) or "nobody"
        found.append(f"in the end users should be served by {evidence.expected}, and were by {seen}")
    return found


def compose(evidence: Evidence) -> dict[str, Any]:
    """Return the report, ready for JSON."""
    found = faults(evidence)
    return {
        "status": evidence.outcome.status,
        "passed": not found,
        "faults": found,
        "execution": _execution(evidence),
        "traffic": _traffic(evidence),
        "transitions": [_transition(change, evidence) for change in transitions(evidence.requests, evidence.pause)],
        "beanstalk": {
            "scale": evidence.clock.scale,
            "calls": dict(sorted(evidence.calls.items())),
            "swaps": [_iso(moment) for moment in evidence.swaps],
            "events": [
                {"at": _iso(e.at), "environment": e.environment, "severity": e.severity, "message": e.message}
                for e in evidence.events
            ],
        },
        "lambda": dict(evidence.functions),
    }


def as_in_life(seconds: float) -> str:
    """Return a duration as minutes and seconds, such as 5:07."""
    sign, whole = "-" if seconds < -0.5 else "", round(abs(seconds))
    return f"{sign}{whole // 60}:{whole % 60:02}"


def _execution(evidence: Evidence) -> dict[str, Any]:
    outcome = evidence.outcome
    return {
        "arn": evidence.arn,
        "input": outcome.input,
        "output": outcome.output,
        "error": outcome.error,
        "cause": outcome.cause,
        "started": _iso(outcome.started),
        "stopped": _iso(outcome.stopped),
        "states": [
            {"name": visit.name, "entered": _iso(visit.entered), "exited": _iso(visit.exited)}
            for visit in evidence.visits
        ],
    }


def _traffic(evidence: Evidence) -> dict[str, Any]:
    failed = failures(evidence.requests)
    return {
        "requests": len(evidence.requests),
        "failed": len(failed),
        "answers": dict(answers(evidence.requests)),
        "answers_at_the_end": dict(_at_the_end(evidence)),
        "failures": [
            {"at": _iso(evidence.moment(request.at)), "answered_by": request.answered_by, "failure": request.failure}
            for request in failed[:SHOWN_FAILURES]
        ],
    }


def _transition(change: Transition, evidence: Evidence) -> dict[str, Any]:
    return {
        "from": change.served_before,
        "to": change.serves,
        "began": _iso(evidence.moment(change.began)),
        "completed": None if change.completed is None else _iso(evidence.moment(change.completed)),
    }


def _at_the_end(evidence: Evidence) -> Counter[str]:
    return answers(request for request in evidence.requests if request.at >= evidence.ended_at)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds")
