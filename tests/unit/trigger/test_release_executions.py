"""The search for the newest release of an environment among all executions of the state machine."""

import json
from collections.abc import Iterator
from typing import Any

from trigger.release_executions import LONGEST_SEARCH, RUNNING, ReleaseExecutions

REQUEST = {"application": "shop", "blue": "shop-prod"}


class FakeStates:
    """Step Functions with these executions, newest first: pairs of a status and an input."""

    def __init__(self, *executions: tuple[str, Any]) -> None:
        self._executions = [
            {"executionArn": str(number), "status": status, "input": json.dumps(asked)}
            for number, (status, asked) in enumerate(executions)
        ]

    def get_paginator(self, _name: str) -> "FakeStates":
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        assert asked.get("statusFilter") != "PENDING_REDRIVE", "AWS refuses it with a stateMachineArn"
        found = [each for each in self._executions if asked.get("statusFilter") in (None, each["status"])]
        yield {"executions": found[: asked["PaginationConfig"]["MaxItems"]]}

    def describe_execution(self, **asked: str) -> dict[str, Any]:
        return self._executions[int(asked["executionArn"])]


def newest(states: Any, status: str | None = None) -> str | None:
    """Return the ARN of the execution that the search finds."""
    found = ReleaseExecutions(states, "the machine", REQUEST).newest(status)
    return found["executionArn"] if found else None


def test_the_search_skips_dry_runs_and_other_environments() -> None:
    others = [("FAILED", {**REQUEST, "blue": "blog"}), ("SUCCEEDED", {**REQUEST, "dry_run": True}), ("FAILED", "text")]
    states = FakeStates(*others, ("FAILED", REQUEST), ("SUCCEEDED", REQUEST))
    assert newest(states) == "3"
    assert newest(states, RUNNING) is None


def test_the_search_finds_a_running_release_behind_many_that_have_ended() -> None:
    states = FakeStates(*[("SUCCEEDED", {**REQUEST, "blue": "blog"})] * (LONGEST_SEARCH + 1), ("RUNNING", REQUEST))
    assert newest(states, RUNNING) == str(LONGEST_SEARCH + 1)
    assert newest(states) is None


class FakeHistory:
    """Step Functions with one execution, whose history has these events, oldest first."""

    def __init__(self, *events: dict[str, Any]) -> None:
        self._events = [{"id": number, **event} for number, event in enumerate(events, 1)]

    def get_paginator(self, _name: str) -> "FakeHistory":
        return self

    def paginate(self, **_asked: Any) -> Iterator[dict[str, Any]]:
        yield {"events": self._events[::-1]}


def entered(name: str) -> dict[str, Any]:
    return {"type": "TaskStateEntered", "stateEnteredEventDetails": {"name": name}}


def asked(token: str) -> dict[str, Any]:
    message = json.dumps({"Message": f"aws stepfunctions send-task-success --task-token {token}\n"})
    return {"type": "TaskScheduled", "taskScheduledEventDetails": {"parameters": message}}


def executions(*events: dict[str, Any]) -> ReleaseExecutions:
    states: Any = FakeHistory(*events)
    return ReleaseExecutions(states, "the machine", REQUEST)


WAITING = [entered("VerifyRelease"), entered("AwaitApproval"), asked("T0KEN")]


def test_the_token_of_an_open_question_is_found_behind_its_watch() -> None:
    found = executions(*WAITING, entered("WatchApproval"), {"type": "LambdaFunctionFailed"}, entered("TellApprovers"))
    assert found.approval_token("arn") == "T0KEN"
    assert found.current_state("arn") == "AwaitApproval"


def test_an_answered_question_is_not_open() -> None:
    left = {"type": "TaskStateExited", "stateExitedEventDetails": {"name": "AwaitApproval"}}
    assert executions(*WAITING, left).approval_token("arn") is None
    assert executions(*WAITING, entered("KeepGreenLive")).approval_token("arn") is None
