"""Executions of the deployed machine, what each of them did, and the person who answers their questions."""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from botocore.exceptions import ClientError

from rehearsal.testbed import TOKEN, Testbed
from rehearsal.wait import until
from tools.agreement.traces import ExecutionTrace, act_of, target_of
from tools.simulation.approver import ApprovingPerson, AskingWorld

ENDS: Final = ("ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut")

FIRST_ENDS: Final = ("TaskSucceeded", "TaskFailed", "TaskTimedOut")


class DeployedExecution:
    """An execution. `name`: unique in the account."""

    def __init__(self, testbed: Testbed, name: str, request: Mapping[str, Any]) -> None:
        self._states = testbed.states
        self.arn = testbed.start(name, request)

    @property
    def status(self) -> str:
        """RUNNING, or how it ended."""
        status = str(self._states.describe_execution(executionArn=self.arn)["status"])
        return "RUNNING" if status == "PENDING_REDRIVE" else status

    def await_pause(self) -> None:
        """Return when its first function has ended, or it has. Raises WaitLimitError."""

        def paused() -> bool:
            return any(each["type"] in (*FIRST_ENDS, *ENDS) for each in self._events())

        until(paused, f"the first function of {self.arn} to end", poll_seconds=0.05)

    def stop(self) -> None:
        """Stop it as a person does. Do nothing when it has just ended."""
        with suppress(ClientError):
            self._states.stop_execution(executionArn=self.arn, error="Stopped", cause="A person stopped it.")

    def redrive(self) -> None:
        """Redrive it if it was aborted."""
        if self.status == "ABORTED":
            self._states.redrive_execution(executionArn=self.arn)

    def tokens(self) -> list[str]:
        """Return the task tokens in its questions for approval."""
        asked = [each.get("taskScheduledEventDetails", {}).get("parameters", "") for each in self._events()]
        return [token for text in asked for token in TOKEN.findall(text)]

    def answer(self, token: str, error: str) -> None:
        """Answer a question for approval, if it still waits: with a yes, or with the error of a no."""
        try:
            if error:
                self._states.send_task_failure(taskToken=token, error=error, cause="A person said no.")
            else:
                self._states.send_task_success(taskToken=token, output="{}")
        except ClientError as refusal:
            if refusal.response["Error"]["Code"] not in ("TaskTimedOut", "InvalidToken", "TaskDoesNotExist"):
                raise

    def trace(self, journal: Sequence[Mapping[str, str]], roles: Mapping[str, str]) -> ExecutionTrace:
        """Return its trace. `journal`: the calls of all executions. `roles`: those of environments by name and id."""
        events = self._events()
        entered = [each["stateEnteredEventDetails"]["name"] for each in events if "stateEnteredEventDetails" in each]
        acts = [_act(call, roles) for call in journal if call.get("execution") == self.arn]
        ends = [_end(each) for each in events if each["type"] in ENDS]
        return ExecutionTrace(tuple(entered), tuple(filter(None, acts)), tuple(ends))

    def _events(self) -> list[Any]:
        pages = self._states.get_paginator("get_execution_history").paginate(executionArn=self.arn)
        return [event for page in pages for event in page["events"]]


class DeployedApprover(ApprovingPerson[DeployedExecution]):
    """The person in a deployed world."""

    def __init__(self, world: AskingWorld) -> None:
        super().__init__(world)
        self._seen: set[str] = set()
        self._taken: set[str] = set()

    def look(self, executions: Iterable[DeployedExecution]) -> None:
        """Take notice of questions, and answer them later.

        A history has a question before it is sent. What happens at its sending comes first, so each is seen twice.
        """
        asked = {token: run for run in executions for token in run.tokens()}
        for token in sorted(asked.keys() & self._seen - self._taken):
            self._taken.add(token)
            self.take(asked[token], token)
        self._seen |= asked.keys()

    def answer(self, run: DeployedExecution, token: str, error: str) -> None:
        """Answer a question; see ApprovingPerson."""
        run.answer(token, error)


def _act(call: Mapping[str, str], roles: Mapping[str, str]) -> str | None:
    target = call["path"] if call["service"] == "s3" else target_of(call["form"], lambda name: roles.get(name, name))
    return act_of(call["state"], call["service"], call["action"], target)


def _end(event: Mapping[str, Any]) -> str:
    status = str(event["type"]).removeprefix("Execution")
    status = "TIMED_OUT" if status == "TimedOut" else status.upper()
    if status == "SUCCEEDED":
        return f"{status} {json.loads(event['executionSucceededEventDetails']['output']).get('status', '')}".strip()
    return f"{status} {event['executionFailedEventDetails']['error']}" if status == "FAILED" else status
