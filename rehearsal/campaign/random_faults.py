"""The runs of the second kind: several faults at random, people who interfere, versions that are bad."""

from collections.abc import Sequence
from random import Random

from emulator.faults import Fault, FaultKind
from rehearsal.campaign.plan import BAD_BUNDLES, GOOD_BUNDLE, Act, Interference, Schedule
from rehearsal.campaign.single_faults import STATE_MACHINE, Lessons

MOST_FAULTS = 4
LONGEST_SECONDS = 90
"""Of a fault that lasts, in account seconds."""
LONGEST_PAUSE_SECONDS = 60
"""Between an execution's entering a state and what people do about it, in account seconds."""
LASTING = (FaultKind.THROTTLE, FaultKind.ERROR_BEFORE, FaultKind.ERROR_AFTER, FaultKind.RESET_AFTER)


def schedule(seed: int, number: int, lessons: Lessons) -> Schedule:
    """Return the random run of that number; the same seed gives the same run."""
    chance = Random(f"{seed}/{number}")  # noqa: S311 - to be repeatable is its very purpose
    good = chance.random() > 0.25
    calls = sorted({(site.service, site.action, site.function) for site in lessons.sites})
    return Schedule(
        name=f"random/{number}",
        faults=tuple(_fault(chance, calls) for _ in range(chance.randint(1, MOST_FAULTS))),
        bundle=GOOD_BUNDLE if good else chance.choice(BAD_BUNDLES),
        people=tuple(_people(chance, lessons.good_states if good else lessons.bad_states)),
    )


def _people(chance: Random, states: Sequence[str]) -> list[Interference]:
    acts = [act for act, odds in ((Act.ABORT, 0.4), (Act.SECOND, 0.3)) if chance.random() < odds]
    drawn = [Interference(act, chance.choice(states), chance.randint(0, LONGEST_PAUSE_SECONDS)) for act in acts]
    return sorted(drawn, key=lambda each: (states.index(each.state), each.seconds))


def _fault(chance: Random, calls: Sequence[tuple[str, str, str]]) -> Fault:
    service, action, function = chance.choice(calls)
    if chance.random() < 0.25:
        return Fault(chance.choice(LASTING), service, for_seconds=chance.randint(5, LONGEST_SECONDS))
    ways = [kind for kind in FaultKind if kind is not FaultKind.KILL_AFTER or function != STATE_MACHINE]
    return Fault(chance.choice(ways), service, action, function, call=chance.randint(1, 4))
