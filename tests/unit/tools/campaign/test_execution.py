"""The history of an execution in a run."""

from datetime import UTC, datetime
from typing import Any

from tests.support.campaign_runs import CLOCK, history


def event(number: int, kind: str, state: str | None = None) -> dict[str, Any]:
    details = {"stateExitedEventDetails": {"name": state}} if state else {}
    moment = datetime.fromtimestamp(CLOCK.origin + 10 * number, UTC)
    return {"id": number, "previousEventId": number - 1, "type": kind, "timestamp": moment, **details}


def test_a_version_is_proved_when_it_has_passed_its_test() -> None:
    events = (event(1, "TaskSucceeded"), event(2, "TaskStateExited", "AwaitRelease"),
              event(3, "TaskSucceeded"), event(4, "TaskStateExited", "VerifyRelease"))  # fmt: skip
    assert history(events=events).proved_at(CLOCK) == CLOCK.origin + 4.0


def test_a_version_is_not_proved_by_a_test_that_ends_in_its_catch() -> None:
    events = (event(1, "TaskFailed"), event(2, "TaskStateExited", "VerifyRelease"))
    assert history(events=events).proved_at(CLOCK) is None
