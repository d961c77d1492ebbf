"""What a log shows of an execution's history."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from trigger.output import Output, waiting_for

BEGIN = datetime(2026, 11, 23, tzinfo=UTC)


def failed(seconds: float, kind: str = "TaskFailed", **details: str) -> dict[str, Any]:
    """Return an event that happens `seconds` after the state's entry."""
    return {"type": kind, "timestamp": BEGIN + timedelta(seconds=seconds), f"t{kind[1:]}EventDetails": details}


def waiting(seconds: float, found: str, error: str = "EnvironmentNotReadyError") -> dict[str, Any]:
    cause = f"Expected blue to be watched for 120 seconds. Found {found}. Nothing to do."
    return failed(seconds, error=error, cause=cause)


def lines_of(events: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the lines of a log after the entry of `Watch`."""
    output = Output(as_json=False)
    output.write_history_event(
        {"type": "TaskStateEntered", "timestamp": BEGIN, "stateEnteredEventDetails": {"name": "Watch"}}
    )
    for event in events:
        output.write_history_event(event)
    return [line.strip() for line in capsys.readouterr().out.splitlines()][1:]


def test_a_wait_where_only_a_number_changes_is_shown_once_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    events = [waiting(each, str(each)) for each in (10, 30, 69, 70)]
    events.append(waiting(100, "100", "EnvironmentReadySoonError"))
    text = "waiting for blue to be watched for 120 seconds"
    assert lines_of(events, capsys) == [f"{text}: 10, 0:10", f"{text}: 70, 1:10"]


def test_a_wait_for_something_else_is_shown_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(lines_of([waiting(10, "Launching"), waiting(11, "Ready"), waiting(12, "Ready")], capsys)) == 2


@pytest.mark.parametrize("kind", ["TaskFailed", "TaskTimedOut", "TaskStartFailed", "TaskSubmitFailed"])
def test_each_kind_of_task_failure_is_shown(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert lines_of([failed(1, kind, error="States.Timeout", cause="too late")], capsys) == ["failed: States.Timeout"]


def test_a_rejection_without_error_and_cause_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert lines_of([failed(1)], capsys) == ["failed: unknown"]


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("Expected g to be Ready. Found g (e-1) Launching, Grey, running None. Wait.", "waiting for g: Launching"),
        ("Expected g to be healthy. Found g (e-1) Ready, Pending, running v1. Wait.", "waiting for g: Ready, Pending"),
        (
            "Expected b to be watched for 120 seconds. Found 35. Fine.",
            "waiting for b to be watched for 120 seconds: 35",
        ),
        ("something else", "something else"),
    ],
)
def test_a_wait_is_shown_in_few_words(cause: str, words: str) -> None:
    assert waiting_for(cause) == words
