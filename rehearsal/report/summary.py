"""What a person reads at the end of a rehearsal."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from rehearsal.report.evidence import Evidence, as_in_life, faults
from rehearsal.traffic import answers, failures

WIDTH = 18
MENTIONED_CALLS = 2


def summarize(evidence: Evidence, report: Path, picture: Path) -> Iterator[str]:
    """Yield the lines: the verdict, what was seen, and where to read on."""
    yield _verdict(evidence)
    for fault in faults(evidence):
        yield f"  - {fault}"
    if evidence.outcome.cause:
        yield f"  {_message(evidence.outcome.cause)}"
    yield ""
    yield _row("users", f"{len(evidence.requests):,} requests, {len(failures(evidence.requests)):,} failed")
    yield _row("served by", _counts(answers(evidence.requests)))
    yield _row("Elastic Beanstalk", _calls(evidence.calls))
    yield _row("functions", _functions(evidence.functions))
    yield _row("report", str(report))
    yield _row("picture", str(picture))


def _verdict(evidence: Evidence) -> str:
    environment, _, version = evidence.expected.rpartition("/")
    if faults(evidence):
        return f"{version} was not released well onto {environment}:"
    lasted = ((evidence.outcome.stopped or evidence.outcome.started) - evidence.outcome.started) / timedelta(seconds=1)
    here = as_in_life(lasted * evidence.clock.scale)
    return f"{version} is live on {environment}, after {as_in_life(lasted)} minutes as in life, {here} here."


def _message(cause: str) -> str:
    """The message alone, where the cause is the JSON that Lambda makes of an error."""
    try:
        return str(json.loads(cause)["errorMessage"])
    except (ValueError, TypeError, KeyError):
        return cause


def _calls(calls: Mapping[str, int]) -> str:
    often = Counter(calls).most_common(MENTIONED_CALLS)
    return f"{sum(calls.values()):,} calls, most often {_counts(dict(often))}"


def _functions(functions: Mapping[str, Any]) -> str:
    return f"{functions['invocations']:,} invocations, {functions['billed_ms']:,} ms billed"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _row(name: str, words: str) -> str:
    return f"  {name:<{WIDTH}}{words}"
