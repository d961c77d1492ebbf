"""The deployed side: plays a schedule on the machine that `cdk deploy` made in an emulated account.

A call to which something happens meets a fault. A call before which something happens is held until it has happened.
"""

import itertools
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from emulator.faults import FaultKind
from rehearsal.account.control import Control
from rehearsal.testbed import Testbed
from rehearsal.wait import WaitLimitError
from tools.agreement.account_settings import PAST, forget_looks, settings_of_simulator
from tools.agreement.deployed_executions import DeployedApprover, DeployedExecution
from tools.agreement.deployed_incidents import DeployedIncidents
from tools.agreement.deployed_shop import DeployedShop
from tools.agreement.placed_schedules import CallPlace, PlacedDisturbance, PlacedSchedule
from tools.agreement.releases import RELEASES
from tools.agreement.simulated_machine import SETTLED_SECONDS
from tools.agreement.traces import ReleaseTrace
from tools.simulation.afterwards import REST_SECONDS
from tools.simulation.cases import Before, request
from tools.simulation.disturbance import STALE_SECONDS

POLL_SECONDS: Final = 0.08
"""Real seconds between two looks at a release."""
LIMIT_SECONDS: Final = 180.0
"""Real seconds for a release to end."""


class DeployedMachine:
    """Plays schedules on a testbed, one at a time, each with a shop of its own."""

    def __init__(self, testbed: Testbed, prefix: str = "agree") -> None:
        self._testbed = testbed
        self._prefix = prefix
        self._numbers = itertools.count(1)

    def play(self, schedule: PlacedSchedule) -> tuple[ReleaseTrace, list[PlacedDisturbance]]:
        """Play a schedule. Return its trace, and what did not happen since the release made no such call.

        Raises WaitLimitError when an execution does not end.
        """
        shop = DeployedShop(self._testbed, f"{self._prefix}{next(self._numbers)}")
        with settings_of_simulator(self._testbed):
            try:
                shop.open()
                forget_looks(self._testbed)
                return DeployedRelease(self._testbed, shop, schedule).play()
            finally:
                shop.close()


class DeployedRelease:
    """One release with its schedule."""

    def __init__(self, testbed: Testbed, shop: DeployedShop, schedule: PlacedSchedule) -> None:
        self._testbed = testbed
        self._shop = shop
        self._schedule = schedule
        self._case = RELEASES[schedule.case]
        self._executions: list[DeployedExecution] = []
        self._timers: list[tuple[float, Callable[[], None], Callable[[], bool]]] = []
        self.now = testbed.clock.time
        self._approver = DeployedApprover(self)
        self._holds: dict[int, str] = {}
        """By the position of the fault: the incident that happens while its call is held."""

    def play(self) -> tuple[ReleaseTrace, list[PlacedDisturbance]]:
        """Play it; see DeployedMachine."""
        for each in self._case.before:
            self._play_before(each)
        self._testbed.control.clear_journal()
        faults = [_fault_at(each.place, each.what if each.is_fault else FaultKind.HOLD) for each in self._disturbances]
        self._testbed.control.set_faults(*faults, PAST)
        first = len(self._executions)
        given = self._shop.request(self._case.request)
        waiting = {number: each.what for number, each in enumerate(self._disturbances) if not each.is_fault}
        incidents = DeployedIncidents(
            self._testbed,
            self._shop,
            given,
            self._executions,
            start=self._start,
            later=self._later,
            approver=self._approver,
        )
        self._start(given)
        struck = self._follow(faults, waiting, incidents)
        self._testbed.clock.sleep(SETTLED_SECONDS)
        journal, roles = self._testbed.control.journal(), self._shop.roles()
        traces = tuple(each.trace(journal, roles) for each in self._executions[first:])
        missed = [each for number, each in enumerate(self._disturbances) if number not in struck]
        return ReleaseTrace(traces, self._shop.standing()), missed

    @property
    def _disturbances(self) -> tuple[PlacedDisturbance, ...]:
        return self._schedule.disturbances

    def _play_before(self, before: Before) -> None:
        """Play a release to its end, or to the state in which it is aborted."""
        # Each of these states reads the shared look or the record first.
        fault = {"kind": FaultKind.HOLD, "service": "s3", "state": before.until, "call": 1}
        faults = [fault] if before.until else []
        self._testbed.control.set_faults(*faults, PAST)
        run = self._start(self._shop.request(request(before.changes)))
        self._follow(faults, {0: "abort"} if faults else {}, _Aborts(run))
        self._testbed.clock.sleep(REST_SECONDS)

    def _start(self, given: Mapping[str, Any]) -> DeployedExecution:
        run = DeployedExecution(self._testbed, f"{self._shop.name}-{len(self._executions)}", given)
        self._executions.append(run)
        return run

    def at(self, time: float, act: Callable[[], None], due: Callable[[], bool] = lambda: True) -> None:
        """Let something happen at a time of the account, unless it is not `due` any longer."""
        self._timers.append((time, act, due))

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        self.at(self.now() + seconds, act)

    def _follow(
        self, faults: list[dict[str, Any]], waiting: dict[int, str], incidents: "DeployedIncidents | _Aborts"
    ) -> set[int]:
        """Let everything happen that is planned, until all executions have ended. Return which faults struck a call."""
        control, struck = self._testbed.control, set[int]()
        deadline = time.monotonic() + LIMIT_SECONDS
        while True:
            struck |= _struck(control, faults)
            for number in sorted(struck & waiting.keys()):
                incidents.do(waiting.pop(number))
                control.remove_fault(faults[number])
            self._do_what_is_due()
            if self._case.changes.get("approval"):
                self._approver.look(self._executions)
            if not self._timers and self._all_ended():
                return struck | _struck(control, faults)
            if time.monotonic() > deadline:
                raise WaitLimitError(f"Expected the executions of {self._schedule} to end within {LIMIT_SECONDS:g} s.")
            time.sleep(POLL_SECONDS)

    def _all_ended(self) -> bool:
        """Return whether no execution runs, and no function of one that was aborted: it goes on by itself."""
        if any(each.status == "RUNNING" for each in self._executions):
            return False
        running = set(self._testbed.control.describe()["lambda"]["running"])
        return running.isdisjoint(self._testbed.functions.values())

    def _do_what_is_due(self) -> None:
        now = self.now()
        for timer in sorted((each for each in self._timers if each[0] <= now), key=lambda each: each[0]):
            self._timers.remove(timer)
            _, act, due = timer
            if due():
                act()


class _Aborts:
    """The only incident of a release that comes before the one that is compared."""

    def __init__(self, run: DeployedExecution) -> None:
        self._run = run

    def do(self, _: str) -> None:
        """Abort it."""
        self._run.stop()


def _fault_at(place: CallPlace, kind: str) -> dict[str, Any]:
    fault: dict[str, Any] = {"kind": kind, "service": place.signed_service, "action": place.action}
    fault |= {"state": place.state, "call": place.number}
    return fault | ({"age": STALE_SECONDS} if kind == FaultKind.STALE else {})


def _struck(control: Control, faults: list[dict[str, Any]]) -> set[int]:
    found = [
        {name: value for name, value in each.items() if name != "struck"} for each in control.faults() if each["struck"]
    ]
    return {number for number, fault in enumerate(faults) if fault in found}
