"""One simulated world: an account, executions, and a virtual clock. Everything happens in the order of its time."""

import heapq
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from random import Random
from typing import Any, Final

from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from emulator.beanstalk.stale_reads import AGE_HEADER
from emulator.faults.answers import Answer, throttling_answer, unavailable_answer
from emulator.in_memory.account import InMemoryAccount
from lambdas.probe import NoAnswerError
from tools.simulation.attempts import State, StateError
from tools.simulation.disturbance import STALE_SECONDS, CallFault, Schedule
from tools.simulation.executions import ExecutionStoppedError, SimulatedExecution
from tools.simulation.interpreter import Pause, as_json
from tools.simulation.services import AlarmBoard, ExecutionList, Objects, SentRequest
from tools.simulation.shop import SimulatedShop

CALL_SECONDS: Final = 0.1
"""How long a call takes."""
SLOW_SECONDS: Final = 20
"""The clients' time-out (lambdas/aws)."""
END_SECONDS: Final = 24 * 3600
"""A world that is not done by then never will be."""
MAX_POINTS: Final = 1500
"""More calls than any schedule needs: everything ends within them."""
READS: Final = ("Describe", "List", "Check")
SERVICES: Final = {"elastic-beanstalk": "elasticbeanstalk", "auto-scaling": "autoscaling"}


class FunctionKilled(BaseException):  # noqa: N818 - no error of the function: nothing in it may catch this
    """The function was killed."""


class EndlessError(Exception):
    """The world does not come to its end."""


@dataclass(frozen=True)
class Invocation:
    """A function that runs: whose, in which state, with which event."""

    run: SimulatedExecution
    state: str
    function: str
    event: Any


@dataclass(frozen=True)
class Site:
    """A call of a schedule: its number, and where it is made. `state` is empty outside of executions."""

    point: int
    state: str
    service: str
    action: str

    def __str__(self) -> str:
        return f"{self.state} {self.service}.{self.action}"

    @property
    def reads_beanstalk(self) -> bool:
        """Whether the call reads Elastic Beanstalk or Auto Scaling: its answer may be stale."""
        return self.service in SERVICES and self.action.startswith(READS)


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
    `incident`: carries out an incident. `seed` decides identifiers, and delays too if `jitters`.
    """

    definition: State
    functions: Mapping[str, tuple[str, float]]
    schedule: Schedule
    incident: Callable[["World", str], str]
    observer: Observer = field(default_factory=Observer)
    seed: int = 0
    jitters: bool = False
    keeps_past: bool = False
    """Whether calls may be answered from the past."""
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
        self.sites: list[Site] = []
        """The calls so far, in their order."""
        self.invocation: Invocation | None = None
        self._reads = False
        self._timers: list[tuple[float, int, Callable[[], None], Callable[[], bool]]] = []
        self._numbers = itertools.count()
        self._planned: dict[int, list[str]] = {}
        for each in self.schedule:
            self._planned.setdefault(each.point, []).append(each.what)
        self._executions_by_arn = ExecutionList(self._described)

    # --- running

    def open(self) -> None:
        """Make the account as it is before the first release. Connect the world before."""
        self.shop.open()
        if self.keeps_past:
            self.account.service.stale_reads.keep(STALE_SECONDS)
        remember = self.account.service.state.lock.before_release

        def before_release() -> None:
            remember()
            if not self._reads:
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
        self._planned.clear()

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
        fault = self._visit(Site(len(self.sites), state, "sns", "Publish"), arguments)
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

    # --- what the handlers' clients need

    def sleep(self, seconds: float) -> None:
        self.pass_until(self.now() + seconds)

    def random_bytes(self, number: int) -> bytes:
        return self._identifiers.randbytes(number)

    def status(self, url: str) -> int:
        """Return what an environment answers at its own endpoint. Raises NoAnswerError."""
        fault = self._visit(Site(len(self.sites), self._state(), "http", "GET"), {"url": url})
        name, path = url.split("/", 3)[2], "/" + url.split("/", 3)[3]
        if fault is CallFault.KILL_AFTER:
            raise FunctionKilled
        if fault is CallFault.SLOW:
            self.sleep(SLOW_SECONDS)
        if fault not in (None, CallFault.TWICE):
            raise NoAnswerError(str(fault))
        for each in self.account.service.state.alive_environments():
            if each.endpoint == name:
                status, _ = each.hosting.answer(path)  # type: ignore[attr-defined]
                return int(status)
        raise NoAnswerError("NameResolutionError")

    def answer(self, service: str, action: str, request: SentRequest) -> Answer:
        """Return the answer to a call, or what its fault makes of it. Raises botocore's errors of connections."""
        site = Site(len(self.sites), self._state(), service, action)
        fault = self._visit(site, {"request": request})
        headers = dict(request.headers)
        if fault is CallFault.STALE:
            headers |= {AGE_HEADER: str(STALE_SECONDS)}
        if fault in (None, CallFault.STALE, CallFault.TWICE):
            return self._served(service, request, headers)
        if fault.takes_effect:
            self._served(service, request, headers)
        match fault:
            case CallFault.THROTTLE:
                return throttling_answer(SERVICES.get(service, service), headers.get("Content-Type", ""))
            case CallFault.ERROR_BEFORE | CallFault.ERROR_AFTER:
                return unavailable_answer()
            case CallFault.KILL_AFTER:
                raise FunctionKilled
            case CallFault.SLOW:
                self.sleep(SLOW_SECONDS)
                raise ReadTimeoutError(endpoint_url=request.url)
            case _:
                raise ConnectionClosedError(endpoint_url=request.url)

    def _served(self, service: str, request: SentRequest, headers: Mapping[str, str]) -> Answer:
        match service:
            case "elastic-beanstalk" if self.sites[-1].reads_beanstalk:
                self._reads = True  # a read changes nothing that has to be judged
                try:
                    return self.account.service.handle(request.body, headers)
                finally:
                    self._reads = False
            case "elastic-beanstalk":
                return self.account.service.handle(request.body, headers)
            case "auto-scaling":
                return self.account.autoscaling.handle(request.body, headers)
            case "s3":
                return self.objects.answer(request)
            case "cloudwatch":
                return self.alarms.answer(request)
            case _:
                return self._executions_by_arn.answer(request)

    def _state(self) -> str:
        return self.invocation.state if self.invocation else ""

    def _visit(self, site: Site, arguments: Mapping[str, Any]) -> CallFault | None:
        """Count a call, let what is planned before it happen, and return its fault."""
        self.pass_until(self.now() + CALL_SECONDS)
        self.sites.append(site)
        fault = None
        for what in self._planned.get(site.point, ()):
            if what in list(CallFault):
                fault = CallFault(what)
                self.note(self.invocation.run.name if self.invocation else "machine", f"{site}: {what.upper()}")
            else:
                self.note("schedule", f"before {site}: {what} {self.incident(self, what)}")
        if fault is CallFault.TWICE and self.invocation:
            self._again(self.invocation)
        self.observer.called(self, site, arguments)
        if not site.action.startswith((*READS, "Get")) or fault:
            self.note(self.invocation.run.name if self.invocation else "machine", f"{site}")
        return fault

    def _again(self, invocation: Invocation) -> None:
        """Run a function a second time, while the first one waits. Its result is lost."""
        try:
            self._invoke(invocation, float("inf"))
        except StateError as failure:
            self.note(invocation.run.name, f"second {invocation.state} {failure.error}")
