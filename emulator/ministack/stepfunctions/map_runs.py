"""Distributed Maps: a map run, whose items are executions of their own.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html, and recorded on AWS:
https://github.com/localstack/localstack/tree/main/tests/aws/services/stepfunctions/v2/test_sfn_api_map_run.snapshot.json
"""

import json
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import new_uuid
from ministack.services import stepfunctions

from emulator.ministack.stepfunctions.encoding import format_time
from emulator.ministack.stepfunctions.execution_run import ExecutionRun
from emulator.ministack.stepfunctions.internals import ExecutionError
from emulator.ministack.stepfunctions.runs import Runs
from emulator.ministack.stepfunctions.walk import run_to_end

MAX_THREADS = 40
_OUTCOMES = {"SUCCEEDED": "succeeded", "FAILED": "failed", "TIMED_OUT": "timedOut", "ABORTED": "aborted"}
_COUNTS = ("pending", "running", "succeeded", "failed", "timedOut", "aborted", "total", "resultsWritten")


@dataclass(frozen=True)
class MapLimits:
    """How many children run at once (0: as many as possible), and how many may fail. None: not specified."""

    concurrency: int = 0
    failures: float | None = None
    failure_percentage: float | None = None

    def exceeded(self, failed: int, total: int) -> bool:
        """Return whether too many have failed. Without limits one failure is too many."""
        if self.failures is None and self.failure_percentage is None:
            return failed > 0
        too_many = self.failures is not None and failed > self.failures
        return too_many or (self.failure_percentage is not None and failed * 100 > self.failure_percentage * total)


class MapRun:
    """One map run. `arn` names it, also in MiniStack's API."""

    def __init__(self, parent: ExecutionRun, runs: Runs, processor: dict[str, Any], label: str, limits: MapLimits):
        machine = parent.execution["stateMachineArn"]
        name = machine.rpartition(":")[2]
        prefix = machine.partition(":stateMachine:")[0]
        self.arn = f"{prefix}:mapRun:{name}/{label}:{new_uuid()}"
        self._parent = parent
        self._runs = runs
        self._limits = limits
        self._machine_arn = f"{machine}/{label}"
        self._executions = f"{prefix}:execution:{name}/{label}"
        definition = {"QueryLanguage": parent.definition.get("QueryLanguage", "JSONPath"), **processor}
        self._machine = {**parent.state_machine, "definition": json.dumps(definition)}
        self._children: list[ExecutionRun] = []
        self._lock = threading.Lock()
        self._stopped = False
        self._record: dict[str, Any] = {
            "mapRunArn": self.arn,
            "executionArn": parent.execution["executionArn"],
            "status": "RUNNING",
            "startDate": format_time(parent.clock.time()),
            "maxConcurrency": limits.concurrency,
            "toleratedFailureCount": int(limits.failures or 0),
            "toleratedFailurePercentage": float(limits.failure_percentage or 0),
            "itemCounts": dict.fromkeys(_COUNTS, 0),
            "executionCounts": dict.fromkeys(_COUNTS, 0),
            "redriveCount": 0,
            "_stateMachineArn": self._machine_arn,
        }
        stepfunctions._map_runs[self.arn] = self._record

    def run(self, inputs: list[Any], items: int) -> list[Any]:
        """Run a child for each input; return the outputs of those that succeeded, in their order.

        Raises States.ExceedToleratedFailureThreshold, or RunEnded when the parent ends. The children end with it.
        """
        for counts, total in (("itemCounts", items), ("executionCounts", len(inputs))):
            self._record[counts].update(total=total, pending=total)
        workers = min(self._limits.concurrency or MAX_THREADS, MAX_THREADS, len(inputs) or 1)
        pool = ThreadPoolExecutor(workers, thread_name_prefix="map-run")
        over = threading.Event()
        left = [pool.submit(copy_context().run, self._child, each, len(inputs)) for each in inputs]
        threading.Thread(target=_set_at_the_end, args=(over, left), daemon=True).start()
        try:
            self._parent.wait_for(over, None)
            succeeded = [each for each in (future.result() for future in left) if each is not None]
            if self._limits.exceeded(self._record["executionCounts"]["failed"], len(inputs)):
                self.end("FAILED")
                cause = "The specified tolerated failure threshold was exceeded"
                raise ExecutionError("States.ExceedToleratedFailureThreshold", cause)
        finally:
            self._stop()
            pool.shutdown(wait=False)
            if self._record["status"] == "RUNNING" and self._parent.ended:
                self.end("ABORTED")
        for counts in ("itemCounts", "executionCounts"):
            self._record[counts]["resultsWritten"] = self._record[counts]["succeeded"]
        self.end("SUCCEEDED")
        return [json.loads(output) for output in succeeded]

    def end(self, status: str) -> None:
        self._record.update(status=status, stopDate=format_time(self._parent.clock.time()))

    def _child(self, data: Any, total: int) -> str | None:
        """Run one child; return its output as JSON, None when it did not succeed or did not begin."""
        weight = len(data["Items"]) if isinstance(data, dict) and set(data) <= {"Items", "BatchInput"} else 1
        with self._lock:
            if self._stopped:
                return None
            run = ExecutionRun(self._parent.clock, self._execution(data), self._machine)
            self._children.append(run)
            self._count("pending", "running", weight)
        self._runs.keep(run)
        run_to_end(run)
        with self._lock:
            self._count("running", _OUTCOMES[run.execution["status"]], weight)
            failed = self._record["executionCounts"]["failed"] + self._record["executionCounts"]["timedOut"]
        if self._limits.exceeded(failed, total):
            self._stop()
        output: str | None = run.execution["output"] if run.execution["status"] == "SUCCEEDED" else None
        return output

    def _stop(self) -> None:
        """Start no further child, and abort those that run."""
        with self._lock:
            self._stopped = True
            children = list(self._children)
        for child in children:
            child.abort(None, None)

    def _count(self, before: str, after: str, items: int) -> None:
        for counts, weight in (("itemCounts", items), ("executionCounts", 1)):
            self._record[counts][before] -= weight
            self._record[counts][after] += weight

    def _execution(self, data: Any) -> dict[str, Any]:
        text, date, name = json.dumps(data), format_time(self._parent.clock.time()), new_uuid()
        started = {"input": text, "roleArn": self._machine["roleArn"]}
        execution: dict[str, Any] = {
            "executionArn": f"{self._executions}:{name}",
            "stateMachineArn": self._machine_arn,
            "mapRunArn": self.arn,
            "name": name,
            "status": "RUNNING",
            "startDate": date,
            "stopDate": None,
            "input": text,
            "inputDetails": {"included": True},
            "output": None,
            "outputDetails": {"included": True},
            "testCase": "",
            "mockAttempts": {},
            "events": [
                {"id": 1, "type": "ExecutionStarted", "timestamp": date, "executionStartedEventDetails": started}
            ],
        }
        stepfunctions._executions[execution["executionArn"]] = execution
        return execution


def _set_at_the_end(over: threading.Event, children: "list[Future[str | None]]") -> None:
    wait(children)
    over.set()
