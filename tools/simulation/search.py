"""The search: all single disturbances at all points, then pairs, then random schedules."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from random import Random
from typing import Final

from tools.simulation.cases import CASES
from tools.simulation.disturbance import CallFault, Disturbance, Schedule, possible_incidents
from tools.simulation.past import Past
from tools.simulation.play import Played, Player
from tools.simulation.sites import Site

FAULTS: Final = "faults"
INCIDENTS: Final = "incidents"
PAIRS: Final = {
    "fault-pairs": (FAULTS, FAULTS),
    "incident-pairs": (FAULTS, INCIDENTS),
    "two-incidents": (INCIDENTS, INCIDENTS),
}
"""The pairs that are searched: what happens first, and what happens second."""
RANDOM_DISTURBANCES: Final = (2, 5)
"""In a random schedule, at least and at most."""
RANDOM_FAULTS: Final = 0.6
"""The share of faults among these."""


def possible_faults(site: Site) -> list[str]:
    """Return the faults that a call can meet. A machine's own call kills no function; only a read can be stale.

    A server's error after a read is the one before it.
    """
    impossible = {CallFault.KILL_AFTER, CallFault.TWICE} if site.service == "sns" else set()
    if not site.reads_beanstalk:
        impossible.add(CallFault.STALE)
    if not site.changes and site.service != "sns":
        impossible.add(CallFault.ERROR_AFTER)
    return [str(each) for each in CallFault if each not in impossible]


@dataclass(frozen=True)
class SearchLimits:
    """What a search leaves out: all states but `states`, everything but `what`, all but one disturbance of `stride`.

    `then`: what may happen second in a pair.
    """

    states: Collection[str] = ()
    what: Collection[str] = ()
    then: Collection[str] = ()
    stride: int = 1
    share: tuple[int, int] = (1, 1)
    """Which share of how many: each process of several plays one."""

    def shared(self, disturbances: Iterable[Disturbance]) -> Iterator[Disturbance]:
        """Return the disturbances of this share."""
        number, shares = self.share
        return islice(disturbances, number - 1, None, shares)

    def allow(self, played: Played, disturbance: Disturbance) -> bool:
        """Return whether the search plays a disturbance of a release."""
        state = played.sites[disturbance.point].state
        return (not self.states or state in self.states) and (not self.what or disturbance.what in self.what)


def disturbances(played: Played, kinds: Collection[str] = (FAULTS, INCIDENTS)) -> Iterator[Disturbance]:
    """Yield what can happen at each call of a release that was played, up to its first end: FAULTS, INCIDENTS."""
    incidents = possible_incidents(CASES[played.case].request) if INCIDENTS in kinds else []
    for site in played.sites[played.first : played.last]:
        what = [*(possible_faults(site) if FAULTS in kinds else []), *incidents]
        yield from (Disturbance(site.point, each) for each in what)


def singles(player: Player, limits: SearchLimits) -> Iterator[Played]:
    """Play a release without any disturbance, then each single one."""
    base = player.base()
    yield base
    allowed = (each for each in disturbances(base) if limits.allow(base, each))
    for each in limits.shared(islice(allowed, 0, None, limits.stride)):
        yield player.play((each,))


def pairs(player: Player, limits: SearchLimits, part: str, seed: int) -> Iterator[Played]:
    """Play a part of PAIRS: what happens first at each call, then what happens second at each later call.

    In an order that the seed decides: a search that ends early has been everywhere. Each round plays one second
    disturbance after each first one.
    """
    chance = Random(seed)  # noqa: S311 - must be repeatable
    base = player.base()
    kind, other = PAIRS[part]
    order = [each for each in disturbances(base, [kind]) if limits.allow(base, each)][:: limits.stride]
    chance.shuffle(order)
    order = list(limits.shared(order))
    left: dict[Disturbance, list[Disturbance]] = {}
    begins: dict[Disturbance, Past] = {}
    while order:
        for first in list(order):
            if first not in left:
                played, begins[first] = player.play_to_go_on((first,))
                found = _seconds(played, first, other)
                seconds = [each for each in found if not limits.then or each.what in limits.then]
                # The near ones mostly come first: they are the likely ones to matter together.
                left[first] = sorted(seconds, key=lambda each: -(each.point - first.point + 1) * chance.random())
            if left[first]:
                second = left[first].pop()
                player.know(second)
                yield player.play((first, second), begin=begins[first])
            else:
                order.remove(first)
                del left[first], begins[first]


def _seconds(played: Played, first: Disturbance, kind: str) -> list[Disturbance]:
    found = disturbances(played, [kind])
    return [each for each in found if each.point >= first.point and each != first]


def randoms(players: Mapping[str, Player], seed: int) -> Iterator[Played]:
    """Play random schedules without end: any case, several disturbances, delays with jitter."""
    chance = Random(seed)  # noqa: S311 - must be repeatable
    bases: dict[str, Played] = {}
    while True:
        name = chance.choice(sorted(players))
        player = players[name]
        base = bases.setdefault(name, player.base())
        points = range(base.first, len(base.sites) + 40)
        drawn = sorted(
            _drawn(chance, point, base) for point in chance.choices(points, k=chance.randint(*RANDOM_DISTURBANCES))
        )
        yield player.play(tuple(drawn), seed=chance.randrange(1, 1_000_000))


def _drawn(chance: Random, point: int, base: Played) -> Disturbance:
    site = base.sites[min(point, len(base.sites) - 1)]
    if chance.random() < RANDOM_FAULTS:
        return Disturbance(point, chance.choice(possible_faults(site)))
    return Disturbance(point, chance.choice(possible_incidents(CASES[base.case].request)))


def shrunk(player: Player, played: Played) -> Played:
    """Return the shortest schedule that violates the same rule, from one that violates it."""
    rule = _rule(played)
    found, again = player.whole(played.schedule, played.seed), True
    while again:
        again = False
        for shorter in _shorter(found):
            tried = player.whole(shorter.schedule, seed=shorter.seed)
            if tried.violations and _rule(tried) == rule:
                found, again = tried, True
                break
    return found


def _shorter(played: Played) -> Iterator[Played]:
    """Yield schedules with less in them: without jitter, without one of the disturbances, with a shorter incident."""
    if played.seed is not None:
        yield replace(played, seed=None)
    schedule: Schedule = played.schedule
    if len(schedule) > 1:
        for left_out in schedule:
            yield replace(played, schedule=tuple(each for each in schedule if each is not left_out))


def _rule(played: Played) -> str:
    """Return which rule is violated first, without numbers."""
    return "".join(each for each in played.violations[0] if not each.isdigit())
