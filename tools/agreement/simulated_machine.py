"""The simulated side: plays a schedule by the number of its calls, up to the end of its last execution."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from unittest.mock import patch

from tools.agreement.placed_schedules import SIGNED, PlacedSchedule
from tools.agreement.releases import RELEASES
from tools.agreement.traces import ExecutionTrace, ReleaseTrace, act_of, target_of, what_stands
from tools.simulation.afterwards import play_before
from tools.simulation.attempts import State
from tools.simulation.cases import ALARM, SHARED
from tools.simulation.definition import Functions, synthesized
from tools.simulation.disturbance import CallFault, Disturbance, Schedule
from tools.simulation.executions import SimulatedExecution
from tools.simulation.incidents import Incidents
from tools.simulation.invocations import Invocation
from tools.simulation.services import object_path
from tools.simulation.shop import APPLICATION, BLUE, GREEN, OTHERS, PRODUCTION
from tools.simulation.sites import Site
from tools.simulation.transport import Switchboard, connected
from tools.simulation.world import Observer, World

SETTLED_SECONDS: Final = 120
"""From the end of the last execution until one looks at what stands: what was asked for is done by then."""
FUNCTION_SECONDS: Final = 1.5
"""What a function takes in the account besides its calls: 0.03 real seconds, measured, at SCALE of comparison.py."""
START_SECONDS: Final = 45
"""What a new process of a function takes, since it was killed or is not free: 0.9 real seconds, measured."""
KILLED: Final = "failed Runtime.ExitError"
ROLES: Final = {BLUE: "blue", GREEN: "green"}


@dataclass(frozen=True)
class SimulatedRelease:
    """A release that was played: its calls, without those of the releases before it, and its trace.

    `first`: the numbers of the calls of the first run of a state's function. `waiting`: the states whose function ran
    more than once.
    """

    sites: tuple[Site, ...]
    trace: ReleaseTrace
    first: frozenset[int]
    waiting: frozenset[str]


@dataclass
class Notes:
    """What is noted while a release is played, by the execution's name. It also takes the time of functions."""

    states: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    acts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    ends: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    first: set[int] = field(default_factory=set)
    waiting: set[str] = field(default_factory=set)
    _first: dict[str, Invocation] = field(default_factory=dict)
    _running: Invocation | None = None
    _held: Invocation | None = None
    """What makes the call before which an incident happens now: its process is not free for another run."""

    def watched(self, incidents: Incidents) -> Callable[[World, str], str]:
        """Return what carries out an incident."""

        def do(world: World, what: str) -> str:
            self._held = world.runner.current
            try:
                return incidents.do(world, what)
            finally:
                self._held = None

        return do

    def called(self, world: World, site: Site, arguments: Mapping[str, Any]) -> None:
        """Note a call."""
        if world.runner.current is None:
            return
        self._note_run(world, site, world.runner.current)
        target = ""
        if site.service == "s3":
            target = object_path(arguments["request"].url)
        elif site.service == "elastic-beanstalk":
            ids = world.account.service.state.environments
            names = {id_: each.name for id_, each in ids.items()}
            form = arguments["request"].body.decode()
            target = target_of(form, lambda named: ROLES.get(names.get(named, named), named))
        act = act_of(site.state, SIGNED.get(site.service, site.service), site.action, target)
        if act:
            self.acts[world.runner.current.run.name].append(act)

    def _note_run(self, world: World, site: Site, invocation: Invocation) -> None:
        if invocation is not self._running:
            self._running = invocation
            starts = self._held is not None and self._held.function == invocation.function
            world.pass_seconds(START_SECONDS if starts else FUNCTION_SECONDS)
        if self._first.setdefault(site.state, invocation) is invocation:
            self.first.add(site.point)
        else:
            self.waiting.add(site.state)

    def moved(self, world: World, run: SimulatedExecution, kind: str, state: str) -> None:
        """Note a state that was entered."""
        if kind == "entered":
            self.states[run.name].append(state)
        elif kind == KILLED:
            world.pass_seconds(START_SECONDS)

    def ended(self, _: World, run: SimulatedExecution) -> None:
        """Note an end."""
        self.ends[run.name].append(f"{run.status} {run.error or run.output_status}".strip())

    def trace(self, name: str) -> ExecutionTrace:
        """Return the trace of an execution."""
        return ExecutionTrace(tuple(self.states[name]), tuple(self.acts[name]), tuple(self.ends[name]))


class SimulatedMachine:
    """Plays schedules in the simulator."""

    def __init__(self, board: Switchboard, definition: State, functions: Functions) -> None:
        self._board = board
        self._definition = definition
        self._functions = functions

    def play(self, schedule: PlacedSchedule) -> SimulatedRelease | None:
        """Play a schedule; return None when the release makes no such call."""
        found: Schedule = ()
        released = self.play_numbered(schedule.case, found)
        for each in schedule.disturbances:
            point = each.place.point_in(released.sites)
            if point is None:
                return None
            found = (*found, Disturbance(point, each.what))
            released = self.play_numbered(schedule.case, found)
        return released

    def play_numbered(self, name: str, schedule: Schedule) -> SimulatedRelease:
        """Play a release with what happens at the calls of these numbers."""
        case, notes = RELEASES[name], Notes()
        world = World(
            self._definition,
            self._functions,
            schedule,
            notes.watched(Incidents(case.request)),
            Observer(called=notes.called, moved=notes.moved, ended=notes.ended),
            keeps_past=any(each.what.startswith(CallFault.STALE) for each in schedule),
        )
        self._board.receiver = world
        world.open()
        world.alarms.ringing[ALARM] = None
        play_before(world, case)
        before, first = len(world.executions), len(world.calls.sites)
        world.start("release", case.request)
        world.run()
        world.pass_until(world.now() + SETTLED_SECONDS)
        traces = tuple(notes.trace(each.name) for each in world.executions[before:])
        trace = ReleaseTrace(traces, _standing(world))
        sites = tuple(world.calls.sites[first:])
        return SimulatedRelease(sites, trace, frozenset(notes.first), frozenset(notes.waiting))


@contextmanager
def simulated_machine() -> Iterator[SimulatedMachine]:
    """Yield the simulator, whose functions share their looks, as those of the deployed machine do.

    Meanwhile this process has the simulator's clock, and its clients reach no account.
    """
    definition, functions = synthesized()
    with connected() as board, patch.dict(os.environ, SHARED):
        yield SimulatedMachine(board, definition, functions)


def _standing(world: World) -> tuple[str, ...]:
    state = world.account.service.state
    alive = [(ROLES[each.name], each.label, each.cname == PRODUCTION) for each in state.alive_environments()]
    return what_stands(alive, len(state.application(APPLICATION).templates.keys() - {OTHERS}))
