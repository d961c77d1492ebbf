"""Draws schedules that both can play, by chance."""

from random import Random
from typing import Final

from tools.agreement.deployed_incidents import PLAYABLE
from tools.agreement.placed_schedules import CallPlace, PlacedDisturbance, PlacedSchedule
from tools.agreement.releases import RELEASES
from tools.agreement.simulated_machine import SimulatedMachine, SimulatedRelease
from tools.simulation.disturbance import CallFault, possible_incidents
from tools.simulation.search import possible_faults
from tools.simulation.sites import Site

LEFT_OUT: Final = (CallFault.TWICE, CallFault.SLOW)
"""The deployed account has no switch for the first. The second takes 20 real seconds: 1,000 of the account."""
UNPLACED_SERVICES: Final = ("http", "events", "ec2", "route-53")
"""The first is no call of the account's services; the simulator does not have the others."""
FIRST_POLLS: Final = 2
"""Of a state that waits, only so many calls of a kind: in one of the two it may wait for fewer looks."""
ONE_OR_TWO: Final = (3, 2)
"""How often one thing happens, and two."""
FAULTS: Final = 0.5
"""The share of faults."""


def drawn(machine: SimulatedMachine, seed: int, number: int) -> PlacedSchedule:
    """Return the schedule of that number. The same seed gives the same one."""
    chance = Random(f"{seed}/{number}")  # noqa: S311 - must be repeatable
    found = PlacedSchedule(chance.choice(sorted(RELEASES)))
    after = -1
    for _ in range(chance.choices((1, 2), ONE_OR_TWO)[0]):
        released = machine.play(found)
        if released is None or not (places := _places(released, after)):
            return found
        state = chance.choice(sorted({place.state for _, place in places}))
        site, place = chance.choice([each for each in places if each[1].state == state])
        # Later looks come at other times in the two, and what an incident does depends on its time.
        only_faults = site.point not in released.first
        what = _happens(chance, site, found.case, only_faults=only_faults)
        found = PlacedSchedule(found.case, (*found.disturbances, PlacedDisturbance(place, what)))
        after = site.point
    return found


def _places(released: SimulatedRelease, after: int) -> list[tuple[Site, CallPlace]]:
    """Return the calls after a number that have a meaning in both, with their places."""
    found = [(site, CallPlace.of(site, released.sites)) for site in released.sites if site.point > after]
    return [
        (site, place)
        for site, place in found
        if site.service not in UNPLACED_SERVICES and (place.number <= FIRST_POLLS or site.state not in released.waiting)
    ]


def _happens(chance: Random, site: Site, case: str, *, only_faults: bool) -> str:
    if only_faults or chance.random() < FAULTS:
        return chance.choice([each for each in possible_faults(site) if each not in LEFT_OUT])
    return chance.choice([each for each in possible_incidents(RELEASES[case].request) if each in PLAYABLE])
