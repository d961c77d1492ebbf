"""An execution in a run: start, abort and redrive it, and read its history."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from emulator.clock import Clock
from rehearsal.execution import ExecutionReader
from rehearsal.testbed import Testbed
from tools.agreement.deployed_executions import DeployedExecution

RUNNING = ("RUNNING", "PENDING_REDRIVE")
TEST_STATE = "VerifyRelease"
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

    def proved_at(self, clock: Clock) -> float | None:
        """Return when its version first passed VerifyRelease, in real epoch seconds; None if it never did."""
        types = {event["id"]: event["type"] for event in self.events}
        for event in self.events:
            left = event.get("stateExitedEventDetails", {}).get("name")
            # A Catch exits the state, too.
            if left == TEST_STATE and types[event["previousEventId"]].endswith("Succeeded"):
                return clock.machine_time(event["timestamp"].timestamp())
        return None

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON, without the inputs and outputs of states."""
        return {
            "role": self.role,
            "arn": self.arn,
            "input": self.request,
            "ends": [asdict(end) for end in self.ends],
            "history": [_brief(event) for event in self.events],
        }


class RunExecution(DeployedExecution):
    """An execution that a run has started. `testbed`: with the stack whose execution it is."""

    def __init__(self, testbed: Testbed, role: str, request: Mapping[str, Any]) -> None:
        super().__init__(testbed, f"{request['application']}-{request['version']}-{role}", request)
        self.ends: list[ExecutionEnd] = []
        self._expected_ends = 1
        self._role = role
        self._request = request
        self._reader = ExecutionReader(testbed.states, self.arn)

    def ended(self) -> bool:
        """Return whether it has ended; add the end to `ends`."""
        if len(self.ends) < self._expected_ends:
            described = self._states.describe_execution(executionArn=self.arn)
            if described["status"] in RUNNING:
                return False
            self.ends.append(ExecutionEnd(described["status"], described.get("error"), described.get("cause")))
        return True

    def reached(self, state: str) -> bool:
        """Return whether it has entered that state, or has ended."""
        self._reader.read()
        return any(visit.name == state for visit in self._reader.visits) or self.ended()

    def redrive(self) -> None:
        """Redrive it after a failed end."""
        self._states.redrive_execution(executionArn=self.arn)
        self._expected_ends += 1

    def history(self) -> ExecutionHistory:
        """Return its history so far."""
        return ExecutionHistory(self._role, self.arn, self._request, tuple(self.ends), self._events())


def _brief(event: Event) -> dict[str, Any]:
    details: Event = next((value for name, value in event.items() if name.endswith("EventDetails")), {})
    shown: dict[str, Any] = {name: details[name] for name in ("name", "error", "cause") if name in details}
    return {"id": event["id"], "type": event["type"], "timestamp": event["timestamp"].isoformat(), **shown}
