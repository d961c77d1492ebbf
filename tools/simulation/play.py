"""Plays one schedule: a release with its disturbances, then what a person does next, and the judgement."""

from dataclasses import dataclass, field, replace
from functools import cached_property

from tools.simulation.afterwards import finish, last_of, play_before
from tools.simulation.attempts import State
from tools.simulation.cases import ALARM, ReleaseCase
from tools.simulation.definition import Functions, earlier
from tools.simulation.disturbance import CallFault, Disturbance, Schedule
from tools.simulation.endings import left_over, unfinished
from tools.simulation.incidents import Incidents
from tools.simulation.judged import AlreadyJudgedError, Judge, JudgedWorlds
from tools.simulation.keeping import PastKeeper, go_to
from tools.simulation.past import Checkpoint, Past
from tools.simulation.rules import SafetyRules
from tools.simulation.sites import Site
from tools.simulation.timeline import EndlessError
from tools.simulation.transport import Switchboard
from tools.simulation.world import Observer, World


@dataclass(frozen=True)
class Played:
    """A schedule that was played: what was violated, its history, the calls that it made, and how it ended."""

    case: str
    schedule: Schedule
    violations: tuple[str, ...]
    history: tuple[str, ...] = field(repr=False)
    sites: tuple[Site, ...] = field(repr=False)
    first: int
    """The number of the first call of the release."""
    last: int
    """How many calls there were when it ended, or when the world was like one that was judged already."""
    end: str
    """How the release ended, before anything was repaired."""
    seconds: float
    seed: int | None = None
    rest: int = 0
    """How many calls followed that were not played: the world was like one that was judged already."""

    @property
    def disturbed(self) -> list[str]:
        """The states in which something happened, as many as the schedule has disturbances."""
        return [self.sites[each.point].state for each in self.schedule if each.point < len(self.sites)]


@dataclass
class Memory:
    """What the schedules of one case have in common: judged worlds, and the release without any disturbance."""

    judged: JudgedWorlds = field(default_factory=JudgedWorlds)
    past: Past | None = None
    base: Played | None = None
    singles: set[Disturbance] = field(default_factory=set)
    """Disturbances that were played alone."""


@dataclass(frozen=True)
class Player:
    """Plays schedules of one case."""

    board: Switchboard
    definition: State
    functions: Functions
    name: str
    case: ReleaseCase
    memory: Memory | None = None
    """With it, a schedule begins as the release without any disturbance, and ends when its world is like a judged one.
    """

    def base(self) -> Played:
        """Play the release without any disturbance, once."""
        if self.memory is None:
            return self.play()
        if self.memory.base is None:
            self.memory.base, self.memory.past = self.play_to_go_on(())
        return self.memory.base

    def know(self, single: Disturbance) -> None:
        """Play a disturbance alone, once: what follows a second one is mostly the same, so pairs end soon."""
        if self.memory and single not in self.memory.singles:
            self.play((single,))

    def whole(self, schedule: Schedule = (), seed: int | None = None) -> Played:
        """Play a schedule from its begin to its end, whatever is known."""
        return replace(self, memory=None).play(schedule, seed)

    def play(self, schedule: Schedule = (), seed: int | None = None, begin: Past | None = None) -> Played:
        """Play a schedule. With a seed, the delays have jitter. `begin`: of a schedule that this one goes on with."""
        if self.memory and len(schedule) == 1:
            self.memory.singles.add(schedule[0])
        known = begin or (self.memory.past if self.memory and seed is None else None)
        return self._play(schedule, seed, _beginning(known, schedule))

    def play_to_go_on(self, schedule: Schedule) -> tuple[Played, Past]:
        """Play a schedule; return also its begin, for schedules in which the same happens, and more.

        What incidents change cannot be made again: after them, no begin is kept.
        """
        if any(each.fault is None for each in schedule):
            return self.play(schedule), (self.memory and self.memory.past) or Past()
        begin = _beginning(self.memory.past if self.memory else None, schedule)
        kept = begin[0].until(begin[1], schedule) if begin else Past(schedule)
        return self._play(schedule, None, begin, kept), kept

    def _play(
        self,
        schedule: Schedule,
        seed: int | None,
        begin: tuple[Past, Checkpoint] | None,
        kept: Past | None = None,
    ) -> Played:
        request_ = self.case.request
        incidents = Incidents(request_)
        rules = SafetyRules(incidents, set(self.case.good), faults=sum(each.fault is not None for each in schedule))
        judge = Judge(self.memory.judged if self.memory and seed is None else None, rules, compares=bool(schedule))
        keeper = PastKeeper(kept, rules.kept)

        def runs(world: World) -> None:
            judge.look(world)
            keeper.runs(world)

        definition, other = self._definitions
        world = World(
            definition,
            self.functions,
            schedule,
            incidents.do,
            Observer(
                called=rules.called,
                changes=keeper.changes,
                changed=rules.changed,
                ended=rules.ended,
                moved=rules.moved,
                runs=runs,
                waits=judge.wait,
            ),
            seed or 0,
            any(each.what.startswith(CallFault.STALE) for each in schedule),
            other=other,
        )
        self.board.receiver = world
        self.board.set_variables(self.case.variables)
        world.open()
        world.alarms.ringing[ALARM] = None
        self._surround(world)
        first, last, end, rest = 0, 0, "", None
        try:
            if begin:
                first, run = begin[0].first or 0, go_to(world, *begin)
                rules.recall(begin[1].rules)
                judge.stage = "release"
                world.resume(run)
            else:
                play_before(world, self.case)
                first = len(world.calls.sites)
                rules.begin(world)
                world.jitters, judge.stage = seed is not None, "release"
                keeper.begin(first)
                run = world.start("release", request_)
            world.run()
            end, last = run.status, len(world.calls.sites)
            keeper.end(world)
            rules.violations += unfinished(schedule, end) if self.case.bears_a_fault else []
            finish(world, incidents, judge, self.case)
            rules.violations += left_over(world, incidents, last_of(world), self.case.released)
            judge.keep(world, end)
        except AlreadyJudgedError as judged:
            rest = judged.rest
            keeper.end(world)
            rules.violations += unfinished(schedule, rest.end) if self.case.bears_a_fault and not end else []
            end = end or rest.end
            judge.keep(world, end, rest)
        except EndlessError as endless:
            rules.violations.append(f"It does not end: {endless}.")
        return Played(
            self.name,
            schedule,
            tuple(rules.violations),
            tuple(world.timeline.history),
            tuple(world.calls.sites),
            first,
            last or len(world.calls.sites),
            end,
            world.clock.elapsed + (rest.seconds if rest else 0),
            seed,
            rest.calls if rest else 0,
        )

    @cached_property
    def _definitions(self) -> tuple[State, State]:
        """The definition with which the release begins, and the one that people may deploy."""
        now, before = self.definition, earlier(self.definition)
        return (before, now) if self.case.earlier else (now, before)

    def _surround(self, world: World) -> None:
        """Make what stands around blue, and its maintenance window, as the case has them."""
        world.shop.open_window(self.case.window)
        world.surroundings.rule_by_hand = self.case.rule_by_hand


def _beginning(known: Past | None, schedule: Schedule) -> tuple[Past, Checkpoint] | None:
    """Return where a schedule begins in what is known; None when it begins with the release."""
    checkpoint = known.before(schedule) if known else None
    return (known, checkpoint) if known and checkpoint else None
