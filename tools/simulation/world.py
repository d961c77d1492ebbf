"""One simulated world: an account, executions, and a virtual clock. Everything happens in the order of its time."""

import heapq
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from random import Random
from typing import Any, Final

from emulator.faults.answers import Answer
from emulator.in_memory.account import InMemoryAccount
from tools.simulation.attempts import State, StateError
from tools.simulation.calls import Calls, FunctionKilled, Site
from tools.simulation.disturbance import STALE_SECONDS, CallFault, Schedule
from tools.simulation.executions import ExecutionStoppedError, SimulatedExecution
from tools.simulation.interpreter import Pause, as_json
from tools.simulation.services import AlarmBoard, ExecutionList, Objects, SentRequest
from tools.simulation.shop import SimulatedShop

END_SECONDS: Final = 24 * 3600
"""A world that is not done by then never will be."""
MAX_POINTS: Final = 1500
"""More calls than any schedule needs: everything ends within them."""


class EndlessError(Exception):
    """The world does not come to its end."""


@dataclass(frozen=True)
class Invocation:
    """A function that runs: whose, in which state, with which event."""

    run: SimulatedExecution
    state: str
    function: str
    event: Any


@dataclass
class Observer:
    """What a world tells: each call before its effect, each moment at which something may have changed, each end."""

    called: Callable[["World", Site, Mapping[str, Any]], None] = lambda *_: None
    changed: Callable[["World"], None] = lambda *_: None
    ended: Callable[["World", SimulatedExecution], None] = lambda *_: None
    moved: Callable[["World", SimulatedExecution, str, str], None] = lambda *_: None


