"""Writes the summary at the end of a rehearsal."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from textwrap import wrap
from typing import Any

from rehearsal.report.evidence import ReleaseEvidence, at_the_end, minutes, problems
from rehearsal.report.failed_attempt import FailedAttempt
from rehearsal.traffic import Request, count_answers, failed_requests

WIDTH = 18
SHOWN_ACTIONS = 2
SHOWN_LINES = 10
LINE_LENGTH = 160
CAUSE_WIDTH = 100
CAUSE_LINES = 5


def summarize(evidence: ReleaseEvidence, report: Path, picture: Path) -> Iterator[str]:
    """Yield the lines: the result, the counts, and the files to read next."""
    yield _result(evidence)
    for problem in problems(evidence):
        yield f"  - {problem}"
    if evidence.attempt:
        yield from told_attempt(evidence.attempt, evidence.requests)
        yield f"Then {evidence.attempt.cure}, and {evidence.attempt.rerun}."
    elif evidence.outcome.status != "SUCCEEDED" and evidence.requests:
        yield _users(evidence.requests, sorted(at_the_end(evidence)))
    if evidence.outcome.cause:
        yield from _cause(evidence.outcome.cause)
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


def told_attempt(attempt: FailedAttempt, requests: Sequence[Request]) -> Iterator[str]:
    """Yield the lines about an attempt that failed on purpose: the stage, the users, the cause."""
    yield f"{attempt.version} failed on purpose in {attempt.stage or 'no stage'}: {attempt.what}."
    until = attempt.ended_at
    yield _users([request for request in requests if request.at <= until], attempt.served_by)
    yield from _cause(attempt.outcome.cause or "")


def _users(requests: Sequence[Request], served_by: Sequence[str]) -> str:
    """Return whether users were protected. `requests`: those until the failure."""
    who = " and ".join(served_by) or "nobody"
    serves = "serve" if len(served_by) > 1 else "serves"
    failed = failed_requests(requests)
    if failed or not served_by:
        return f"{len(failed):,} of {len(requests):,} requests of users failed; {who} {serves} users."
    return f"Users were protected: {who} {serves} them, and none of {len(requests):,} requests failed."


def _cause(cause: str) -> Iterator[str]:
    """Yield the start of the cause, in a few lines."""
    yield from wrap(
        _message(cause), CAUSE_WIDTH, max_lines=CAUSE_LINES, placeholder=" ...",
        initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False,
    )  # fmt: skip


def _result(evidence: ReleaseEvidence) -> str:
    environment, _, version = evidence.expected.rpartition("/")
    failed = evidence.failed_visits
    if evidence.outcome.status != "SUCCEEDED" and failed:
        return f"The release of {version} onto {environment} failed in {failed[-1].name}:"
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
