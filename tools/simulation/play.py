"""Plays one schedule: a release with its disturbances, then what a person does next, and the judgement."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tools.simulation.attempts import State
from tools.simulation.definition import Functions
from tools.simulation.disturbance import CallFault, Disturbance, Schedule
from tools.simulation.executions import SimulatedExecution
from tools.simulation.incidents import ALARM, Incidents
from tools.simulation.rules import SafetyRules
from tools.simulation.shop import APPLICATION, BLUE, BYSTANDER, PRODUCTION
from tools.simulation.transport import Switchboard
from tools.simulation.world import EndlessError, Observer, Site, World

RELEASE: Final[Mapping[str, Any]] = {
    "application": APPLICATION,
    "blue": BLUE,
    "version": "v2",
    "drain_seconds": 60,
    "bake_seconds": 60,
    "unhealthy_seconds": 60,
    "timeouts": {"clone_blue": 900, "deploy_release": 900, "terminate_green": 1800},
}
MODES: Final[Mapping[str, Mapping[str, Any]]] = {
    "full": {},
    "approval": {"approval": True},
    "alarms": {"alarms": [ALARM]},
}
REST_SECONDS: Final = 300
"""From the end of a release to what people do next: what was broken is well again by then."""
LAST_TRIES: Final = 3


@dataclass(frozen=True)
class Played:
    """A schedule that was played: what was violated, its history, the calls that it made, and how it ended."""

    schedule: Schedule
    violations: tuple[str, ...]
    history: tuple[str, ...]
    sites: tuple[Site, ...]
    first_end: str
    seconds: float
    points: int
    """How many calls there were."""
    places: tuple[str, ...]
    """The states in which something happened, as many as the schedule has disturbances."""


Chooser = Callable[[World, Site], str | None]
"""Returns what happens at a call; None for nothing."""


def no_choice(_world: World, _site: Site) -> None:
    """Choose nothing."""


class Player:
    """Plays schedules of releases in one mode."""

    def __init__(self, board: Switchboard, definition: State, functions: Functions, mode: str = "full") -> None:
        self._board = board
        self._definition = definition
        self._functions = functions
        self.mode = mode
        self._request = {**RELEASE, **MODES[mode]}

    def play(
        self,
        schedule: Schedule = (),
        seed: int = 0,
        *,
        jitters: bool = False,
        choose: Chooser = no_choice,
        keeps_past: bool | None = None,
    ) -> Played:
        """Play a schedule to its end, with what `choose` adds to it."""
        taken = list(schedule)
        incidents = Incidents(self._request)
        rules = SafetyRules(incidents, faults=sum(each.fault is not None for each in schedule))

        def at_call(world: World, site: Site) -> str | None:
            chosen = choose(world, site)
            if chosen:
                taken.append(Disturbance(site.point, chosen))
                rules.faults = sum(each.fault is not None for each in taken)
            return chosen

        world = World(
            self._definition,
            self._functions,
            schedule,
            incidents.do,
            Observer(rules.called, rules.changed, rules.ended, rules.moved),
            seed,
            jitters,
            any(each.fault is CallFault.STALE for each in schedule) if keeps_past is None else keeps_past,
            at_call,
        )
        self._board.receiver = world
        world.open()
        if "alarms" in self._request:
            world.alarms.ringing[ALARM] = None
        first_end = ""
        try:
            first = world.start("release", self._request)
            world.run()
            first_end = first.status
            self._finish(world, incidents)
            rules.violations += _left_over(world, incidents)
        except EndlessError as endless:
            rules.violations.append(f"It does not end: {endless}.")
        return Played(
            tuple(taken),
            tuple(rules.violations),
            tuple(world.history),
            tuple(world.sites),
            first_end,
            world.clock.elapsed,
            len(world.sites),
            tuple(world.sites[each.point].state for each in taken if each.point < len(world.sites)),
        )

    def _finish(self, world: World, incidents: Incidents) -> None:
        """Repair what is broken; redrive what did not succeed, or start anew, until one execution has released."""
        world.pass_until(world.now() + REST_SECONDS)
        incidents.repair(world)
        world.pass_until(world.now() + REST_SECONDS)
        if incidents.live_terminated or (world.executions and _last(world).status == "SUCCEEDED"):
            return
        for run in list(world.executions):
            if run.status != "SUCCEEDED":
                run.redrive()
                world.run()
        for number in range(LAST_TRIES):
            if _last(world).status == "SUCCEEDED":
                return
            world.start(f"again-{number}", self._request)
            world.run()


def _last(world: World) -> SimulatedExecution:
    """Return an execution that succeeded; else the one that was started last."""
    done = [each for each in world.executions if each.status == "SUCCEEDED"]
    return (done or world.executions)[-1]


def _left_over(world: World, incidents: Incidents) -> list[str]:
    """Return what is not as it should be at the end."""
    if incidents.live_terminated:
        return []
    found = []
    last = _last(world)
    if last.status != "SUCCEEDED":
        found.append(f"Nothing released in the end: {last.name} {last.status} {last.error}.")
    state = world.account.service.state
    standing = sorted(each.name for each in state.alive_environments() if each.name != BYSTANDER)
    if standing != [BLUE]:
        found.append(f"At the end there stand {', '.join(standing)}; expected only {BLUE}.")
    blue = world.shop.environment(BLUE)
    versions = {"v2", "v3"} | ({"by-hand"} if incidents.deployed_by_hand else set())
    if blue and blue.cname != PRODUCTION:
        found.append(f"At the end {BLUE} holds {blue.cname}.")
    if blue and blue.label not in versions:
        found.append(f"At the end {BLUE} runs {blue.label}.")
    if state.application(APPLICATION).templates:
        found.append(f"Saved configurations are left: {', '.join(state.application(APPLICATION).templates)}.")
    return found
