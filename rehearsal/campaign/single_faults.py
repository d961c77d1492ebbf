"""Plans the runs of the first kind: each call of a release meets each kind of fault once."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from emulator.faults import FaultKind
from rehearsal.campaign.plan import GOOD_BUNDLE, CallSite, RunPlan, single_fault

KINDS = (
    FaultKind.THROTTLE,
    FaultKind.ERROR_BEFORE,
    FaultKind.ERROR_AFTER,
    FaultKind.RESET_AFTER,
    FaultKind.KILL_AFTER,
    FaultKind.STALE,
)
STATE_MACHINE = "state machine"
"""The name for the caller of calls that the state machine itself makes."""

Journal = Sequence[Mapping[str, str]]
"""Calls in their order: {"service", "action", "function"}."""


@dataclass(frozen=True)
class Baseline:
    """Two releases without faults: one of a good version, and one of a bad version, which fails.

    `good`, `bad`: their calls. `good_states`, `bad_states`: their stages, in their order.
    """

    good: Journal
    bad: Journal
    good_states: Sequence[str]
    bad_states: Sequence[str]

    @property
    def sites(self) -> list[CallSite]:
        """The calls to hit: those of the good release, then those of functions that only the bad one ran."""
        known = {call["function"] for call in self.good}
        return call_sites(self.good) + [site for site in call_sites(self.bad) if site.function not in known]


def call_sites(journal: Journal) -> list[CallSite]:
    """Return the calls to hit, in their order.

    Polls of one kind are alike, so only the first, the second and the last count. Of all other calls, each one counts.
    """
    kinds = [(call["service"], call["action"], call["function"]) for call in journal]
    totals, seen = Counter(kinds), Counter[tuple[str, str, str]]()
    found = []
    for kind in kinds:
        seen[kind] += 1
        if not _polls(kind[2]) or seen[kind] in (1, 2, totals[kind]):
            found.append(CallSite(*kind, number=seen[kind]))
    return found


def polls_left_out(journal: Journal) -> int:
    """Return the number of polls that are not hit, because they are like others."""
    return len(journal) - len(call_sites(journal))


def single_faults(baseline: Baseline, bad_bundle: str) -> Iterator[RunPlan]:
    """Yield a plan for each call and kind of fault.

    The calls of functions that only a failing release runs are hit while `bad_bundle` is released, all others while a
    good version is.
    """
    healthy = {call["function"] for call in baseline.good}
    for site in baseline.sites:
        bundle = GOOD_BUNDLE if site.function in healthy else bad_bundle
        for kind in KINDS:
            if _possible(kind, site):
                yield single_fault(site, kind, bundle)


def _possible(kind: FaultKind, site: CallSite) -> bool:
    """Return whether a call can meet a fault that is no other's double.

    Only a read of Elastic Beanstalk can be stale, a read fails alike before and after its effect, and a state machine
    is no process.
    """
    if kind is FaultKind.STALE:
        return site.only_reads
    if kind is FaultKind.ERROR_AFTER:
        return not site.without_effect
    return kind is not FaultKind.KILL_AFTER or site.function != STATE_MACHINE


def _polls(function: str) -> bool:
    return function.startswith(("await_", "watch_"))
