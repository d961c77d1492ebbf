"""The report of a release: one HTML page that stands alone. It loads nothing and runs nothing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from lambdas.advice import advice
from lambdas.aws.environment_events import EnvironmentEvent
from lambdas.console import console_link
from lambdas.failure import MAX_SENTENCE_LENGTH, Failure
from lambdas.report.release_history import SERVED_BY, ReleaseHistory, ReportedStage, told
from lambdas.report.style import STYLE
from lambdas.report.text import clock, lasted, quoted
from lambdas.report.timeline import MAX_BARS, timeline, who

MAX_ROWS: Final = 150
MAX_EVENTS: Final = 250
MAX_MESSAGE_LENGTH: Final = 300
SEVERITIES: Final = ("FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE")
"""The worst first."""
SENTENCES: Final = re.compile(r"Expected (?P<expected>.+?)\. Found (?P<found>.+)")
"""The words of lambdas/errors.py. What was found ends with the next step: both have sentences of any number."""
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def page(history: ReleaseHistory, events: Sequence[EnvironmentEvent], left_out: Sequence[str], execution: str) -> str:
    """Return the page. `events`: of both environments. `left_out`: sentences on what is missing in what was read."""
    notes = list(left_out)
    sections = [
        _head(history, execution),
        *_failure(history),
        f"<h2>Timeline</h2>\n{timeline(history)}",
        _stages(history, notes),
        *_approvals(history),
        _events(events, history.started, notes),
    ]
    title = quoted(_title(history))
    notes_on_length = "".join(f"<p>{quoted(note, MAX_SENTENCE_LENGTH)}</p>\n" for note in notes)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n<style>{STYLE}</style>\n</head>\n<body>\n'
        + "\n".join(sections)
        + f"\n<footer>\n{notes_on_length}<p>Times are UTC. From the history of the execution"
        f" ({history.events:,} events) and Elastic Beanstalk's events.</p>\n</footer>\n</body>\n</html>\n"
    )


def _known(history: ReleaseHistory, name: str) -> str:
    """Return a fact of the release: as a stage passed it on, or else as it was asked for."""
    return str(history.deployment.get(name) or history.request.get(name) or "")


def _title(history: ReleaseHistory) -> str:
    version, blue = _known(history, "version"), _known(history, "blue")
    return f"Release of {version} onto {blue}" if version else f"Release onto {blue}"


def _head(history: ReleaseHistory, execution: str) -> str:
    took = f" after {lasted(history.ended - history.started)}" if history.ended else ""
    good = history.status == "SUCCEEDED"
    result = f": {quoted(history.result['status'])}" if history.result.get("status") else ""
    facts = {
        "Application": _known(history, "application"),
        "Mode": _known(history, "mode"),
        "Version": _known(history, "version"),
        "Version before": history.deployment.get("previous_version", ""),
        "Environments": ", ".join(each for each in (_known(history, "blue"), _known(history, "green")) if each),
        "Users come to": _known(history, "production_cname"),
        "Users are served by": _who_serves(history) if good else "",
        "Began": clock(history.started),
        "Ended": clock(history.ended) if history.ended else "",
        "Redriven": ", ".join(map(clock, history.redriven)),
    }
    name = execution.rpartition(":")[2]
    link = f'<a href="{quoted(console_link(execution), MAX_SENTENCE_LENGTH)}">{quoted(name)}</a>'
    return (
        f"<h1>{quoted(_title(history), 200)}</h1>\n"
        f'<p class="status {"good" if good else "bad"}">{"&#10003;" if good else "&#10007;"} '
        f"{quoted(history.status)}{result}{took}</p>\n"
        f"<dl>{_facts(facts)}<dt>Execution</dt><dd>{link}</dd></dl>"
    )


def _facts(facts: Mapping[str, Any]) -> str:
    return "\n".join(
        f"<dt>{name}</dt><dd>{quoted(value, MAX_SENTENCE_LENGTH)}</dd>" for name, value in facts.items() if value
    )


def _who_serves(history: ReleaseHistory) -> str:
    """Return who served users when the release ended."""
    said = told(history.notice, SERVED_BY) if history.status != "SUCCEEDED" else ""
    if said or not history.serving:
        return said
    return who(history.serving[-1][1], history.deployment)


def _failure(history: ReleaseHistory) -> Iterator[str]:
    if history.status == "SUCCEEDED" or history.ended is None:
        return
    if history.status == "FAILED" and history.failure:
        failure = history.failure
    else:  # no stage of the failure branch has run
        last = history.runs[-1].name if history.runs else ""
        failure = Failure(last, history.error or history.status, history.cause, 0)
    said = SENTENCES.fullmatch(failure.message)
    facts = {
        SERVED_BY: _who_serves(history) or "the environment with the production CNAME",
        "Done about it": told(history.notice, "Done about it")
        or ("nothing: a stopped release cleans nothing up" * history.stopped),
        "Left over": told(history.notice, "Left over"),
        "Expected": said["expected"] if said else "",
        "Found": said["found"] if said else failure.message,
        "What to do": advice(failure.name),
        "Error": failure.name,
    }
    verb = "was stopped" if history.stopped else "failed"
    title = f"<h2>It {verb} in {quoted(failure.state)}</h2>"
    yield f'<section class="failure">\n{title}\n<dl>{_facts(facts)}</dl>\n</section>'


def _stages(history: ReleaseHistory, notes: list[str]) -> str:
    runs = history.runs[:MAX_ROWS]
    if len(history.runs) > len(runs):
        notes.append(f"{len(history.runs) - len(runs):,} later runs of stages are left out.")
    if len(history.runs) > MAX_BARS:
        notes.append(f"The picture has the first {MAX_BARS} of {len(history.runs):,} runs of stages.")
    names = ("From", "Stage", "Took", "Looks", "Retries", "Error")
    rows = [_stage(run, history) for run in runs]
    return f"<h2>Stages</h2>\n{_table(names, rows)}"


def _stage(run: ReportedStage, history: ReleaseHistory) -> str:
    retries = ", ".join(f"{count} {quoted(error)}" for error, count in run.retries.most_common(3))
    return (
        f'<tr{" class=error" * bool(run.error)}><td class="time">{lasted(run.entered - history.started)}</td>'
        f'<td class="name">{quoted(run.name)}</td>'
        f'<td class="time">{lasted(history.took(run))}</td><td data-name="looks:">{run.looks or ""}</td>'
        f'<td data-name="retries:">{retries}</td><td class="wide">{quoted(run.error)}</td></tr>'
    )


def _approvals(history: ReleaseHistory) -> Iterator[str]:
    asked = [run for run in history.runs if run.name == "AwaitApproval"][:MAX_ROWS]
    if not asked:
        return
    rows = [
        f'<tr><td class="time">{clock(run.entered)}</td><td class="time">'
        f"{lasted(history.took(run))}</td>"
        f'<td class="wide">{quoted(_answer(run, history), MAX_MESSAGE_LENGTH)}</td></tr>'
        for run in asked
    ]
    yield f"<h2>Approvals</h2>\n{_table(('Asked', 'Waited', 'Answer'), rows)}"


def _answer(run: ReportedStage, history: ReleaseHistory) -> str:
    if run.error:
        expired = run.error in ("States.Timeout", "TaskTimedOut")
        return "nobody answered in time" if expired else f"{run.error}: {run.cause or 'no reason given'}"
    stopped = history.stopped and run.left == history.ended
    return "none: the release was stopped" if stopped else "approved"


def _events(events: Sequence[EnvironmentEvent], started: datetime, notes: list[str]) -> str:
    worst_first = sorted(events, key=lambda each: SEVERITIES.index(each.severity) if each.severity in SEVERITIES else 0)
    shown = sorted(worst_first[:MAX_EVENTS], key=lambda each: each.at)
    if len(events) > len(shown):
        notes.append(f"{len(events) - len(shown):,} events of Elastic Beanstalk are left out, the least severe first.")
    rows = [
        f"<tr{' class=error' * (each.severity in ('ERROR', 'FATAL'))}>"
        f'<td class="time">{lasted(each.at - started)}</td><td class="name">{quoted(each.environment)}</td>'
        f'<td>{quoted(each.severity)}</td><td class="wide">{quoted(each.message, MAX_MESSAGE_LENGTH)}</td></tr>'
        for each in shown
    ]
    table = _table(("From", "Environment", "Severity", "Message"), rows) if rows else '<p class="note">None.</p>'
    return f"<h2>Elastic Beanstalk's events</h2>\n{table}"


def _table(names: Sequence[str], rows: Sequence[str]) -> str:
    head = "".join(f"<th>{name}</th>" for name in names)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n" + "\n".join(rows) + "\n</tbody>\n</table>"
