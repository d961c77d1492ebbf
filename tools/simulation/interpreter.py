"""Runs a definition's states as a generator: it yields pauses, and the caller's clock decides when it goes on.

It knows what the definition uses, in JSONata: Task, Choice, Wait, Pass, Succeed, Fail, Map, Parallel, Retry, Catch. The
emulator's Step Functions runs executions in threads and in real time, so it cannot run here; a test holds both to the
same histories (docs/decisions.md). It is over 200 lines, since the kinds of states belong together.
"""

import json
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tools.simulation.attempts import Attempts, State, StateError, catcher_of
from tools.simulation.expressions import evaluated, shown

Outcome = tuple[Any, str | None]
"""The output of a state, and the name of the next one."""
WAITS_FOR_ANSWER = ".waitForTaskToken"


@dataclass(frozen=True)
class Pause:
    """The execution goes on at `until`, or as soon as the task `token` is answered."""

    until: float
    token: str | None = None


Steps = Generator[Pause, Any, Any]
"""It yields pauses, is sent the answer to a token or None, and returns an output."""


class InterpreterHost(Protocol):
    """What an interpreter needs around it."""

    def now(self) -> float:
        """Return the time, in epoch seconds."""

    def jitter(self) -> float:
        """Return a share from 0 to 1 of a delay."""

    def perform(self, resource: str, arguments: Any, context: Mapping[str, Any], seconds: float) -> Any:
        """Return the result of a task, at once. Raises StateError. `seconds`: the task's time-out."""

    def asks(self, token: str) -> None:
        """Take notice of a task's token, before it is given to anything."""

    def answered(self, token: str) -> Any:
        """Return the answer that the token has got already: an output, or a StateError; None without one."""

    def note(self, kind: str, state: str) -> None:
        """Write what happens to a state into the history: entered, exited, or failed with an error."""


@dataclass(frozen=True)
class Entry:
    """A visit of a state: its name, its input, and when it was entered."""

    name: str
    data: Any
    time: float


@dataclass(frozen=True)
class ExecutionPlace:
    """Where an execution is: in which visit, how often each retrier was used in it, and how many tokens there were."""

    entry: Entry
    used: Mapping[int, int]
    asked: int


