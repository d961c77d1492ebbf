"""Plans the runs of the second kind: random faults, bad versions, interventions, incidents of environments."""

from collections.abc import Sequence
from random import Random

from emulator.faults import Fault, FaultKind
from rehearsal.campaign.incidents import random_incident
from rehearsal.campaign.plan import (
    BAD_BUNDLES,
    GOOD_BUNDLE,
    STALE_SECONDS,
    Intervention,
    PlannedIntervention,
    RunPlan,
    only_reads,
)
from rehearsal.campaign.single_faults import STATE_MACHINE, Baseline
from rehearsal.campaign.snapshot_plans import random_delay, random_snapshot_fault, random_snapshot_incident

MAX_FAULTS = 4
MAX_FAULTS_BESIDE_INCIDENT = 2
INCIDENTS = 0.7
"""The share of runs with an incident."""
SNAPSHOT_INCIDENTS = 0.3
"""The share of runs in which the snapshot that all executions share is struck, beside all else."""
SNAPSHOT_FAULTS = 0.1
"""The share of faults that hit a call for the snapshot."""
ODDS = {Intervention.ABORT: 0.4, Intervention.SECOND: 0.3}
ODDS_BESIDE_INCIDENT = {Intervention.ABORT: 0.1, Intervention.SECOND: 0.2}
"""Smaller, since an incident needs an execution that runs."""
MAX_FAULT_SECONDS = 90
"""For faults with a duration, in account seconds."""
MAX_DELAY_SECONDS = 60
"""From the entry of a state to the intervention, in account seconds."""
KINDS_WITH_DURATION = (
    FaultKind.THROTTLE,
    FaultKind.ERROR_BEFORE,
    FaultKind.ERROR_AFTER,
    FaultKind.RESET_AFTER,
    FaultKind.STALE,
)


def random_plan(seed: int, number: int, baseline: Baseline) -> RunPlan:
    """Return the plan of the random run of that number. The same seed gives the same plan."""
    chance = Random(f"{seed}/{number}")  # noqa: S311 - must be repeatable
    good = chance.random() > 0.25
    calls = sorted({(site.service, site.action, site.function) for site in baseline.sites})
    incident = chance.random() < INCIDENTS
    number_of_faults = chance.randint(0, MAX_FAULTS_BESIDE_INCIDENT) if incident else chance.randint(1, MAX_FAULTS)
    return RunPlan(
        name=f"random/{number}",
        faults=tuple(_fault(chance, calls) for _ in range(number_of_faults)),
        bundle=GOOD_BUNDLE if good else chance.choice(BAD_BUNDLES),
        interventions=tuple(
            _interventions(chance, baseline.good_states if good else baseline.bad_states, incident=incident)
        ),
    )


def _interventions(chance: Random, states: Sequence[str], *, incident: bool) -> list[PlannedIntervention]:
    acts = [act for act, odds in (ODDS_BESIDE_INCIDENT if incident else ODDS).items() if chance.random() < odds]
    drawn = [PlannedIntervention(act, chance.choice(states), chance.randint(0, MAX_DELAY_SECONDS)) for act in acts]
    if chance.random() < SNAPSHOT_INCIDENTS:
        drawn.append(random_snapshot_incident(chance, states))
    if incident:
        drawn.append(random_incident(chance, states))
    return sorted(drawn, key=lambda each: (states.index(each.state), each.seconds))


def _fault(chance: Random, calls: Sequence[tuple[str, str, str]]) -> Fault:
    if chance.random() < SNAPSHOT_FAULTS:
        return random_snapshot_fault(chance)
    service, action, function = chance.choice(calls)
    impossible = {FaultKind.KILL_AFTER} if function == STATE_MACHINE else set()
    if not only_reads(service, action):
        impossible.add(FaultKind.STALE)
    if chance.random() < 0.25:
        kind = chance.choice([kind for kind in KINDS_WITH_DURATION if kind not in impossible])
        return Fault(kind, service, for_seconds=chance.randint(5, MAX_FAULT_SECONDS), age=_age(chance, kind))
    kind = chance.choice([kind for kind in FaultKind if kind not in impossible])
    return Fault(
        kind,
        service,
        action,
        function,
        call=chance.randint(1, 4),
        age=_age(chance, kind),
        delay=random_delay(chance, kind),
    )


def _age(chance: Random, kind: FaultKind) -> int | None:
    return chance.randint(1, STALE_SECONDS) if kind is FaultKind.STALE else None
