"""What a log tells of an execution's history."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from trigger.output import Output

BEGIN = datetime(2026, 11, 23, tzinfo=UTC)


def failed(seconds: float, kind: str = "TaskFailed", **details: str) -> dict[str, Any]:
    """An event, so long after the state was entered."""
    return {"type": kind, "timestamp": BEGIN + timedelta(seconds=seconds), f"t{kind[1:]}EventDetails": details}


def waiting(seconds: float, found: str) -> dict[str, Any]:
    cause = f"Expected blue to be watched for 120 seconds. Found {found}. Nothing to do."
    return failed(seconds, error="EnvironmentNotReadyError", cause=cause)


def told(events: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines of a log after `Watch` was entered."""
    report = Output(as_json=False)
    report.history({"type": "TaskStateEntered", "timestamp": BEGIN, "stateEnteredEventDetails": {"name": "Watch"}})
    for event in events:
        report.history(event)
    return [line.strip() for line in capsys.readouterr().out.splitlines()][1:]


def test_what_only_counts_on_is_told_once_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    events = [waiting(10, "10"), waiting(30, "30"), waiting(69, "69"), waiting(70, "70"), waiting(100, "100")]
    text = "waiting for blue to be watched for 120 seconds"
    assert told(events, capsys) == [f"{text}: 10, 0:10", f"{text}: 70, 1:10"]


def test_another_thing_that_is_waited_for_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(told([waiting(10, "Launching"), waiting(11, "Ready"), waiting(12, "Ready")], capsys)) == 2


@pytest.mark.parametrize("kind", ["TaskFailed", "TaskTimedOut", "TaskStartFailed", "TaskSubmitFailed"])
def test_each_way_in_which_a_task_may_fail_is_told(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert told([failed(1, kind, error="States.Timeout", cause="too late")], capsys) == ["States.Timeout: too late"]


def test_a_rejection_may_name_neither_error_nor_cause(capsys: pytest.CaptureFixture[str]) -> None:
    assert told([failed(1)], capsys) == ["unknown:"]
