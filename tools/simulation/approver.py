"""The person who is asked for approval, and answers each question by its token.

A token that was answered, has expired, or is of an attempt before is refused, as SendTaskSuccess does:
https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from tools.simulation.attempts import StateError
from tools.simulation.executions import SimulatedExecution

ANSWER_SECONDS: Final = 90
"""From a question to its answer: the watch beside it looks once more meanwhile."""
ABORT_SECONDS: Final = 5
"""From a question to an abort, and from there to the redrive."""
AGAIN_SECONDS: Final = 1
"""From an answer to the same one, sent again."""


class AskingWorld(Protocol):
    """The world, as the person sees it."""

    now: Callable[[], float]

    def at(self, time: float, act: Callable[[], None], due: Callable[[], bool] = lambda: True) -> None:
        """Let something happen at a time, unless it is not `due` any longer."""

    def note(self, who: str, what: str) -> None:
        """Write a line of the history."""


@dataclass
class Approver:
    """The person who answers in one world. `seconds`: from a question to its answer."""

    world: AskingWorld
    seconds: float = ANSWER_SECONDS
    error: str = ""
    """The error of the next answer, which is a no. Empty for a yes."""
    twice: bool = False
    """Whether the next answer is sent twice."""
    redrives: bool = False
    """Whether the next execution that asks is aborted and redriven before it has an answer. It asks again then."""

    def be_asked(self, run: SimulatedExecution) -> None:
        """Take notice of a question; answer it later."""
        token = run.asked or ""
        run.approved = False
        now = self.world.now()
        self._answer_when_due(run, token, now)
        if self.redrives:
            self.redrives = False
            self.world.at(now + ABORT_SECONDS, run.stop, lambda: run.status == "RUNNING")
            self.world.at(now + 2 * ABORT_SECONDS, run.redrive, lambda: run.status == "ABORTED")

    def _answer_when_due(self, run: SimulatedExecution, token: str, since: float) -> None:
        due = since + self.seconds
        if due > self.world.now():
            self.world.at(due, lambda: self._answer_when_due(run, token, since))
            return
        error, self.error = self.error, ""
        self._answer(run, token, error)
        if self.twice:
            self.twice = False
            self.world.at(self.world.now() + AGAIN_SECONDS, lambda: self._answer(run, token, error))

    def _answer(self, run: SimulatedExecution, token: str, error: str) -> None:
        word = f"REJECTS with {error}" if error else "APPROVES"
        if run.status != "RUNNING" or run.token != token:
            self.world.note("person", f"{word} (refused: nothing waits for this token)")
            return
        self.world.note("person", word)
        if not error:
            run.approved = True
        run.go_on(StateError(error, "A person said no.") if error else {})
