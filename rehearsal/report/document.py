"""The evidence of a rehearsed release as report.json. All times are account time, in ISO 8601 and UTC."""

from datetime import UTC, datetime
from typing import Any

from rehearsal.report.evidence import ReleaseEvidence, Transition, at_the_end, problems, transitions
from rehearsal.report.failed_attempt import FailedAttempt
from rehearsal.traffic import count_answers, failed_requests

SHOWN_FAILURES = 20


def compose(evidence: ReleaseEvidence) -> dict[str, Any]:
    """Return the report, ready for JSON."""
    found = problems(evidence)
    return {
        "status": evidence.outcome.status,
        "passed": not found,
        "faults": found,
        "failed_first": _attempt(evidence.attempt),
        "execution": _execution(evidence),
        "traffic": _traffic(evidence),
        "transitions": [_transition(change, evidence) for change in transitions(evidence.requests, evidence.dns_ttl)],
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
        "log": list(evidence.log),
    }


def _execution(evidence: ReleaseEvidence) -> dict[str, Any]:
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


def _attempt(attempt: FailedAttempt | None) -> dict[str, Any] | None:
    if attempt is None:
        return None
    return {
        "version": attempt.version,
        "what": attempt.what,
        "stage": attempt.stage,
        "error": attempt.outcome.error,
        "cause": attempt.outcome.cause,
        "stopped": _iso(attempt.outcome.stopped),
        "served_by": list(attempt.served_by),
        "cure": attempt.cure,
        "rerun": attempt.rerun,
    }


def _traffic(evidence: ReleaseEvidence) -> dict[str, Any]:
    failed = failed_requests(evidence.requests)
    return {
        "requests": len(evidence.requests),
        "failed": len(failed),
        "answers": dict(count_answers(evidence.requests)),
        "answers_at_the_end": dict(at_the_end(evidence)),
        "failures": [
            {"at": _iso(evidence.moment(request.at)), "answered_by": request.answered_by, "failure": request.failure}
            for request in failed[:SHOWN_FAILURES]
        ],
    }


def _transition(change: Transition, evidence: ReleaseEvidence) -> dict[str, Any]:
    return {
        "from": change.served_before,
        "to": change.serves,
        "began": _iso(evidence.moment(change.began)),
        "completed": None if change.completed is None else _iso(evidence.moment(change.completed)),
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds")
