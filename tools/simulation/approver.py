"""The person who is asked for approval: decides when each question is answered, and what.

A token that was answered, has expired, or is of an attempt before is refused, as SendTaskSuccess does:
https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final, Generic, Protocol, TypeVar

from tools.simulation.attempts import StateError
from tools.simulation.executions import SimulatedExecution

ANSWER_SECONDS: Final = 90
"""From a question to its answer: the watch beside it looks once more meanwhile."""
ABORT_SECONDS: Final = 5
"""From a question to an abort, and from there to the redrive."""
AGAIN_SECONDS: Final = 1
"""From an answer to the same one, sent again."""


class AskingWorld(Protocol):
    """The world of the person, simulated or deployed."""

    now: Callable[[], float]

    def at(self, time: float, act: Callable[[], None], due: Callable[[], bool] = lambda: True) -> None:
        """Let something happen at a time, unless it is not `due` any longer."""


class AskingExecution(Protocol):
    """An execution that asks."""

    @property
    def status(self) -> str:
        """RUNNING, or how it ended."""

    def stop(self) -> None:
        """Stop it, as a person does."""

    def redrive(self) -> None:
        """Redrive it."""


Run = TypeVar("Run", bound=AskingExecution)


class ApprovingPerson(ABC, Generic[Run]):
    """The person who answers in one world."""

    def __init__(self, world: AskingWorld) -> None:
        self.world = world
        self.seconds: float = ANSWER_SECONDS
        """From a question to its answer."""
        self.error = ""
        """The error of the next answer, which is a no. Empty for a yes."""
        self.twice = False
        """Whether the next answer is sent twice."""
        self.redrives = False
        """Whether the next execution that asks is aborted and redriven before it has an answer. It asks again then."""

    @abstractmethod
    def answer(self, run: Run, token: str, error: str) -> None:
        """Answer a question, if it still waits: with a yes, or with the error of a no."""

    def take(self, run: Run, token: str) -> None:
        """Take notice of a question; answer it later."""
        now = self.world.now()
        self._answer_when_due(run, token, now)
        if self.redrives:
            self.redrives = False
            self.world.at(now + ABORT_SECONDS, run.stop, lambda: run.status == "RUNNING")
            self.world.at(now + 2 * ABORT_SECONDS, run.redrive, lambda: run.status == "ABORTED")

    def _answer_when_due(self, run: Run, token: str, since: float) -> None:
        due = since + self.seconds
        if due > self.world.now():
            self.world.at(due, lambda: self._answer_when_due(run, token, since))
            return
        error, self.error = self.error, ""
        self.answer(run, token, error)
        if self.twice:
            self.twice = False
            self.world.at(self.world.now() + AGAIN_SECONDS, lambda: self.answer(run, token, error))


class Approver(ApprovingPerson[SimulatedExecution]):
    """The person in a simulated world."""

    def be_asked(self, run: SimulatedExecution) -> None:
        """Take notice of the question that an execution has just asked."""
        run.approved = False
        self.take(run, run.asked or "")

    def answer(self, run: SimulatedExecution, token: str, error: str) -> None:
        """Answer a question; see ApprovingPerson."""
        word = f"REJECTS with {error}" if error else "APPROVES"
        if run.status != "RUNNING" or run.token != token:
            run.world.note("person", f"{word} (refused: nothing waits for this token)")
            return
        run.world.note("person", word)
        if not error:
            run.approved = True
        run.go_on(StateError(error, "A person said no.") if error else {})
