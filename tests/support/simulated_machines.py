"""State machines for the simulator's interpreter, with functions that are plain Python."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.simulation.attempts import StateError
from tools.simulation.interpreter import Interpreter, Steps

Function = Callable[[Any], Any]


@dataclass
class FakeSurroundings:
    """What an interpreter needs around it: a clock that jumps, functions by name, and notes."""

    functions: Mapping[str, Function] = field(default_factory=dict)
    time: float = 1_800_000_000.0
    notes: list[tuple[str, str]] = field(default_factory=list)
    share: float = 1.0
    answers: dict[str, Any] = field(default_factory=dict)
    """By token, what a function has answered."""

    def now(self) -> float:
        return self.time

    def jitter(self) -> float:
        return self.share

    def perform(self, _resource: str, arguments: Any, _context: Mapping[str, Any], _seconds: float) -> Any:
        """Call a function. An exception is an error of its class's name."""
        try:
            payload = self.functions[arguments["FunctionName"]](arguments["Payload"])
        except Exception as error:
            raise StateError(type(error).__name__, str(error)) from error
        return {"Payload": payload, "StatusCode": 200}

    def asks(self, token: str) -> None:
        self.answers.pop(token, None)

    def answered(self, token: str) -> Any:
        return self.answers.get(token)

    def note(self, kind: str, state: str) -> None:
        self.notes.append((kind, state))

    @property
    def entered(self) -> list[str]:
        """The states that were entered, in their order."""
        return [state for kind, state in self.notes if kind == "entered"]


def run_to_end(definition: Mapping[str, Any], data: Any, around: FakeSurroundings) -> Any:
    """Run an execution to its end; return its output. Raises StateError."""
    steps: Steps = Interpreter(definition, lambda: {"Input": data, "Id": "arn"}, around).run()
    try:
        while True:
            around.time = max(around.time, next(steps).until)
    except StopIteration as ended:
        return ended.value
