"""One execution in a run: what is done with it, and the course that it took."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from botocore.exceptions import ClientError

from emulator.clock import Clock
from rehearsal.campaign.testbed import Testbed
from rehearsal.execution import Follower

RUNNING = ("RUNNING", "PENDING_REDRIVE")
TEST = "VerifyRelease"
Event = Mapping[str, Any]


@dataclass(frozen=True)
class Ending:
    """How an execution ended, the first time or after a redrive."""

    status: str
    error: str | None = None
    cause: str | None = None

    @property
    def succeeded(self) -> bool:
        return self.status == "SUCCEEDED"

    def __str__(self) -> str:
        return f"{self.status}, {self.error}: {self.cause}" if self.error else self.status


@dataclass(frozen=True)
class Course:
    """The course that an execution took. `role`: main, second or correction. `endings`: more than one if redriven."""

    role: str
    arn: str
    request: Mapping[str, Any]
    endings: Sequence[Ending]
    history: Sequence[Event]

    @property
    def version(self) -> str:
        return str(self.request["version"])

    @property
    def succeeded(self) -> bool:
        """Whether it did in the end."""
        return bool(self.endings) and self.endings[-1].succeeded

    @property
    def stages(self) -> list[str]:
        """The states that it entered in which something is done or waited for, each named once."""
        kinds = ("TaskStateEntered", "WaitStateEntered")
        entered = [event["stateEnteredEventDetails"]["name"] for event in self.history if event["type"] in kinds]
        return list(dict.fromkeys(entered))

    def proved_at(self, clock: Clock) -> float | None:
        """Return when its version passed VerifyRelease for the first time, in real epoch seconds; None if never."""
        types = {event["id"]: event["type"] for event in self.history}
        for event in self.history:
            left = event.get("stateExitedEventDetails", {}).get("name")
            # A state is also left by its Catch.
            if left == TEST and types[event["previousEventId"]].endswith("Succeeded"):
                return clock.origin + clock.real(event["timestamp"].timestamp() - clock.origin)
        return None

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON, without the data that flowed, which would bury the rest."""
        return {
            "role": self.role,
            "arn": self.arn,
            "input": self.request,
            "endings": [asdict(ending) for ending in self.endings],
            "history": [_brief(event) for event in self.history],
        }


class Execution:
    """An execution, from its start."""

    def __init__(self, testbed: Testbed, role: str, request: Mapping[str, Any]) -> None:
        self.endings: list[Ending] = []
        self._due = 1
        """How many endings there will have been, with the one to come."""
        self._venue = testbed
        self._role = role
        self._request = request
        self._arn = testbed.start(f"{request['application']}-{request['version']}-{role}", request)
        self._follower = Follower(testbed.states, self._arn)

    def ended(self) -> bool:
        """Look whether it has ended, and note how."""
        if len(self.endings) < self._due:
            described = self._venue.states.describe_execution(executionArn=self._arn)
            if described["status"] in RUNNING:
                return False
            self.endings.append(Ending(described["status"], described.get("error"), described.get("cause")))
        return True

    def reached(self, state: str) -> bool:
        """Look whether it has entered that state, or will not any more, as it has ended."""
        self._follower.look()
        return any(visit.name == state for visit in self._follower.visits) or self.ended()

    def abort(self) -> None:
        """Stop it, as a person would; one that has just ended is left as it is."""
        try:
            self._venue.states.stop_execution(executionArn=self._arn, error="Stopped", cause="The campaign did it.")
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationException":
                raise

    def redrive(self) -> None:
        self._venue.states.redrive_execution(executionArn=self._arn)
        self._due += 1

    def course(self) -> Course:
        """Return what has become of it so far."""
        pages = self._venue.states.get_paginator("get_execution_history").paginate(executionArn=self._arn)
        history = [event for page in pages for event in page["events"]]
        return Course(self._role, self._arn, self._request, tuple(self.endings), history)


def _brief(event: Event) -> dict[str, Any]:
    details: Event = next((value for name, value in event.items() if name.endswith("EventDetails")), {})
    told: dict[str, Any] = {name: details[name] for name in ("name", "error", "cause") if name in details}
    return {"id": event["id"], "type": event["type"], "timestamp": event["timestamp"].isoformat(), **told}
