"""An execution in a run: start, abort and redrive it, and read its history."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from botocore.exceptions import ClientError

from emulator.clock import Clock
from rehearsal.campaign.drive import Drive, drives_of, real_time
from rehearsal.execution import ExecutionReader
from rehearsal.testbed import Testbed

RUNNING = ("RUNNING", "PENDING_REDRIVE")
TEST_STATE = "VerifyRelease"
TASK_ENDS = ("TaskSucceeded", "TaskFailed", "TaskTimedOut")
Event = Mapping[str, Any]


@dataclass(frozen=True)
class ExecutionEnd:
    """One end of an execution: the first one, or one after a redrive."""

    status: str
    error: str | None = None
    cause: str | None = None

    @property
    def succeeded(self) -> bool:
        return self.status == "SUCCEEDED"

    def __str__(self) -> str:
        return f"{self.status}, {self.error}: {self.cause}" if self.error else self.status


@dataclass(frozen=True)
class ExecutionHistory:
    """The history of an execution.

    `role`: main, second, other or correction. `ends`: more than one if it was redriven.
    """

    role: str
    arn: str
    request: Mapping[str, Any]
    ends: Sequence[ExecutionEnd]
    events: Sequence[Event]

    @property
    def version(self) -> str:
        return str(self.request["version"])

    @property
    def succeeded(self) -> bool:
        """Whether its last end is a success."""
        return bool(self.ends) and self.ends[-1].succeeded

    @property
    def stages(self) -> list[str]:
        """The Task and Wait states that it entered, each once."""
        kinds = ("TaskStateEntered", "WaitStateEntered")
        entered = [event["stateEnteredEventDetails"]["name"] for event in self.events if event["type"] in kinds]
        return list(dict.fromkeys(entered))

    def proved_at(self, clock: Clock) -> float | None:
        """Return when its version first passed VerifyRelease, in real epoch seconds; None if it never did."""
        types = {event["id"]: event["type"] for event in self.events}
        for event in self.events:
            left = event.get("stateExitedEventDetails", {}).get("name")
            # A Catch exits the state, too.
            if left == TEST_STATE and types[event["previousEventId"]].endswith("Succeeded"):
                return real_time(event, clock)
        return None

    def drives(self, clock: Clock) -> list[Drive]:
        """Return its drives: one from its start on, one from each redrive on."""
        return drives_of(self.events, clock)

    def calls(self, clock: Clock) -> list[tuple[float, float]]:
        """Return from when to when each of its functions ran, in real epoch seconds."""
        found, begin = [], None
        for event in self.events:
            if event["type"] == "TaskScheduled":
                begin = real_time(event, clock)
            elif begin is not None and event["type"] in TASK_ENDS:
                found.append((begin, real_time(event, clock)))
                begin = None
        return found

    def notices(self, clock: Clock) -> list[tuple[float, str]]:
        """Return what its failure branch told people, and when, in real epoch seconds."""
        found = []
        for event in self.events:
            left = event.get("stateExitedEventDetails", {})
            if left.get("name") == "KeepGreenLive":
                found.append((real_time(event, clock), json.loads(left["output"])["notice"]["message"]))
        return found

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON, without the inputs and outputs of states."""
        return {
            "role": self.role,
            "arn": self.arn,
            "input": self.request,
            "ends": [asdict(end) for end in self.ends],
            "history": [_brief(event) for event in self.events],
        }


class RunExecution:
    """An execution that a run has started."""

    def __init__(self, testbed: Testbed, role: str, request: Mapping[str, Any]) -> None:
        """`testbed`: with the stack whose execution it is."""
        self.ends: list[ExecutionEnd] = []
        self._expected_ends = 1
        self._testbed = testbed
        self._role = role
        self._request = request
        self._arn = testbed.start(f"{request['application']}-{request['version']}-{role}", request)
        self._reader = ExecutionReader(testbed.states, self._arn)

    def ended(self) -> bool:
        """Return whether it has ended; add the end to `ends`."""
        if len(self.ends) < self._expected_ends:
            described = self._testbed.states.describe_execution(executionArn=self._arn)
            if described["status"] in RUNNING:
                return False
            self.ends.append(ExecutionEnd(described["status"], described.get("error"), described.get("cause")))
        return True

    def reached(self, state: str) -> bool:
        """Return whether it has entered that state, or has ended."""
        self._reader.read()
        return any(visit.name == state for visit in self._reader.visits) or self.ended()

    def abort(self) -> None:
        """Stop it, as a person does. Do nothing when it has just ended."""
        try:
            self._testbed.states.stop_execution(
                executionArn=self._arn, error="Stopped", cause="The campaign stopped it."
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationException":
                raise

    def redrive(self) -> None:
        """Redrive it after a failed end."""
        self._testbed.states.redrive_execution(executionArn=self._arn)
        self._expected_ends += 1

    def history(self) -> ExecutionHistory:
        """Return its history so far."""
        pages = self._testbed.states.get_paginator("get_execution_history").paginate(executionArn=self._arn)
        events = [event for page in pages for event in page["events"]]
        return ExecutionHistory(self._role, self._arn, self._request, tuple(self.ends), events)


def _brief(event: Event) -> dict[str, Any]:
    details: Event = next((value for name, value in event.items() if name.endswith("EventDetails")), {})
    shown: dict[str, Any] = {name: details[name] for name in ("name", "error", "cause") if name in details}
    return {"id": event["id"], "type": event["type"], "timestamp": event["timestamp"].isoformat(), **shown}
