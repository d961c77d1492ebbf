"""Executions of the state machine in the simulated world: started, aborted, redriven, and stepped by its timers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Protocol, Self

from emulator.identity import ACCOUNT_ID, REGION
from tools.simulation.attempts import State, StateError
from tools.simulation.expressions import shown
from tools.simulation.interpreter import ExecutionPlace, Interpreter, Pause, Steps, as_json
from tools.simulation.shop import GREEN

MACHINE: str = f"arn:aws:states:{REGION}:{ACCOUNT_ID}:stateMachine:bluegreen"
OTHER_MACHINE: str = f"{MACHINE}-other"
"""The state machine of a second stack."""


TERMINATE: Final = f"Terminate {GREEN}"
IN_FULL: Final = "Release with the mode `deploy` or `full`"
"""What the cause of a refused execution may ask people to do."""


NOT_KEPT: Final = frozenset({"definition", "world", "_steps"})


class ExecutionStoppedError(Exception):
    """The execution was stopped while one of its functions ran. What the function returns does not count."""


@dataclass(frozen=True)
class KeptExecution:
    """What is kept of an execution: its attributes, and where it was; None after its end."""

    about: Mapping[str, Any]
    place: ExecutionPlace | None


class Surrounding(Protocol):
    """What an execution needs of its world."""

    def now(self) -> float:
        """Return the time, in epoch seconds."""

    def jitter(self) -> float:
        """Return a share from 0 to 1 of a delay."""

    def perform(
        self,
        run: "SimulatedExecution",
        resource: str,
        arguments: Any,
        context: Mapping[str, Any],
        seconds: float,
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
        self._input = as_json(self.request)
        self._interpreter = Interpreter(self.definition, self._fields, self)

    @property
    def place(self) -> ExecutionPlace | None:
        """Where it is, if it can go on there in another world; see Interpreter."""
        return self._interpreter.place()

    def kept(self) -> KeptExecution:
        """Return what makes it anew in another world; see `made_anew`."""
        about = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in NOT_KEPT}
        return KeptExecution(about, self.place)

    @classmethod
    def made_anew(cls, kept: KeptExecution, definition: State, world: Surrounding) -> Self:
        """Return an execution as it was, in another world. If it ran, `resume` lets it go on."""
        run = cls(**kept.about, definition=definition, world=world)
        run.started = kept.about["started"]
        if kept.place:
            run._interpreter.go_to(kept.place)
        return run

    def resume(self) -> None:
        """Go on at the begin of the function that it was to run when it was kept."""
        self.turn -= 1
        self._steps = self._interpreter.run()
        self.go_on(None)

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
        self._end()

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
        self.world.note(self.name, f"{self.status} {self.error or json.dumps(self.output)}")
        self._end()

    def _end(self) -> None:
        """Tell of the end. A redrive has all retries of the state in which it ended.

        Source: https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
        """
        self.ended_at = self.now()
        self._steps = self._interpreter.attempts = None
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
            return self.world.perform(self, resource, arguments, context, seconds)
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
        fields = {"Id": self.arn, "Input": self._input, "Name": self.name, "StartTime": shown(self.started)}
        fields |= {"RedriveCount": self.redrives}
        return fields | ({"RedriveTime": shown(self.redriven)} if self.redriven else {})


def advice(cause: str) -> tuple[str, ...]:
    """Return what a cause asks people to do."""
    return tuple(each for each in (TERMINATE, IN_FULL) if each in cause)
