"""An execution that is followed from its start, or from a redrive, to its end, while traffic runs."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from rehearsal.execution import ExecutionOutcome, ExecutionReader, StateVisit
from rehearsal.prepare import Prepared
from rehearsal.report.progress import Progress, ReleaseSnapshot
from rehearsal.traffic import Traffic, count_answers, failed_requests
from rehearsal.wait import until

POLL_SECONDS = 0.4


class FollowedRelease:
    """Starts, redrives and follows the executions of one release. `visits`: of all of them, in order."""

    def __init__(self, prepared: Prepared, progress: Progress, traffic: Traffic) -> None:
        self._prepared, self.progress, self.traffic = prepared, progress, traffic
        self._earlier: list[StateVisit] = []
        self.arn = ""

    @property
    def visits(self) -> list[StateVisit]:
        """The visits of all executions, in order."""
        return [*self._earlier, *self._reader.visits]

    def start(self, request: Mapping[str, Any]) -> None:
        """Start an execution with that input."""
        if self.arn:
            self._earlier = self.visits
        testbed = self._prepared.testbed
        self.arn = testbed.start(f"{request['application']}-{str(request['version']).replace('.', '-')}", request)
        self._reader = ExecutionReader(testbed.states, self.arn)

    def redrive(self) -> None:
        """Redrive the execution, and return when it runs again."""
        states = self._prepared.testbed.states
        states.redrive_execution(executionArn=self.arn)
        until(lambda: self._reader.read().running, f"{self.arn} to run again")

    def follow(self, at: str = "", act: Callable[[str], object] = str) -> ExecutionOutcome:
        """Return the outcome when the execution has ended. When it enters the state `at`, call `act` with its ARN."""
        seen = len(self.visits)
        acted = False
        with self.progress.release(self._prepared.shop.blue) as show:
            while True:
                outcome = self._reader.read()
                show(self._snapshot(seen))
                if not acted and any(visit.name == at for visit in self.visits[seen:]):
                    act(self.arn)
                    acted = True
                if not outcome.running:
                    self._end_visits(outcome)
                    return outcome
                time.sleep(POLL_SECONDS)

    def _end_visits(self, outcome: ExecutionOutcome) -> None:
        """End the visits that the end of the execution has ended: a state that fails the execution is never left."""
        for visit in self._reader.visits:
            visit.exited = visit.exited or outcome.stopped

    def _snapshot(self, first: int) -> ReleaseSnapshot:
        requests = self.traffic.requests
        now: datetime = self._prepared.testbed.clock.now()
        return ReleaseSnapshot(
            now=now,
            visits=[visit for visit in self.visits[first:] if visit.is_stage],
            serving=count_answers(self.traffic.since(time.time() - 1)),
            requests=len(requests),
            failed=len(failed_requests(requests)),
        )