@dataclass
class World:
    """A world. `definition`: of new executions. `schedule`: what happens in it, by the numbers of its calls.

    `functions`: the Lambda function of each logical id: the module of the stage, and its time-out.
    `incident`: carries out an incident. `seed` decides identifiers, and delays too while `jitters`.
    """

    definition: State
    functions: Mapping[str, tuple[str, float]]
    schedule: Schedule
    incident: Callable[["World", str], str]
    observer: Observer = field(default_factory=Observer)
    seed: int = 0
    keeps_past: bool = False
    """Whether calls may be answered from the past."""
    jitters: bool = False
    abort_in: str | None = None
    """An execution that enters this state is aborted."""

    def __post_init__(self) -> None:
        self._chance = Random(self.seed)  # noqa: S311 - must be repeatable
        self._identifiers = Random(f"ids {self.seed}")  # noqa: S311 - must be repeatable
        self.account = InMemoryAccount()
        self.clock = self.account.clock
        self.shop = SimulatedShop(self.account)
        self.objects = Objects(self.account.store.bundles)
        self.alarms = AlarmBoard()
        self.executions: list[SimulatedExecution] = []
        self.messages: list[tuple[float, str, str]] = []
        """What people were told: when, subject, text."""
        self.history: list[str] = []
        self.invocation: Invocation | None = None
        self._timers: list[tuple[float, int, Callable[[], None], Callable[[], bool]]] = []
        self._numbers = itertools.count()
        self.calls = Calls(
            self,
            self.account,
            self.schedule,
            objects=self.objects,
            alarms=self.alarms,
            executions=ExecutionList(self._described),
        )

    @property
    def sites(self) -> list[Site]:
        """The calls so far, in their order."""
        return self.calls.sites

    # --- running

    def open(self) -> None:
        """Make the account as it is before the first release. Connect the world before."""
        self.shop.open()
        if self.keeps_past:
            self.account.service.stale_reads.keep(STALE_SECONDS)
        remember = self.account.service.state.lock.before_release

        def before_release() -> None:
            remember()
            if not self.calls.reads:
                self.observer.changed(self)

        self.account.service.state.lock.before_release = before_release

    def start(self, name: str, request: Mapping[str, Any]) -> SimulatedExecution:
        """Start an execution, and run it up to its first pause."""
        run = SimulatedExecution(name, self.definition, request, self)
        self.executions.append(run)
        self.note(name, f"STARTED {json.dumps(request, sort_keys=True)}")
        run.start()
        return run

    def at(self, time: float, act: Callable[[], None], due: Callable[[], bool] = lambda: True) -> None:
        """Let something happen at a time, unless it is not `due` any longer."""
        heapq.heappush(self._timers, (time, next(self._numbers), act, due))

    def run(self) -> None:
        """Let time pass until nothing is left to happen. Raises EndlessError."""
        while self._timers:
            time, _, act, due = heapq.heappop(self._timers)
            if not due():
                continue
            self.pass_until(time)
            if self.clock.elapsed > END_SECONDS or len(self.sites) > MAX_POINTS:
                raise EndlessError(f"{self.clock.elapsed:.0f} seconds and {len(self.sites)} calls")
            act()

    def pass_until(self, time: float) -> None:
        """Let time pass, and the account's operations go on."""
        if time > self.clock.time():
            self.account.advance(time - self.clock.time())

    def note(self, who: str, what: str) -> None:
        """Write a line of the history."""
        self.history.append(f"{self.clock.elapsed:10.3f}  {who:10}  {what}")

    def schedule_over(self) -> None:
        """Let nothing that is planned happen from now on."""
        self.calls.planned.clear()

    # --- what executions need

    def now(self) -> float:
        return self.clock.time()

    def jitter(self) -> float:
        return self._chance.random() if self.jitters else 1.0

    def moved(self, run: SimulatedExecution, kind: str, state: str) -> None:
        if kind == "entered" or kind.startswith("failed"):
            self.note(run.name, f"{state} {kind}")
        self.observer.moved(self, run, kind, state)
        if kind == "entered" and state == self.abort_in:
            run.stop()
            raise ExecutionStoppedError

    def ended(self, run: SimulatedExecution) -> None:
        self.observer.ended(self, run)

    def wake(self, run: SimulatedExecution, pause: Pause, turn: int) -> None:
        self.at(pause.until, lambda: run.go_on(None), lambda: run.turn == turn)

    def perform(
        self, run: SimulatedExecution, resource: str, arguments: Any, context: Mapping[str, Any], seconds: float
    ) -> Any:
        if resource.endswith("sns:publish"):
            return self._publish(run, context["State"]["Name"], arguments)
        module, limit = self.functions[arguments["FunctionName"].rpartition(":")[2]]
        began = self.now()
        invocation = Invocation(run, context["State"]["Name"], module, arguments["Payload"])
        result = self._invoke(invocation, began + limit)
        if self.now() - began > seconds:
            raise StateError("States.Timeout")
        return {"Payload": result, "StatusCode": 200}

    def _invoke(self, invocation: Invocation, deadline: float) -> Any:
        before, self.invocation = self.invocation, invocation
        try:
            result = import_module(f"lambdas.stages.{invocation.function}").handler(as_json(invocation.event), None)
        except FunctionKilled as killed:
            raise StateError("Runtime.ExitError", str(killed)) from None
        except Exception as error:
            name = type(error).__name__
            cause = {"errorMessage": str(error), "errorType": name, "stackTrace": []}
            raise StateError(name, json.dumps(cause)) from error
        finally:
            self.invocation = before
        if self.now() > deadline:
            raise StateError("Sandbox.Timedout", "Task timed out")
        return as_json(result)

    def _publish(self, run: SimulatedExecution, state: str, arguments: Mapping[str, Any]) -> Any:
        before, self.invocation = self.invocation, Invocation(run, state, "", None)
        try:
            fault = self.calls.visit("sns", "Publish", arguments)
        finally:
            self.invocation = before
        if fault is None or fault.takes_effect:
            self.messages.append((self.now(), arguments["Subject"], arguments["Message"]))
            self.note(run.name, f"TOLD {arguments['Subject']}")
            if run.state == "AwaitApproval":
                self.at(self.now() + 30, lambda: self._approve(run))
        if fault in (CallFault.THROTTLE, CallFault.ERROR_BEFORE, CallFault.ERROR_AFTER, CallFault.RESET_AFTER):
            raise StateError("SNS.SdkClientException", str(fault))
        return {"MessageId": "m"}

    def _approve(self, run: SimulatedExecution) -> None:
        if run.token:
            self.note("person", "APPROVES")
            run.go_on({})

    def _described(self, arn: str) -> dict[str, Any] | None:
        return next((each.describe() for each in self.executions if each.arn == arn), None)

    # --- what calls need

    def state(self) -> str:
        """Return the state whose function runs now."""
        return self.invocation.state if self.invocation else ""

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.pass_until(self.now() + seconds)

    def note_call(self, what: str) -> None:
        """Write a line of the history about the one that calls."""
        self.note(self.invocation.run.name if self.invocation else "machine", what)

    def happens(self, site: Site, what: str) -> None:
        """Let an incident happen before a call."""
        self.note("schedule", f"before {site}: {what} {self.incident(self, what)}")

    def run_twice(self) -> None:
        """Run the function that runs now a second time, while the first one waits. Its result is lost."""
        invocation = self.invocation
        if invocation is None or not invocation.function:
            return
        try:
            self._invoke(invocation, float("inf"))
        except StateError as failure:
            self.note(invocation.run.name, f"second {invocation.state} {failure.error}")

    def called(self, site: Site, arguments: Mapping[str, Any]) -> None:
        """Take notice of a call before its effect."""
        self.observer.called(self, site, arguments)

    # --- what the handlers' clients need; see Receiver

    def random_bytes(self, number: int) -> bytes:
        """Return what identifiers are made from."""
        return self._identifiers.randbytes(number)

    def status(self, url: str) -> int:
        """Return what an environment answers at its own endpoint. Raises NoAnswerError."""
        return self.calls.status(url)

    def answer(self, service: str, action: str, request: SentRequest) -> Answer:
        """Return the answer to a call. Raises botocore's errors of connections."""
        return self.calls.answer(service, action, request)