class Interpreter:
    """One execution of a definition. `execution` returns the field Execution of the context object."""

    def __init__(
        self, definition: State, execution: Callable[[], Mapping[str, Any]], surroundings: InterpreterHost
    ) -> None:
        self._definition = definition
        self._execution = execution
        self._around = surroundings
        self.asked = 0
        """How many task tokens there were."""
        self.entry: Entry | None = None
        """Where the execution is, or where it ended. A redrive begins there."""
        self.attempts: Attempts | None = None
        """The attempts of that visit, when a run that goes on there has had some."""

    def run(self) -> Steps:
        """Run from the start, or from `entry` after a redrive; return the output. Raises StateError."""
        entry = self.entry or self._enter(self._definition["StartAt"], self._execution()["Input"])
        attempts, states = self.attempts, self._definition["States"]
        while True:
            self.entry, self.attempts = entry, attempts or Attempts(states[entry.name], self._around.jitter)
            output, following = yield from self._state(states, entry, {}, self.attempts)
            attempts = self.attempts = None
            if following is None:
                return output
            entry = self._enter(following, output)

    def place(self) -> ExecutionPlace | None:
        """Return where the execution is; None when it is at no task, at one with a token, or inside of a branch."""
        entry, attempts = self.entry, self.attempts
        if entry is None or attempts is None:
            return None
        resource = self._definition["States"][entry.name].get("Resource", WAITS_FOR_ANSWER)
        return None if resource.endswith(WAITS_FOR_ANSWER) else ExecutionPlace(entry, attempts.used, self.asked)

    def go_to(self, place: ExecutionPlace) -> None:
        """Be at a place, from which `run` goes on."""
        self.entry, self.asked = place.entry, place.asked
        state = self._definition["States"][place.entry.name]
        self.attempts = Attempts(state, self._around.jitter, place.used)

    def _enter(self, name: str, data: Any) -> Entry:
        self._around.note("entered", name)
        return Entry(name, data, self._around.now())

    def _branch(self, machine: State, data: Any, context: Mapping[str, Any]) -> Steps:
        entry = self._enter(machine["StartAt"], data)
        while True:
            attempts = Attempts(machine["States"][entry.name], self._around.jitter)
            output, following = yield from self._state(machine["States"], entry, context, attempts)
            if following is None:
                return output
            entry = self._enter(following, output)

    def _state(
        self, states: Mapping[str, State], entry: Entry, more: Mapping[str, Any], attempts: Attempts
    ) -> Generator[Pause, Any, Outcome]:
        """Run one state, again as its Retry says; then apply its Catch."""
        state = states[entry.name]
        while True:
            place = {"Name": entry.name, "EnteredTime": shown(entry.time), "RetryCount": attempts.retries}
            context = {"Execution": self._execution(), "State": place, **more}
            try:
                outcome = yield from self._once(state, entry.data, context)
            except StateError as failure:
                self._around.note(f"failed {failure.error}", entry.name)
                seconds = attempts.delay(failure.error)
                if seconds is not None:
                    yield Pause(self._around.now() + seconds)
                    continue
                catcher = catcher_of(state, failure.error)
                if catcher is None:
                    raise
                errors = {"Error": failure.error, "Cause": failure.cause}
                values = {"input": entry.data, "context": context, "errorOutput": errors}
                return self._output(catcher, values, errors), catcher["Next"]
            self._around.note("exited", entry.name)
            return outcome

    def _once(self, state: State, data: Any, context: Mapping[str, Any]) -> Generator[Pause, Any, Outcome]:
        values = {"input": data, "context": context}
        following = state.get("Next")
        match state["Type"]:
            case "Task":
                result = yield from self._task(state, values)
                return self._output(state, {**values, "result": result}, result), following
            case "Map":
                results: list[Any] = yield from self._map(state, values)
                return self._output(state, {**values, "result": results}, results), following
            case "Parallel":
                results = yield from self._parallel(state, values)
                return self._output(state, {**values, "result": results}, results), following
            case "Choice":
                chosen = next((rule for rule in state["Choices"] if self._value(rule["Condition"], values)), state)
                return self._output(chosen, values, data), chosen.get("Next") or state["Default"]
            case "Wait":
                yield Pause(self._around.now() + float(self._value(state["Seconds"], values)))
                return self._output(state, values, data), following
            case "Fail":
                raise StateError(
                    self._value(state.get("Error", ""), values), self._value(state.get("Cause", ""), values)
                )
            case _:
                return self._output(state, values, data), following

    def _task(self, state: State, values: Mapping[str, Any]) -> Steps:
        seconds = float(self._value(state.get("TimeoutSeconds", 99_999_999), values))
        resource = state["Resource"]
        if not resource.endswith(WAITS_FOR_ANSWER):
            arguments = self._value(state["Arguments"], values)
            return self._around.perform(resource, arguments, values["context"], seconds)
        self.asked += 1
        token = f"token-{values['context']['Execution'].get('Id', '')}-{self.asked}"
        self._around.asks(token)
        context = {**values["context"], "Task": {"Token": token}}
        began = self._around.now()
        arguments = self._value(state["Arguments"], {**values, "context": context})
        try:
            self._around.perform(resource.removesuffix(WAITS_FOR_ANSWER), arguments, context, seconds)
        except StateError:
            if self._around.answered(token) is None:
                raise
        answer = self._around.answered(token)
        if answer is None:
            answer = yield Pause(began + seconds, token)
        if answer is None:
            raise StateError("States.Timeout")
        if isinstance(answer, StateError):
            raise answer
        return answer

    def _map(self, state: State, values: Mapping[str, Any]) -> Generator[Pause, Any, list[Any]]:
        """Run the items one after the other: each Map of the definition has a MaxConcurrency of 1."""
        results = []
        for number, item in enumerate(self._value(state["Items"], values)):
            context = {**values["context"], "Map": {"Item": {"Index": number, "Value": item}}}
            data = self._value(state.get("ItemSelector", item), {**values, "context": context})
            result = yield from self._branch(state["ItemProcessor"], data, {"Map": context["Map"]})
            results.append(result)
        return results

    def _parallel(self, state: State, values: Mapping[str, Any]) -> Generator[Pause, Any, list[Any]]:
        """Run the branches side by side. The first one that fails ends the others."""
        branches = [self._branch(each, values["input"], {}) for each in state["Branches"]]
        results: list[Any] = [None] * len(branches)
        pauses = {number: Pause(self._around.now()) for number in range(len(branches))}
        try:
            while pauses:
                number, answer = min(pauses, key=lambda each: (pauses[each].until, each)), None
                asking = next((each for each in pauses if pauses[each].token), None)
                if pauses[number].until > self._around.now():
                    answer = yield Pause(pauses[number].until, pauses[asking].token if asking is not None else None)
                if answer is not None and asking is not None:
                    number = asking
                try:
                    pauses[number] = branches[number].send(answer)
                except StopIteration as ended:
                    results[number] = ended.value
                    del pauses[number]
        finally:
            for branch in branches:
                branch.close()
        return results

    def _output(self, state: State, values: Mapping[str, Any], default: Any) -> Any:
        return self._value(state["Output"], values) if "Output" in state else default

    def _value(self, template: Any, values: Mapping[str, Any]) -> Any:
        return evaluated(template, values, self._around.now())


def as_json(value: Any) -> Any:
    """Return a value as it is after its way through JSON."""
    return json.loads(json.dumps(value))


def states_in(machine: State) -> Iterator[tuple[str, State]]:
    """Yield all states of a machine with their names, also those in branches and in Maps."""
    for name, state in machine["States"].items():
        yield name, state
        inner = [*state.get("Branches", []), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]
        for each in inner:
            yield from states_in(each)
