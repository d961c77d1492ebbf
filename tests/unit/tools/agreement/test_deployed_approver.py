"""The person who answers on the deployed machine, at the moments of the person in the simulator."""

from collections.abc import Callable
from typing import Any

from tools.agreement.deployed_executions import DeployedApprover
from tools.simulation.approver import ABORT_SECONDS, AGAIN_SECONDS, ANSWER_SECONDS


class FakeTimers:
    """A world in which time passes when it is told to."""

    def __init__(self) -> None:
        self.time = 0.0
        self.now = lambda: self.time
        self._timers: list[tuple[float, Callable[[], None], Callable[[], bool]]] = []

    def at(self, time: float, act: Callable[[], None], due: Callable[[], bool] = lambda: True) -> None:
        self._timers.append((time, act, due))

    def pass_until(self, time: float) -> None:
        while found := sorted((each for each in self._timers if each[0] <= time), key=lambda each: each[0]):
            self._timers.remove(found[0])
            self.time, act, due = found[0]
            if due():
                act()
        self.time = time


class FakeAskingExecution:
    """An execution that asks, and notes what people do and when."""

    def __init__(self, world: FakeTimers) -> None:
        self.status = "RUNNING"
        self.asked = ["first"]
        self.done: list[tuple[float, str]] = []
        self._world = world

    def tokens(self) -> list[str]:
        return self.asked

    def answer(self, token: str, error: str) -> None:
        self.done.append((self._world.time, f"{token} {error or 'yes'}"))

    def stop(self) -> None:
        self.status = "ABORTED"
        self.done.append((self._world.time, "stop"))

    def redrive(self) -> None:
        self.status = "RUNNING"
        self.done.append((self._world.time, "redrive"))


def asked() -> tuple[FakeTimers, DeployedApprover, Any]:
    """Return a world in which a question was seen for the first time."""
    world = FakeTimers()
    person, run = DeployedApprover(world), FakeAskingExecution(world)
    found: Any = run
    person.look([found])
    return world, person, found


def test_a_question_is_answered_once() -> None:
    world, person, run = asked()
    person.look([run])
    person.look([run])
    world.pass_until(1_000)
    assert run.done == [(ANSWER_SECONDS, "first yes")]


def test_a_no_is_sent_twice_when_that_is_asked_for() -> None:
    world, person, run = asked()
    person.error, person.twice = "Rejected", True
    person.look([run])
    world.pass_until(1_000)
    assert run.done == [(ANSWER_SECONDS, "first Rejected"), (ANSWER_SECONDS + AGAIN_SECONDS, "first Rejected")]


def test_what_happens_when_a_question_is_sent_counts_for_this_question() -> None:
    """Its history has the question before it is sent."""
    world, person, run = asked()
    person.redrives = True
    person.look([run])
    world.pass_until(3 * ABORT_SECONDS)
    assert run.done == [(ABORT_SECONDS, "stop"), (2 * ABORT_SECONDS, "redrive")]


def test_an_execution_that_has_ended_meanwhile_is_neither_stopped_nor_redriven() -> None:
    world, person, run = asked()
    person.redrives = True
    person.look([run])
    run.status = "FAILED"
    world.pass_until(3 * ABORT_SECONDS)
    assert run.done == []
