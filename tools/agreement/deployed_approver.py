"""The person who answers questions for approval on the deployed machine, as tools/simulation/approver.py does."""

from collections.abc import Callable, Iterable
from functools import partial

from emulator.clock import Clock
from tools.agreement.deployed_executions import DeployedExecution
from tools.simulation.approver import ABORT_SECONDS, AGAIN_SECONDS, ANSWER_SECONDS

Later = Callable[[float, Callable[[], object]], None]
"""Does something after so many account seconds."""


class DeployedApprover:
    """`seconds`: from a question to its answer. `error`: of the next answer, which is a no; empty for a yes.

    `twice`: whether the next answer is sent twice. `redrives`: whether the next execution that asks is aborted and
    redriven before it has an answer.
    """

    def __init__(self, clock: Clock, later: Later) -> None:
        self.seconds: float = ANSWER_SECONDS
        self.error = ""
        self.twice = self.redrives = False
        self._clock = clock
        self._later = later
        self._asked: set[str] = set()

    def look(self, executions: Iterable[DeployedExecution]) -> None:
        """Take notice of new questions, and answer them later."""
        for run in executions:
            for token in set(run.tokens()) - self._asked:
                self._asked.add(token)
                self._be_asked(run, token)

    def _be_asked(self, run: DeployedExecution, token: str) -> None:
        self._answer_when_due(run, token, self._clock.time())
        if self.redrives:
            self.redrives = False
            self._later(ABORT_SECONDS, run.stop)
            self._later(2 * ABORT_SECONDS, run.redrive)

    def _answer_when_due(self, run: DeployedExecution, token: str, since: float) -> None:
        left = since + self.seconds - self._clock.time()
        if left > 0:
            self._later(left, partial(self._answer_when_due, run, token, since))
            return
        error, self.error = self.error, ""
        run.answer(token, error)
        if self.twice:
            self.twice = False
            self._later(AGAIN_SECONDS, partial(run.answer, token, error))
