"""The runs of the first kind: every call that a release makes goes wrong once, in every way."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from emulator.faults import FaultKind
from rehearsal.campaign.plan import GOOD_BUNDLE, Schedule, Site

KINDS = (FaultKind.THROTTLE, FaultKind.ERROR_BEFORE, FaultKind.ERROR_AFTER, FaultKind.RESET_AFTER, FaultKind.KILL_AFTER)
STATE_MACHINE = "state machine"
"""Who makes the calls that no function makes."""

Journal = Sequence[Mapping[str, str]]
"""Calls in their order: {"service", "action", "function"}."""


@dataclass(frozen=True)
class Lessons:
    """What two releases without faults have taught: a good one, and one whose version is found to be bad.

    `good`, `bad`: their calls. `good_states`, `bad_states`: the stages that they went through, in their order.
    """

    good: Journal
    bad: Journal
    good_states: Sequence[str]
    bad_states: Sequence[str]

    @property
    def sites(self) -> "list[Site]":
        """All calls to strike: those of the good release, then those that only the bad one made."""
        known = {call["function"] for call in self.good}
        return sites(self.good) + [site for site in sites(self.bad) if site.function not in known]


def sites(journal: Journal) -> list[Site]:
    """Return the calls to strike, in their order.

    Of the polls of one kind, which are all alike, only the first, the second and the last; of all else every call.
    """
    kinds = [(call["service"], call["action"], call["function"]) for call in journal]
    totals, seen = Counter(kinds), Counter[tuple[str, str, str]]()
    found = []
    for kind in kinds:
        seen[kind] += 1
        if not _waits(kind[2]) or seen[kind] in (1, 2, totals[kind]):
            found.append(Site(*kind, number=seen[kind]))
    return found


def polls_left_out(journal: Journal) -> int:
    """Return how many polls are not struck, since they are like others that are."""
    return len(journal) - len(sites(journal))


def single_faults(lessons: Lessons, bad_bundle: str) -> Iterator[tuple[Site, Schedule]]:
    """Return a run for each call and kind of fault.

    The calls of the failure branch are struck while `bad_bundle` is released, those of all other functions while a
    good version is.
    """
    healthy = {call["function"] for call in lessons.good}
    for site in lessons.sites:
        bundle = GOOD_BUNDLE if site.function in healthy else bad_bundle
        for kind in KINDS:
            if kind is not FaultKind.KILL_AFTER or site.function != STATE_MACHINE:
                yield site, site.struck(kind, bundle)


def _waits(function: str) -> bool:
    return function.startswith(("await_", "watch_"))
