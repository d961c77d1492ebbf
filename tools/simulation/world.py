"""One simulated world: an account, executions and people, on one virtual clock."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from random import Random
from typing import Any, Final

from emulator.faults.answers import Answer
from emulator.in_memory.account import InMemoryAccount
from tools.simulation.approver import Approver
from tools.simulation.attempts import State, StateError
from tools.simulation.calls import Calls
from tools.simulation.disturbance import STALE_SECONDS, CallFault, Schedule
from tools.simulation.executions import MACHINE, ExecutionStoppedError, SimulatedExecution
from tools.simulation.interpreter import Pause
from tools.simulation.invocations import FunctionRunner, Invocation
from tools.simulation.services import AlarmBoard, ExecutionList, HookFunctions, Objects, SentRequest
from tools.simulation.shop import SimulatedShop
from tools.simulation.sites import Site
from tools.simulation.surroundings import SurroundingServices
from tools.simulation.timeline import EndlessError, Timeline

MAX_CALLS: Final = 1500
"""More calls than any schedule needs: everything ends within them."""

SNS_ERRORS: Final[Mapping[CallFault, str]] = {
    CallFault.THROTTLE: "SNS.ThrottledException",
    CallFault.ERROR_BEFORE: "SNS.SnsException",
    CallFault.ERROR_AFTER: "SNS.SnsException",
}
"""As the emulated Step Functions names them (emulator/ministack/sns.py)."""


@dataclass
class Observer:
    """What a world tells: calls, and that they have their effect; moments at which something may have changed; states,
    and ends; each moment before a function runs, and each at which nothing runs.
    """

    called: Callable[["World", Site, Mapping[str, Any]], None] = lambda *_: None
    changes: Callable[["World", Site, Mapping[str, Any]], None] = lambda *_: None
    changed: Callable[["World"], None] = lambda *_: None
    ended: Callable[["World", SimulatedExecution], None] = lambda *_: None
    moved: Callable[["World", SimulatedExecution, str, str], None] = lambda *_: None
    runs: Callable[["World"], None] = lambda *_: None
    waits: Callable[["World"], None] = lambda *_: None


@dataclass
class World:
    """A world. `definition`: of new executions; `other`: the one that people may deploy in its place.

    `schedule`: what happens in it, by the numbers of its calls.

    `functions`: as of FunctionRunner. `incident`: carries out an incident. `seed` decides identifiers, and delays too
    while `jitters`. `keeps_past`: whether calls may be answered from the past. `abort_in`: an execution that enters
    this state is aborted.
    """

    definition: State
    functions: Mapping[str, tuple[str, float]]
    schedule: Schedule
    incident: Callable[["World", str], str]
    observer: Observer = field(default_factory=Observer)
    seed: int = 0
    keeps_past: bool = False
    jitters: bool = False
    abort_in: str | None = None
    other: State | None = None

    def __post_init__(self) -> None:
        self._chance = Random(self.seed)  # noqa: S311 - must be repeatable
        self.drawn = 0
        """How often chance has made identifiers."""
        self.edition = 0
        """How often people have deployed the stack."""
        self.observed = True
        """Whether the observer is told what may have changed."""
        self.account = InMemoryAccount()
        self.clock = self.account.clock
        self.timeline = Timeline(self.account)
        self.now, self.at, self.note = self.timeline.now, self.timeline.at, self.timeline.note
        self.pass_until = self.timeline.pass_until
        self.runner = FunctionRunner(self.functions, self)
        self.shop = SimulatedShop(self.account)
        self.objects = Objects(self.account.store.bundles)
        self.alarms, self.hooks = AlarmBoard(), HookFunctions()
        self.executions: list[SimulatedExecution] = []
        self.approver = Approver(self)
        self.messages: list[tuple[float, str, str]] = []
        """What people were told: when, subject, text."""
        answering = {"s3": self.objects.answer, "cloudwatch": self.alarms.answer, "lambda": self.hooks.answer}
        around = self.surroundings = SurroundingServices()
        answering |= {"ec2": around.groups, "cloudformation": around.resources, "route-53": around.zones}
        answering["sfn"] = ExecutionList(self.executions).answer
        self.calls = Calls(self, self.account, self.schedule, answering)

    # --- running

    def open(self) -> None:
        """Make the account as it is before the first release. Connect the world before."""
        random.seed(self.seed)  # the SDK draws the delays of its own retries from it
        self.shop.open()
        if self.keeps_past:
            self.account.service.stale_reads.keep(STALE_SECONDS)
        remember = self.account.service.state.lock.before_release

        def before_release() -> None:
            remember()
            if self.observed and not self.calls.reads:
                self.observer.changed(self)

        self.account.service.state.lock.before_release = before_release

    def resume(self, run: SimulatedExecution) -> None:
        """Let an execution that was made anew go on, up to its next pause."""
        with self.runner.calling(None):
            run.resume()

    def start(self, name: str, request: Mapping[str, Any], machine: str = MACHINE) -> SimulatedExecution:
        """Start an execution of a state machine, and run it up to its first pause."""
        run = SimulatedExecution(name, self.definition, request, self, machine, self.edition)
        self.executions.append(run)
        self.note(name, f"STARTED {json.dumps(request, sort_keys=True)}")
        with self.runner.calling(None):
            run.start()
        return run

    def deploy_stack(self) -> bool:
        """Let new executions have the other definition; return False without one. Those before keep theirs.

        Source: https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
        """
        if self.other is None:
            return False
        self.definition, self.other = self.other, self.definition
        self.edition += 1
        return True

    def run(self) -> None:
        """Let time pass until nothing is left to happen. Raises EndlessError."""
        self.timeline.run(self._look)

    def _look(self) -> None:
        if len(self.calls.sites) > MAX_CALLS:
            raise EndlessError(f"there were {len(self.calls.sites)} calls")
        self.observer.waits(self)

    # --- what executions need

    def jitter(self) -> float:
        """Return a share from 0 to 1 of a delay."""
        return self._chance.random() if self.jitters else 1.0

    def moved(self, run: SimulatedExecution, kind: str, state: str) -> None:
        """Take notice of a state that was entered, exited or failed."""
        if kind != "exited":
            self.note(run.name, f"{state} {kind}")
        self.observer.moved(self, run, kind, state)
        if kind == "entered" and state == self.abort_in:
            run.stop()
            raise ExecutionStoppedError

    def ended(self, run: SimulatedExecution) -> None:
        """Take notice of an end."""
        self.observer.ended(self, run)

    def wake(self, run: SimulatedExecution, pause: Pause, turn: int) -> None:
        """Let an execution go on when its pause is over."""
        self.at(pause.until, lambda: run.go_on(None), lambda: run.turn == turn)

    def perform(
        self, run: SimulatedExecution, resource: str, arguments: Any, context: Mapping[str, Any], seconds: float
    ) -> Any:
        """Return the result of a task of an execution. Raises StateError."""
        state = context["State"]["Name"]
        if not resource.endswith("sns:publish"):
            return self.runner.invoke(run, state, arguments, seconds)
        with self.runner.calling(Invocation(run, state)):
            fault = self.calls.visit("sns", "Publish", arguments)
        if fault is None or fault.takes_effect:
            self.messages.append((self.now(), arguments["Subject"], arguments["Message"]))
            self.note(run.name, f"TOLD {arguments['Subject']}")
            if state == "AwaitApproval":
                self.approver.be_asked(run)
        if fault not in (None, CallFault.SLOW):
            raise StateError(SNS_ERRORS.get(fault, "SNS.SdkClientException"), str(fault))
        return {"MessageId": "m"}

    def runs_function(self, run: SimulatedExecution) -> None:
        """Let the observer look before a function runs, if the execution can go on there."""
        if run.place:
            self.observer.runs(self)

    # --- what calls need

    def state(self) -> str:
        """Return the state whose function calls now."""
        return self.runner.current.state if self.runner.current else ""

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass."""
        self.pass_until(self.now() + seconds)

    def note_call(self, what: str) -> None:
        """Write a line of the history about the one that calls."""
        self.note(self.runner.current.run.name if self.runner.current else "person", what)

    def happens(self, site: Site, what: str) -> None:
        """Let an incident happen before a call."""
        self.note("schedule", f"before {site}: {what} {self.incident(self, what)}")

    def run_twice(self) -> None:
        """Run the function that calls a second time."""
        self.note_call(f"second run: {self.runner.again()}")

    def changes(self, site: Site, arguments: Mapping[str, Any]) -> None:
        """Take notice of a call that has its effect next."""
        self.observer.changes(self, site, arguments)

    def called(self, site: Site, arguments: Mapping[str, Any]) -> None:
        """Take notice of a call before its effect."""
        self.observer.called(self, site, arguments)

    # --- what the handlers' clients need; see Receiver

    def random_bytes(self, number: int) -> bytes:
        """Return what identifiers are made from."""
        self.drawn += 1
        return blake2b(f"{self.seed} {self.drawn}".encode(), digest_size=number).digest()

    def sleep(self, seconds: float) -> None:
        """Let a function wait."""
        self.pass_seconds(seconds)

    def status(self, url: str) -> int:
        """Return what an environment answers at its own endpoint. Raises NoAnswerError."""
        return self.calls.status(url)

    def answer(self, service: str, action: str, request: SentRequest) -> Answer:
        """Return the answer to a call. Raises botocore's errors of connections."""
        return self.calls.answer(service, action, request)
