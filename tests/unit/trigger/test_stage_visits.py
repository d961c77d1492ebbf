"""The stages of an execution as its history tells them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from trigger.stage_visits import visits_in

START = datetime(2026, 11, 23, tzinfo=UTC)


def event(seconds: float, kind: str, name: str = "", **details: str) -> dict[str, Any]:
    key = "stateEnteredEventDetails" if kind.endswith("Entered") else "stateExitedEventDetails"
    found: dict[str, Any] = {"type": kind, "timestamp": START + timedelta(seconds=seconds)}
    if name:
        found[key] = {"name": name}
    if details:
        found[f"t{kind[1:]}EventDetails"] = details
    return found


HISTORY = [
    event(0, "ExecutionStarted"),
    event(0, "TaskStateEntered", "Plan"),
    event(2, "TaskStateExited", "Plan"),
    event(2, "ChoiceStateEntered", "WhereToStart"),
    event(2, "ChoiceStateExited", "WhereToStart"),
    event(2, "TaskStateEntered", "AwaitRelease"),
    event(5, "TaskFailed", error="EnvironmentNotReadyError", cause="wait"),
    event(9, "TaskFailed", error="EnvironmentReadySoonError", cause="wait"),
    event(65, "TaskFailed", error="DeploymentFailedError", cause='{"errorMessage": "Expected v2. Found v1."}'),
    event(65, "TaskStateExited", "AwaitRelease"),
    event(65, "TaskStateEntered", "HoldForRedrive"),
    event(66, "TaskFailed", error="DeploymentFailedError", cause="Expected v2. Found v1."),
    event(66, "ExecutionFailed"),
]


def test_each_stage_tells_when_it_was_entered_how_long_it_took_and_its_error() -> None:
    assert [visit.in_words(START) for visit in visits_in(HISTORY)] == [
        "   0:00  Plan                   0:02",
        "   0:02  AwaitRelease           1:03  polls: 2  DeploymentFailedError",
        "   1:05  HoldForRedrive         0:01  DeploymentFailedError",
    ]


def test_the_cause_is_the_message_without_the_json_around_it() -> None:
    assert visits_in(HISTORY)[1].cause == "Expected v2. Found v1."


def test_a_stage_that_goes_on_is_there_without_an_end() -> None:
    (_, visit) = visits_in(HISTORY[:6])
    assert visit.in_words(START) == "   0:02  AwaitRelease            now"
