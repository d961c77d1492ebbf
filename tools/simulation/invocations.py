"""Runs stage functions in this process: an event in, a result or an error as Lambda returns it."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from tools.simulation.attempts import StateError
from tools.simulation.calls import FunctionKilled
from tools.simulation.executions import SimulatedExecution
from tools.simulation.interpreter import as_json


@dataclass(frozen=True)
class Invocation:
    """A function that runs: whose, in which state, with which event. Without a function: the machine's own call."""

    run: SimulatedExecution
    state: str
    function: str = ""
    event: Any = None
    """As JSON. A handler sees a Mapping, so it changes nothing in it."""


class FunctionWorld(Protocol):
    """The world, as the runner sees it."""

    now: Callable[[], float]

    def runs_function(self, run: SimulatedExecution) -> None:
        """Take notice of a function before it runs."""


class FunctionRunner:
    """Runs functions, one in another. `functions`: the module of the stage and the time-out of each logical id."""

    def __init__(self, functions: Mapping[str, tuple[str, float]], world: FunctionWorld) -> None:
        self._functions = functions
        self._world = world
        self._now = world.now
        self.current: Invocation | None = None
        """What makes calls now."""
        self._depth = 0
        """How many functions run, one in the other."""

    def invoke(self, run: SimulatedExecution, state: str, arguments: Mapping[str, Any], seconds: float) -> Any:
        """Return the result of a Lambda task. Raises StateError."""
        module, limit = self._functions[arguments["FunctionName"].rpartition(":")[2]]
        if not self._depth:
            self._world.runs_function(run)
        began = self._now()
        result = self._result(Invocation(run, state, module, arguments["Payload"]), began + limit)
        if self._now() - began > seconds:
            raise StateError("States.Timeout")
        return {"Payload": result, "StatusCode": 200}

    def again(self) -> str:
        """Run the function that runs now a second time, while the first one waits. Return how it ended."""
        if self.current is None or not self.current.function:
            return "no function runs"
        try:
            self._result(self.current, float("inf"))
        except StateError as failure:
            return failure.error
        return "done"

    @contextmanager
    def calling(self, invocation: Invocation | None) -> Iterator[None]:
        """Let calls of the block be made by an invocation."""
        before, self.current = self.current, invocation
        try:
            yield
        finally:
            self.current = before

    def _result(self, invocation: Invocation, deadline: float) -> Any:
        handler = import_module(f"lambdas.stages.{invocation.function}").handler
        self._depth += 1
        with self.calling(invocation):
            try:
                result = handler(invocation.event, None)
            except FunctionKilled as killed:
                raise StateError("Runtime.ExitError", str(killed)) from None
            except Exception as error:
                name = type(error).__name__
                cause = {"errorMessage": str(error), "errorType": name, "stackTrace": []}
                raise StateError(name, json.dumps(cause)) from error
            finally:
                self._depth -= 1
        if self._now() > deadline:
            raise StateError("Sandbox.Timedout", "Task timed out")
        return as_json(result)
