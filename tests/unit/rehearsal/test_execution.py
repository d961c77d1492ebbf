"""Reading an execution: every state once, in order, also from a history of many pages."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast

import pytest

from rehearsal.execution import PAGE, ExecutionReader, StateVisit

ARN = "arn:aws:states:us-east-1:123456789012:execution:release:v2"
START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
ELSEWHERE = timezone(timedelta(hours=5, minutes=30))


class FakeStepFunctions:
    """Step Functions with one execution and a growing history; its times are in another zone, as boto3 may give."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.description: dict[str, Any] = {
            "status": "RUNNING",
            "startDate": self._time(0),
            "input": '{"version": "v2"}',
        }
        self.pages_read = 0

    def happens(self, kind: str, at: float, name: str | None = None) -> None:
        event: dict[str, Any] = {"id": len(self.events) + 1, "type": kind, "timestamp": self._time(at)}
        if kind.endswith("StateEntered"):
            event["stateEnteredEventDetails"] = {"name": name}
        if kind.endswith("StateExited"):
            event["stateExitedEventDetails"] = {"name": name}
        self.events.append(event)

    def ends(self, status: str, at: float, **details: str) -> None:
        self.description |= {"status": status, "stopDate": self._time(at), **details}

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        assert executionArn == ARN
        return self.description

    def get_paginator(self, operation: str) -> "FakeStepFunctions":
        assert operation == "get_execution_history"
        return self

    def paginate(self, *, executionArn: str, reverseOrder: bool, **_: Any) -> Iterator[dict[str, Any]]:  # noqa: N803
        assert executionArn == ARN
        newest_first = self.events[::-1] if reverseOrder else self.events.copy()
        for start in range(0, max(len(newest_first), 1), PAGE):
            self.pages_read += 1
            yield {"events": newest_first[start : start + PAGE]}

    @staticmethod
    def _time(at: float) -> datetime:
        return (START + timedelta(seconds=at)).astimezone(ELSEWHERE)


@pytest.fixture
def execution() -> FakeStepFunctions:
    return FakeStepFunctions()


@pytest.fixture
def reader(execution: FakeStepFunctions) -> ExecutionReader:
    return ExecutionReader(cast(Any, execution), ARN)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_a_state_that_was_entered_is_being_visited(execution: FakeStepFunctions, reader: ExecutionReader) -> None:
    execution.happens("ExecutionStarted", 0)
    execution.happens("TaskStateEntered", 1, "Plan")
    reader.read()
    assert reader.visits == [StateVisit("Plan", after(1), None)]


def test_a_visit_ends_when_its_state_is_exited(execution: FakeStepFunctions, reader: ExecutionReader) -> None:
    execution.happens("TaskStateEntered", 1, "Plan")
    reader.read()
    execution.happens("TaskStateExited", 3, "Plan")
    execution.happens("WaitStateEntered", 3, "DrainBlue")
    reader.read()
    assert reader.visits == [StateVisit("Plan", after(1), after(3)), StateVisit("DrainBlue", after(3), kind="Wait")]


@pytest.mark.parametrize(
    ("kind", "is_stage"), [("Task", True), ("Wait", True), ("Choice", False), ("Pass", False), ("Fail", False)]
)
def test_a_stage_is_a_state_in_which_something_happens_or_is_waited_for(
    execution: FakeStepFunctions, reader: ExecutionReader, kind: str, is_stage: bool
) -> None:
    execution.happens(f"{kind}StateEntered", 1, "Some")
    reader.read()
    assert [visit.is_stage for visit in reader.visits] == [is_stage]


def test_a_state_entered_twice_is_visited_twice(execution: FakeStepFunctions, reader: ExecutionReader) -> None:
    for at in (1, 5):
        execution.happens("TaskStateEntered", at, "Plan")
        execution.happens("TaskStateExited", at + 1, "Plan")
    reader.read()
    assert reader.visits == [StateVisit("Plan", after(1), after(2)), StateVisit("Plan", after(5), after(6))]


def test_visits_of_one_state_at_the_same_time_all_end(execution: FakeStepFunctions, reader: ExecutionReader) -> None:
    for at in (1, 2):
        execution.happens("TaskStateEntered", at, "Each")
    for at in (8, 9):
        execution.happens("TaskStateExited", at, "Each")
    reader.read()
    assert all(visit.exited for visit in reader.visits)


def test_a_long_history_is_read_whole(execution: FakeStepFunctions, reader: ExecutionReader) -> None:
    execution.happens("TaskStateEntered", 1, "Plan")
    for at in range(3 * PAGE):
        execution.happens("TaskScheduled", at)
    execution.happens("TaskStateExited", 999, "Plan")
    reader.read()
    assert reader.visits == [StateVisit("Plan", after(1), after(999))]


def test_what_was_read_is_not_read_again(execution: FakeStepFunctions, reader: ExecutionReader) -> None:
    for at in range(5 * PAGE):
        execution.happens("TaskScheduled", at)
    reader.read()
    read = execution.pages_read
    execution.happens("TaskStateEntered", 1000, "Plan")
    reader.read()
    assert execution.pages_read == read + 1


def test_a_second_read_adds_no_state_twice(execution: FakeStepFunctions, reader: ExecutionReader) -> None:
    execution.happens("TaskStateEntered", 1, "Plan")
    for _ in range(3):
        reader.read()
    assert len(reader.visits) == 1


def test_the_outcome_of_a_running_execution_is_open(execution: FakeStepFunctions, reader: ExecutionReader) -> None:
    outcome = reader.read()
    assert outcome.running
    assert (outcome.started, outcome.stopped, outcome.input) == (START, None, {"version": "v2"})


def test_a_success_has_an_output_and_an_end(execution: FakeStepFunctions, reader: ExecutionReader) -> None:
    execution.ends("SUCCEEDED", 900, output=json.dumps({"released": "v2"}))
    outcome = reader.read()
    assert not outcome.running
    assert (outcome.status, outcome.stopped, outcome.output) == ("SUCCEEDED", after(900), {"released": "v2"})


def test_a_failure_has_an_error_and_a_cause(execution: FakeStepFunctions, reader: ExecutionReader) -> None:
    execution.ends("FAILED", 60, error="DeploymentFailedError", cause="it did not start")
    outcome = reader.read()
    assert (outcome.status, outcome.error, outcome.cause) == ("FAILED", "DeploymentFailedError", "it did not start")


def test_events_that_came_while_the_outcome_was_read_are_not_lost(
    execution: FakeStepFunctions, reader: ExecutionReader
) -> None:
    def end_while_it_is_read(*, executionArn: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        before = execution.description
        execution.happens("TaskStateEntered", 1, "Plan")
        return before

    execution.describe_execution = end_while_it_is_read  # type: ignore[method-assign]
    reader.read()
    assert [visit.name for visit in reader.visits] == ["Plan"]
