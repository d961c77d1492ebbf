"""Worlds that were played without a violation, to their end or to a world like one that was.

A world that is like one of them need not be played on.

What differs is left out by tools/simulation/likeness.py and here, and docs/simulation.md says what it is.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from emulator.beanstalk import option_settings
from emulator.beanstalk.model import Event
from emulator.beanstalk.scheduler import Task
from tools.simulation.incident_marks import LASTING
from tools.simulation.incidents import Incidents
from tools.simulation.likeness import new_reader
from tools.simulation.reader import Likeness, Reader
from tools.simulation.rules import SafetyRules
from tools.simulation.shop import BLUE
from tools.simulation.users import DNS_TTL, RECOVERY_SECONDS, awaits_approval
from tools.simulation.world import MAX_CALLS, World

NEAR_SECONDS: Final = 2.5
"""Two times are near when they differ by so many seconds at most."""
SOON_SECONDS: Final = 40
FAR_SHARE: Final = 0.2
"""Or by this share of what one of them is further away than that: waits and rules end after other waits, seldom so."""
TEMPLATES: Final = "/resources/templates/"
"""Where Elastic Beanstalk keeps files of saved configurations, with their dates."""
MANAGED_UPDATES: Final = "ManagedUpdates.watch"
"""The task that looks for managed updates. Without an environment that has them, it does nothing."""
HEALTH: Final = "Environment health has"
"""The first words of events of health."""
EACH_LOOK: Final = 2
SOME_LOOKS: Final = 6
"""While all executions stay where they are, so many moments are compared, and then one of so many."""
HEALTH_EVENTS: Final = 2
"""How many of the events of health count, the newest ones."""


class AlreadyJudgedError(Exception):
    """The world is like one that was judged already. No error: it ends a play."""

    def __init__(self, rest: "Rest") -> None:
        super().__init__("judged already")
        self.rest = rest


@dataclass(frozen=True)
class Rest:
    """The rest of a schedule: its times at its begin, how the release ended, and how many calls and seconds followed.

    `allowance`: how many faults the rules allowed for. `distance`: how far the rest that was played is from this one's
    own; see `distance_of`.
    """

    times: tuple[float, ...]
    end: str
    calls: int
    seconds: float
    allowance: int
    distance: float = 0.0


class JudgedWorlds:
    """The worlds of one case, by their facts."""

    def __init__(self) -> None:
        self._rests: dict[int, list[Rest]] = defaultdict(list)

    def find(self, likeness: Likeness, calls: int, allowance: int) -> Rest | None:
        """Return the rest of a world, if one like it was judged as strictly; None without one."""
        found, nearest = None, 1.0
        for rest in self._rests.get(likeness.facts, ()):
            if rest.allowance <= allowance and calls + rest.calls <= MAX_CALLS:
                distance = rest.distance + distance_of(likeness.times, rest.times, nearest - rest.distance)
                if distance <= nearest:
                    found, nearest = rest, distance
        return found and replace(found, distance=nearest)

    def add(self, likeness: Likeness, rest: Rest) -> None:
        """Remember a world."""
        self._rests[likeness.facts].append(rest)


@dataclass
class Look:
    """A world between two calls."""

    likeness: Likeness
    calls: int
    elapsed: float


@dataclass
class Judge:
    """Compares one world with those that were judged, before a function runs or while nothing runs, and remembers it.

    `judged`: None for neither. `compares`: whether it does not only remember.
    """

    judged: JudgedWorlds | None
    rules: SafetyRules
    compares: bool = True
    looks: list[Look] = field(default_factory=list)
    stage: str = ""
    """What is played: the release, or what people do next."""
    _states: list[tuple[str, str]] = field(default_factory=list)
    """The status and the state of each execution at the last moment to look."""
    _waits: int = 0
    """How many moments have passed since these changed."""

    def wait(self, world: World) -> None:
        """Look while nothing runs, unless a function will run next."""
        if not any(each.status == "RUNNING" and each.place for each in world.executions):
            self.look(world)

    def look(self, world: World) -> None:
        """Raise AlreadyJudgedError if the world is like one that was judged."""
        calls = len(world.calls.sites)
        if self.judged is None or not self.stage or self.rules.violations or world.calls.awaits_disturbance():
            return
        states = [(each.status, each.state) for each in world.executions]
        self._waits = self._waits + 1 if states == self._states else 0
        self._states = states
        if self._waits >= EACH_LOOK and self._waits % SOME_LOOKS:
            return
        likeness = likeness_of(world, self.rules, self.stage)
        rest = self.judged.find(likeness, calls, self._allowance)
        if rest and self.compares:
            raise AlreadyJudgedError(rest)
        self.looks.append(Look(likeness, calls, world.clock.elapsed))

    def keep(self, world: World, end: str, rest: Rest | None = None) -> None:
        """Remember what this world was like, now that nothing was violated. `rest`: what follows its last call."""
        if self.judged is None or self.rules.violations:
            return
        rest = rest or Rest((), end, calls=0, seconds=0.0, allowance=0)
        calls, seconds = len(world.calls.sites) + rest.calls, world.clock.elapsed + rest.seconds
        for look in self.looks:
            times = look.likeness.times
            kept = Rest(times, end, calls - look.calls, seconds - look.elapsed, self._allowance, rest.distance)
            self.judged.add(look.likeness, kept)

    @property
    def _allowance(self) -> int:
        return self.rules.faults + len(self.rules.incidents.kinds & {"stale"})


def distance_of(times: tuple[float, ...], others: tuple[float, ...], most: float = 1.0) -> float:
    """Return how far two lists of times are from each other: up to 1, the worlds go on alike.

    Above `most`, it is only known that they are as far as that.
    """
    farthest = 0.0
    for one, two in zip(times, others, strict=True):
        if one != two:
            share = abs(one - two) / max(NEAR_SECONDS, (abs(one) - SOON_SECONDS) * FAR_SHARE)
            if share > farthest:
                farthest = share
                if share > most:
                    break
    return farthest


def likeness_of(world: World, rules: SafetyRules, stage: str) -> Likeness:
    """Return what a world is like while nothing runs in it."""
    now = world.now()
    reader = new_reader(now)
    state = world.account.service.state
    reader.read(stage)
    reader.read(state.applications)
    alive = state.alive_environments()
    reader.read(alive)
    for environment in alive:
        reader.read(recent_events(state.events, environment.id))
    managed = any(option_settings.managed_actions(each.settings) for each in alive)
    for time, task in sorted(world.account.waiting(), key=lambda each: _whose(each[1])):
        if managed or _whose(task)[0] != MANAGED_UPDATES:
            reader.time(time)
            reader.read(task)
    for time, act in world.timeline.waiting():
        reader.time(time)
        reader.read(act)
    reader.read(world.executions)
    reader.read([world.edition % 2, world.approver, world.hooks.status])
    reader.read(world.alarms.ringing)
    reader.facts += [each for name, each in vars(state.durations).items() if not name.startswith("_")]
    contents = world.objects.contents
    reader.read({name: contents[name] for name in sorted(contents) if TEMPLATES not in name})
    _read_incidents(reader, rules.incidents, now)
    _read_rules(reader, rules, world)
    return reader.likeness()


def recent_events(events: Sequence[Event], environment: str) -> list[Event]:
    """Return the events of an environment of which a look may depend, the latest first: of its health, only some.

    Those of its health come last. Their order among the others tells nobody anything.
    """
    found: list[Event] = []
    of_health: list[Event] = []
    for event in reversed(events):
        if event.environment_id == environment:
            (of_health if event.message.startswith(HEALTH) else found).append(event)
    return found + of_health[:HEALTH_EVENTS]


def _whose(task: Task) -> tuple[str, str]:
    """Return what a task does, and in which environment: what many do at nearly the same time has no order."""
    frame = getattr(task.steps, "gi_frame", None)
    if frame is None:
        return "", ""
    environment = frame.f_locals.get("environment") or frame.f_locals.get("source")
    return frame.f_code.co_qualname, getattr(environment, "name", "")


def _read_incidents(reader: Reader, incidents: Incidents, now: float) -> None:
    """Read what still has a consequence."""
    reader.read({id_: times for id_, times in incidents.sick.items() if times[1] + RECOVERY_SECONDS >= now})
    reader.read({id_: until for id_, until in incidents.disturbed.items() if until >= now})
    reader.read(incidents.swapped_by_hand)
    reader.read([incidents.deployed_by_hand, incidents.deployed_live, incidents.live_terminated])
    reader.read([incidents.terminated_by_hand, incidents.acted_late, sorted(incidents.kinds & LASTING)])
    reader.read(incidents.untagged)
    reader.read(["edit_record" in incidents.kinds, "delete_record" in incidents.kinds, incidents.shown])


def _read_rules(reader: Reader, rules: SafetyRules, world: World) -> None:
    users = rules.users
    reader.read(rules.proved)
    reader.read([users.blue_touched, users.blue_tested, users.green_terminated])
    reader.read([users.is_refreshed(world.shop.environment(BLUE)), awaits_approval(world)])
    reader.read({id_: at for id_, at in users.left.items() if world.now() - at < DNS_TTL})
    reader.read(users.holder)
    reader.read({id_: spent for id_, spent in users.spent.items() if id_ in rules.incidents.sick})
    reader.read(rules.unseen(world))
