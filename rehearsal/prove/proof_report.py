"""report.json of a proof, and the table of facts at its end."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from rehearsal.prove.facts import FACTS, Fact
from rehearsal.prove.observations import NOT_SEEN, FactObservation
from rehearsal.prove.proof_evidence import ProofEvidence
from rehearsal.prove.target import ProofTarget
from rehearsal.traffic import count_answers, failed_requests

MARKS = {True: "agrees", False: "DIFFERS", None: ""}
SHOWN_FAILURES = 20


def observed(evidence: ProofEvidence) -> list[tuple[Fact, FactObservation]]:
    """Return each fact with what the run saw of it."""
    return [(fact, fact.observe(evidence) if fact.observe else NOT_SEEN) for fact in FACTS]


def problems(evidence: ProofEvidence) -> list[str]:
    """Return what keeps the proof from passing: steps that went wrong, and facts that do not hold."""
    differing = [
        f"{fact.id}: expected: {fact.sentence} Found: {found.text}."
        for fact, found in observed(evidence)
        if found.agrees is False
    ]
    return [*evidence.problems, *differing]


def compose(evidence: ProofEvidence, target: ProofTarget, run: str) -> dict[str, Any]:
    """Return the report, ready for JSON. Times are the account's, in ISO 8601 and UTC."""
    failed = failed_requests(evidence.requests)
    return {
        "run": run,
        "account": {"id": target.account_id, "region": target.region, "emulated": target.emulated},
        "passed": not problems(evidence),
        "problems": problems(evidence),
        "facts": [
            {
                "id": fact.id,
                "sentence": fact.sentence,
                "state": fact.state,
                "source": fact.source,
                "emulator": fact.emulator,
                "found": found.text,
                "agrees": found.agrees,
            }
            for fact, found in observed(evidence)
        ],
        "executions": [
            {
                "name": each.name,
                "expected": each.expected,
                "status": each.outcome.status,
                "error": each.outcome.error,
                "cause": each.outcome.cause,
                "output": each.outcome.output,
                "started": _iso(each.outcome.started),
                "stopped": _iso(each.outcome.stopped),
                "states": [
                    {"name": visit.name, "entered": _iso(visit.entered), "exited": _iso(visit.exited)}
                    for visit in each.visits
                ],
            }
            for each in evidence.executions
        ],
        "durations": dict(evidence.durations),
        "traffic": {
            "requests": len(evidence.requests),
            "failed": len(failed),
            "answers": dict(count_answers(evidence.requests)),
            "failures": [each.failure for each in failed[:SHOWN_FAILURES]],
        },
        "answers": evidence.answers,
        "denials": list(evidence.denials),
        "throttled": evidence.throttled,
        "samples": [{**vars(each), "at": _iso(each.at)} for each in evidence.samples],
        "events": [{**vars(each), "at": _iso(each.at)} for each in evidence.events],
    }


def table(evidence: ProofEvidence, target: ProofTarget) -> Iterator[str]:
    """Yield the table of facts: what the handlers rely on, what the emulator does, what this account did."""
    here = "here" if target.emulated else "AWS"
    for fact, found in observed(evidence):
        mark = MARKS[found.agrees]
        yield f"{fact.id}{f'  [{mark}]' if mark else ''}"
        yield f"    relied on     {fact.sentence} ({fact.state})"
        yield f"    the emulator  {fact.emulator}"
        yield f"    {here:<12}  {found.text}"


def summary(evidence: ProofEvidence) -> Iterator[str]:
    """Yield the lines under the table: the result, each problem, the counts."""
    found = problems(evidence)
    yield "The proof has problems:" if found else "The proof passed."
    yield from (f"  - {each}" for each in found)
    failed = failed_requests(evidence.requests)
    yield f"  traffic     {len(evidence.requests):,} requests, {len(failed):,} failed"
    longest = ", ".join(f"{operation} {seconds:.0f} s" for operation, seconds in evidence.durations.items())
    yield f"  operations  {longest or 'none'}"


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds")
