"""The calls of functions and of the machine: each is counted, may be disturbed, and is answered by the account."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from emulator.beanstalk.stale_reads import AGE_HEADER
from emulator.faults.answers import Answer, throttling_answer, unavailable_answer
from emulator.in_memory.account import InMemoryAccount
from lambdas.probe import NoAnswerError
from tools.simulation.disturbance import STALE_SECONDS, CallFault, Schedule
from tools.simulation.services import SentRequest
from tools.simulation.sites import READS, SERVICES, PastCall, Site

CALL_SECONDS: Final = 0.1
"""How long a call takes."""
SLOW_SECONDS: Final = 20
"""The clients' time-out (lambdas/aws)."""


class FunctionKilled(BaseException):
    """The function was killed. No error of the function: nothing in it may catch this."""


class CallingWorld(Protocol):
    """The world, as its calls see it."""

    def state(self) -> str:
        """Return the state whose function calls now."""

    drawn: int

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass."""

    def note_past(self, call: PastCall) -> None:
        """Take notice of a call that may be repeated."""

    def note_call(self, what: str) -> None:
        """Write a line of the history about the one that calls."""

    def happens(self, site: Site, what: str) -> None:
        """Let an incident happen before a call."""

    def run_twice(self) -> None:
        """Run the function that calls a second time."""

    def called(self, site: Site, arguments: Mapping[str, Any]) -> None:
        """Take notice of a call before its effect."""


class Calls:
    """All calls of one world. `answering`: what answers, by the name of the service; the account answers the rest."""

    def __init__(
        self,
        caller: CallingWorld,
        account: InMemoryAccount,
        schedule: Schedule,
        answering: Mapping[str, Callable[[SentRequest], Answer]],
    ) -> None:
        self.sites: list[Site] = []
        """The calls so far, in their order."""
        self.reads = False
        """Whether the account answers a call that changes nothing."""
        self.stale_until = 0.0
        """Until when every read of Elastic Beanstalk has an old answer."""
        self.planned: dict[int, list[str]] = {}
        for each in schedule:
            self.planned.setdefault(each.point, []).append(each.what)
        self._caller = caller
        self._account = account
        self._answering = answering

    def awaits_disturbance(self) -> bool:
        """Return whether something is planned for a later call, or answers are still old."""
        return max(self.planned, default=-1) >= len(self.sites) or self.stale_until > self._account.clock.time()

    def visit(self, service: str, action: str, arguments: Mapping[str, Any]) -> CallFault | None:
        """Count a call, let what is planned happen before it, and return its fault."""
        caller = self._caller
        caller.pass_seconds(CALL_SECONDS)
        site = Site(len(self.sites), caller.state(), service, action)
        self.sites.append(site)
        fault = None
        for what in self.planned.get(site.point, ()):
            if what in list(CallFault):
                fault = CallFault(what)
                caller.note_call(f"{site}: {what.upper()}")
            else:
                caller.happens(site, what)
        if fault is CallFault.TWICE:
            caller.run_twice()
        self._made(site, arguments)
        return fault

    def _made(self, site: Site, arguments: Mapping[str, Any]) -> None:
        caller = self._caller
        caller.note_past(PastCall(site, arguments, caller.drawn))
        caller.called(site, arguments)
        if not site.action.startswith((*READS, "Get")):
            caller.note_call(f"{site}")

    def repeat(self, past: PastCall) -> None:
        """Make a call of the past again, in which nothing happens."""
        self._caller.pass_seconds(CALL_SECONDS)
        self.sites.append(past.site)
        self._made(past.site, past.arguments)
        if past.site.service == "http":
            self._status(past.arguments["url"])
        elif past.changes:
            self._caller.drawn = past.drawn
            request = past.arguments["request"]
            self._served(past.site.service, past.site.action, request, dict(request.headers))

    def status(self, url: str) -> int:
        """Return what an environment answers at its own endpoint. Raises NoAnswerError."""
        fault = self.visit("http", "GET", {"url": url})
        if fault is CallFault.KILL_AFTER:
            raise FunctionKilled
        if fault is CallFault.SLOW:
            self._caller.pass_seconds(SLOW_SECONDS)
        if fault not in (None, CallFault.TWICE):
            raise NoAnswerError(str(fault))
        status = self._status(url)
        if status is None:
            raise NoAnswerError("NameResolutionError")
        return status

    def _status(self, url: str) -> int | None:
        """Return what an environment answers; None when the name leads nowhere."""
        name, path = url.split("/", 3)[2], "/" + url.split("/", 3)[3]
        for each in self._account.service.state.alive_environments():
            if each.endpoint == name:
                status, _ = self._account.hostings[each.name].answer(path)
                return status
        return None

    def answer(self, service: str, action: str, request: SentRequest) -> Answer:
        """Return the answer to a call, or what its fault makes of it. Raises botocore's errors of connections."""
        fault = self.visit(service, action, {"request": request})
        headers = dict(request.headers)
        stale = fault is None and self.sites[-1].reads_beanstalk and self._account.clock.time() < self.stale_until
        if fault is CallFault.STALE or stale:
            headers |= {AGE_HEADER: str(STALE_SECONDS)}
        if fault in (None, CallFault.STALE, CallFault.TWICE):
            return self._served(service, action, request, headers)
        if fault.takes_effect:
            self._served(service, action, request, headers)
        match fault:
            case CallFault.THROTTLE:
                return throttling_answer(SERVICES.get(service, service), headers.get("Content-Type", ""))
            case CallFault.ERROR_BEFORE | CallFault.ERROR_AFTER:
                return unavailable_answer()
            case CallFault.KILL_AFTER:
                raise FunctionKilled
            case CallFault.SLOW:
                self._caller.pass_seconds(SLOW_SECONDS)
                raise ReadTimeoutError(endpoint_url=request.url)
            case _:
                raise ConnectionClosedError(endpoint_url=request.url)

    def _served(self, service: str, action: str, request: SentRequest, headers: Mapping[str, str]) -> Answer:
        if service in self._answering:
            return self._answering[service](request)
        if service == "auto-scaling":
            return self._account.autoscaling.handle(request.body, headers)
        before, self.reads = self.reads, action.startswith(READS)
        try:
            return self._account.service.handle(request.body, headers)
        finally:
            self.reads = before
