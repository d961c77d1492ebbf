"""The current run of each execution."""

import threading
from typing import Any

from ministack.services import stepfunctions

from emulator.clock import Clock
from emulator.ministack.stepfunctions.execution_run import ExecutionRun


class Runs:
    """Runs by the ARN of their execution. Thread-safe. Hold `lock` over several calls that belong together."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._runs: dict[str, ExecutionRun] = {}
        self.lock = threading.RLock()

    def of(self, execution: dict[str, Any]) -> ExecutionRun:
        """Return the run of an execution. Makes it if needed: StopExecution may come before the thread has started."""
        arn = execution["executionArn"]
        with self.lock:
            if arn not in self._runs or self._runs[arn].execution is not execution:
                state_machine = stepfunctions._state_machines[execution["stateMachineArn"]]
                self._runs[arn] = ExecutionRun(self._clock, execution, state_machine)
            return self._runs[arn]

    def keep(self, run: ExecutionRun) -> None:
        """Keep a run that was made elsewhere."""
        with self.lock:
            self._runs[run.execution["executionArn"]] = run

    def redrive(self, execution: dict[str, Any]) -> ExecutionRun:
        """Redrive an ended execution; return its new run."""
        with self.lock:
            run = self._runs[execution["executionArn"]] = self.of(execution).redriven()
            return run

    def forget(self, execution: dict[str, Any]) -> None:
        """Remove the run of an execution that nothing asks for again."""
        with self.lock:
            self._runs.pop(execution["executionArn"], None)
