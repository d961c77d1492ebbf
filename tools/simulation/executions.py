"""Executions of the state machine in the simulated world: started, aborted, redriven, and stepped by its timers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from emulator.identity import ACCOUNT_ID, REGION
from tools.simulation.attempts import State, StateError
from tools.simulation.interpreter import Interpreter, Pause, Steps, as_json, shown

MACHINE: str = f"arn:aws:states:{REGION}:{ACCOUNT_ID}:stateMachine:bluegreen"
OTHER_MACHINE: str = f"{MACHINE}-other"
"""The state machine of a second stack."""


class ExecutionStoppedError(Exception):
    """The execution was stopped while one of its functions ran. What the function returns does not count."""


class Surrounding(Protocol):
    """What an execution needs of its world."""

    def now(self) -> float:
        """Return the time, in epoch seconds."""

    def jitter(self) -> float:
        """Return a share from 0 to 1 of a delay."""

    def perform(
        self, run: "SimulatedExecution", resource: str, arguments: Any, context: Mapping[str, Any], seconds: float
    ) -> Any:
        """Return the result of a task of an execution. Raises StateError."""

    def note(self, who: str, what: str) -> None:
        """Write a line of the history."""

    def wake(self, run: "SimulatedExecution", pause: Pause, turn: int) -> None:
        """Let an execution go on when its pause is over."""

    def moved(self, run: "SimulatedExecution", kind: str, state: str) -> None:
        """Take notice of a state that was entered, exited or failed."""

    def ended(self, run: "SimulatedExecution") -> None:
        """Take notice of an end."""


@dataclass
class SimulatedExecution:
    """One execution. `name`: unique in its world. `edition`: of the stack that it was started with."""

    name: str
    definition: State
    request: Mapping[str, Any]
    world: Surrounding
    machine: str = MACHINE
    edition: int = 0
    status: str = "RUNNING"
    started: float = 0.0
    redriven: float | None = None
    redrives: int = 0
    output: Any = None
    ended_at: float = 0.0
    error: str = ""
    cause: str = ""
    state: str = ""
    """The state that was entered last."""
    token: str | None = None
    """The task token that it waits for."""
    asked: str | None = None
    """The last token that it gave to a task, and `answer`: what a function has answered to it."""
    answer: Any = None
    approved: bool = False
    """Whether a person has answered its last question by a yes."""
    turn: int = 0
    """Counts its pauses: a timer of an earlier one does not wake it."""
    _steps: Steps | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.started = self.world.now()
        self._interpreter = Interpreter(self.definition, self._fields, self)

    @property
    def arn(self) -> str:
        """The execution's ARN."""
        return f"{self.machine.replace('stateMachine', 'execution')}:{self.name}"

    @property
    def output_status(self) -> str:
        """The `status` in its output; empty when it did not succeed."""
        return str(self.output.get("status", "")) if self.status == "SUCCEEDED" else ""

    def start(self) -> None:
        """Run up to the first pause, from the start or from where it ended."""
        self.status, self.error = "RUNNING", ""
        self._steps = self._interpreter.run()
        self.go_on(None)

    def redrive(self) -> None:
        """Redrive it: it resumes in the state in which it ended."""
        self.redrives += 1
        self.redriven = self.world.now()
        self.world.note(self.name, f"REDRIVEN in {self.state}")
        self.start()

    def stop(self, status: str = "ABORTED") -> None:
        """End it at once, without any Catch, as StopExecution or its time-out does."""
        self.status, self.token = status, None
        self.turn += 1
        self.world.note(self.name, status)
        self.world.ended(self)

    def go_on(self, answer: Any) -> None:
        """Go on after a pause. `answer`: to its task token."""
        if self.status != "RUNNING" or self._steps is None:
            return
        self.token = None
        self.turn += 1
        try:
            pause = self._steps.send(answer)
        except StopIteration as ended:
            self.status, self.output = "SUCCEEDED", ended.value
        except StateError as failure:
            self.status, self.error, self.cause = "FAILED", failure.error, failure.cause
        except ExecutionStoppedError:
            return
        else:
            self.token = pause.token
            self.world.wake(self, pause, self.turn)
            return
        self.ended_at = self.now()
        self.world.note(self.name, f"{self.status} {self.error or json.dumps(self.output)}")
        self.world.ended(self)

    def take(self, token: str, answer: Any) -> bool:
        """Take a function's answer to a token: an output, or a StateError. Return False if the token is none of it."""
        if token != self.asked or self.answer is not None:
            return False
        self.answer = answer
        return True

    def describe(self) -> dict[str, Any]:
        """Return it as DescribeExecution does."""
        found = {"executionArn": self.arn, "status": self.status, "startDate": self.started, "name": self.name}
        return found | ({"output": json.dumps(self.output)} if self.status == "SUCCEEDED" else {})

    # --- what the interpreter needs around it

    def now(self) -> float:
        return self.world.now()

    def jitter(self) -> float:
        return self.world.jitter()

    def perform(self, resource: str, arguments: Any, context: Mapping[str, Any], seconds: float) -> Any:
        steps = self._steps
        try:
            return self.world.perform(self, resource, as_json(arguments), context, seconds)
        finally:
            if self.status != "RUNNING" or self._steps is not steps:
                raise ExecutionStoppedError

    def asks(self, token: str) -> None:
        self.asked, self.answer = token, None

    def answered(self, token: str) -> Any:
        return self.answer if token == self.asked else None

    def note(self, kind: str, state: str) -> None:
        if kind == "entered":
            self.state = state
        self.world.moved(self, kind, state)

    def _fields(self) -> dict[str, Any]:
        fields = {"Id": self.arn, "Input": as_json(self.request), "Name": self.name, "StartTime": shown(self.started)}
        fields |= {"RedriveCount": self.redrives}
        return fields | ({"RedriveTime": shown(self.redriven)} if self.redriven else {})
