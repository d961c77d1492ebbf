"""Writes the summary at the end of a rehearsal."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from rehearsal.report.evidence import ReleaseEvidence, minutes, problems
from rehearsal.traffic import count_answers, failed_requests

WIDTH = 18
SHOWN_ACTIONS = 2
SHOWN_LINES = 10
LINE_LENGTH = 160


def summarize(evidence: ReleaseEvidence, report: Path, picture: Path) -> Iterator[str]:
    """Yield the lines: the result, the counts, and the files to read next."""
    yield _result(evidence)
    for problem in problems(evidence):
        yield f"  - {problem}"
    if evidence.outcome.cause:
        yield f"  {_message(evidence.outcome.cause)}"
    if evidence.log:
        yield f"  The log of {evidence.expected.rpartition('/')[0]} ends with:"
        yield from (f"    {_printable(line)}" for line in evidence.log[-SHOWN_LINES:])
    yield ""
    yield _row("traffic", f"{len(evidence.requests):,} requests, {len(failed_requests(evidence.requests)):,} failed")
    yield _row("answered by", _counts(count_answers(evidence.requests)))
    yield _row("Elastic Beanstalk", _calls(evidence.calls))
    yield _row("functions", _functions(evidence.functions))
    yield _row("report", str(report))
    yield _row("picture", str(picture))


def _result(evidence: ReleaseEvidence) -> str:
    environment, _, version = evidence.expected.rpartition("/")
    if problems(evidence):
        return f"The release of {version} onto {environment} has problems:"
    lasted = ((evidence.outcome.stopped or evidence.outcome.started) - evidence.outcome.started) / timedelta(seconds=1)
    real = minutes(lasted * evidence.clock.scale)
    return f"{version} is live on {environment} after {minutes(lasted)} minutes of account time, {real} of real time."


def _message(cause: str) -> str:
    """Return the message of an error that Lambda wrote as JSON; any other cause as it is."""
    try:
        return str(json.loads(cause)["errorMessage"])
    except (ValueError, TypeError, KeyError):
        return cause


def _printable(line: str) -> str:
    """Return the start of a line that an application wrote, without what a terminal would obey."""
    return "".join(character if character.isprintable() else " " for character in line[:LINE_LENGTH])


def _calls(calls: Mapping[str, int]) -> str:
    most = Counter(calls).most_common(SHOWN_ACTIONS)
    return f"{sum(calls.values()):,} calls, most often {_counts(dict(most))}"


def _functions(functions: Mapping[str, Any]) -> str:
    return f"{functions['invocations']:,} invocations, {functions['billed_ms']:,} ms billed"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _row(name: str, text: str) -> str:
    return f"  {name:<{WIDTH}}{text}"
