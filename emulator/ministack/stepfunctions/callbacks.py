"""Tasks that wait for an answer with their token. Source of what the answers meet with: AWS's own responses."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ministack.core.responses import error_response_json, json_response

from emulator.ministack.stepfunctions.execution_run import ExecutionError, ExecutionRun

Response = tuple[int, dict[str, str], bytes]
Call = Callable[[dict[str, Any]], Response]


@dataclass
class _Task:
    """A task that waits. `heartbeat`: account time of the last one, or of the task's begin."""

    run: ExecutionRun
    limits: dict[str, float]
    began: float
    heartbeat: float
    answered: threading.Event = field(default_factory=threading.Event)
    outcome: Callable[[], Any] | None = None

    def ends(self) -> dict[str, float]:
        """When it times out, in account time, by the error that it ends with."""
        ends = {}
        if "TimeoutSeconds" in self.limits:
            ends["States.Timeout"] = self.began + self.limits["TimeoutSeconds"]
        if "HeartbeatSeconds" in self.limits:
            ends["States.HeartbeatTimeout"] = self.heartbeat + self.limits["HeartbeatSeconds"]
        return ends


class TaskTokens:
    """The tokens of tasks that wait or did wait; all others are the emulator's business."""

    def __init__(self, *, succeed: Call, fail: Call, beat: Call) -> None:
        self._others = {"succeed": succeed, "fail": fail, "beat": beat}
        self._tasks: dict[str, _Task] = {}
        self._changing = threading.Lock()

    def open(self, run: ExecutionRun, token: str, limits: dict[str, float]) -> None:
        """Make the token known, before anybody can hear of it."""
        now = run.clock.time()
        with self._changing:
            self._tasks[token] = _Task(run, limits, began=now, heartbeat=now)

    def wait(self, token: str) -> Any:
        """Wait in account time for the answer, and return it. Raises ExecutionError or RunEnded."""
        task = self._tasks[token]
        while True:
            ends = task.ends()
            error = min(ends, key=lambda name: ends[name]) if ends else None
            clock = task.run.clock
            task.run.wait_for(task.answered, None if error is None else clock.real(ends[error] - clock.time()))
            with self._changing:
                if task.outcome is not None:
                    return task.outcome()
                # A heartbeat may have put the end off meanwhile.
                if error is not None and task.ends()[error] <= clock.time():
                    self._close(task, lambda: None)
                    raise ExecutionError(error, None)

    def succeed(self, request: dict[str, Any]) -> Response:
        """SendTaskSuccess."""
        output = request.get("output", "")
        return self._answer("succeed", request, lambda: json.loads(output), output)

    def fail(self, request: dict[str, Any]) -> Response:
        """SendTaskFailure."""

        def outcome() -> Any:
            raise ExecutionError(request.get("error") or "States.TaskFailed", request.get("cause"))

        return self._answer("fail", request, outcome)

    def beat(self, request: dict[str, Any]) -> Response:
        """SendTaskHeartbeat."""
        return self._answer("beat", request, None)

    def _answer(
        self, name: str, request: dict[str, Any], outcome: Callable[[], Any] | None, output: str = "null"
    ) -> Response:
        with self._changing:
            task = self._tasks.get(request.get("taskToken", ""))
            if task is None:
                return _named_as_aws_does(self._others[name](request))
            if not _is_json(output):
                return _refused("InvalidOutput", "Invalid output: 'Output is not valid JSON.'")
            if task.run.over or task.outcome is not None:
                return _refused("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
            if outcome is None:
                task.heartbeat = task.run.clock.time()
            else:
                self._close(task, outcome)
            return _done()

    @staticmethod
    def _close(task: _Task, outcome: Callable[[], Any]) -> None:
        task.outcome = outcome
        task.answered.set()


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _named_as_aws_does(response: Response) -> Response:
    """The emulator says of an unknown token that its task does not exist."""
    return response if response[0] == 200 else _refused("InvalidToken", "Invalid Token: 'Invalid token'")


def _done() -> Response:
    answer: Response = json_response({})
    return answer


def _refused(code: str, message: str) -> Response:
    answer: Response = error_response_json(code, message, 400)
    return answer
