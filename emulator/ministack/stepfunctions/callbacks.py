"""Callbacks: tasks that wait for SendTaskSuccess or SendTaskFailure with a token. Source: responses of AWS."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ministack.core.responses import error_response_json, json_response

from emulator.ministack.stepfunctions.execution_run import ExecutionRun
from emulator.ministack.stepfunctions.internals import HEARTBEAT_TIMEOUT, ExecutionError

Response = tuple[int, dict[str, str], bytes]
ApiCall = Callable[[dict[str, Any]], Response]


@dataclass
class _WaitingTask:
    """A task with a token. `start` and `heartbeat` (the last one, at first the start) are account times."""

    run: ExecutionRun
    limits: dict[str, float]
    start: float
    heartbeat: float
    answered: threading.Event = field(default_factory=threading.Event)
    outcome: Callable[[], Any] | None = None

    def deadlines(self) -> dict[str, float]:
        """Return the account times at which the task times out, by the name of the error."""
        deadlines = {}
        if "TimeoutSeconds" in self.limits:
            deadlines["States.Timeout"] = self.start + self.limits["TimeoutSeconds"]
        if "HeartbeatSeconds" in self.limits:
            deadlines[HEARTBEAT_TIMEOUT] = self.heartbeat + self.limits["HeartbeatSeconds"]
        return deadlines


class TaskTokens:
    """Knows all tokens of tasks that wait or have waited. MiniStack answers calls with other tokens."""

    def __init__(self, *, succeed: ApiCall, fail: ApiCall, heartbeat: ApiCall) -> None:
        self._originals = {"succeed": succeed, "fail": fail, "heartbeat": heartbeat}
        self._tasks: dict[str, _WaitingTask] = {}
        self._lock = threading.Lock()

    def register(self, run: ExecutionRun, token: str, limits: dict[str, float]) -> None:
        """Register a token, before the task publishes it."""
        now = run.clock.time()
        with self._lock:
            self._tasks[token] = _WaitingTask(run, limits, start=now, heartbeat=now)

    def answered(self, token: str) -> bool:
        """Return whether a callback has come for a registered token."""
        with self._lock:
            return self._tasks[token].outcome is not None

    def wait(self, token: str) -> Any:
        """Wait in account time for the callback; return its output. Raises ExecutionError or RunEnded."""
        task = self._tasks[token]
        while True:
            deadlines = task.deadlines()
            error = min(deadlines, key=lambda name: deadlines[name]) if deadlines else None
            clock = task.run.clock
            task.run.wait_for(task.answered, None if error is None else clock.real(deadlines[error] - clock.time()))
            with self._lock:
                if task.outcome is not None:
                    return task.outcome()
                # Check again: a heartbeat may have moved the deadline.
                if error is not None and task.deadlines()[error] <= clock.time():
                    self._close(task, lambda: None)
                    raise ExecutionError(error, None)

    def succeed(self, request: dict[str, Any]) -> Response:
        """Answer SendTaskSuccess."""
        output = request.get("output", "")
        return self._answer("succeed", request, lambda: json.loads(output), output)

    def fail(self, request: dict[str, Any]) -> Response:
        """Answer SendTaskFailure."""

        def outcome() -> Any:
            raise ExecutionError(request.get("error") or "States.TaskFailed", request.get("cause"))

        return self._answer("fail", request, outcome)

    def heartbeat(self, request: dict[str, Any]) -> Response:
        """Answer SendTaskHeartbeat."""
        return self._answer("heartbeat", request, None)

    def _answer(
        self, name: str, request: dict[str, Any], outcome: Callable[[], Any] | None, output: str = "null"
    ) -> Response:
        with self._lock:
            task = self._tasks.get(request.get("taskToken", ""))
            if task is None:
                return _renamed_error(self._originals[name](request))
            if not _is_json(output):
                return _refused("InvalidOutput", "Invalid output: 'Output is not valid JSON.'")
            if task.run.ended or task.outcome is not None:
                return _refused("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
            if outcome is None:
                task.heartbeat = task.run.clock.time()
            else:
                self._close(task, outcome)
            return _succeeded()

    @staticmethod
    def _close(task: _WaitingTask, outcome: Callable[[], Any]) -> None:
        task.outcome = outcome
        task.answered.set()


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _renamed_error(response: Response) -> Response:
    """Return InvalidToken for every error: MiniStack reports an unknown token as a task that does not exist."""
    return response if response[0] == 200 else _refused("InvalidToken", "Invalid Token: 'Invalid token'")


def _succeeded() -> Response:
    answer: Response = json_response({})
    return answer


def _refused(code: str, message: str) -> Response:
    answer: Response = error_response_json(code, message, 400)
    return answer
