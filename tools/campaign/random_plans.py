"""Plans the runs: random faults, bad versions, what people do, and what happens to environments and the snapshot."""

from collections.abc import Sequence
from random import Random
from typing import Final

from emulator.faults import Fault, FaultKind
from tools.campaign.plan import (
    BAD_BUNDLES,
    GOOD_BUNDLE,
    SNAPSHOT_INCIDENTS,
    Intervention,
    PlannedIntervention,
    Role,
    RunPlan,
)

CLONING: Final = ("CloneBlue", "AwaitGreen", "VerifyGreen", "SwapToGreen")
GREEN_SERVES: Final = (
    "AwaitGreenLive", "DrainBlue", "DeployRelease", "AwaitRelease", "VerifyRelease", "SwapToBlue",
)  # fmt: skip
BLUE_SERVES: Final = ("AwaitBlueLive", "WatchRelease", "TerminateGreen")
FROM_CLONE: Final = (*CLONING, *GREEN_SERVES, *BLUE_SERVES)
FROM_TEST: Final = FROM_CLONE[2:]
WITH_GREEN: Final = FROM_TEST[:-1]
"""Green has been launched, and stands."""
STATES: Final = ("Plan", "RegisterRelease", "AwaitRegistration", *FROM_CLONE, "AwaitTermination")
"""Of a good release, in their order."""
FAILING_STATES: Final = (*STATES[: STATES.index("VerifyRelease")], "KeepGreenLive")
"""Of a release whose bundle is bad."""

INCIDENTS: Final[Sequence[tuple[Intervention | None, Role | None, Sequence[str]]]] = (
    (Intervention.SICK, "green", FROM_TEST),
    (Intervention.SICK, "blue", ("SwapToBlue", *BLUE_SERVES)),
    (Intervention.SNAPSHOT_LOST, None, STATES),
    (Intervention.OTHER_STACK, None, STATES),
    (Intervention.LOSE, "green", FROM_TEST),
    (Intervention.LOSE, "blue", ("DrainBlue", "SwapToBlue", *BLUE_SERVES)),
    (Intervention.SNAPSHOT_TORN, None, STATES),
    (None, None, STATES),
    (Intervention.DEPLOY, "blue", FROM_CLONE),
    (Intervention.CONFIGURE, "blue", FROM_CLONE),
    (Intervention.SNAPSHOT_OLD, None, STATES),
    # While blue is changed, the rules cannot say where users belong after a swap by hand.
    (Intervention.SWAP, None, ("DrainBlue", "WatchRelease")),
    (Intervention.EDIT_TAGS, "green", WITH_GREEN),
    (Intervention.TERMINATE, "green", WITH_GREEN),
    (Intervention.SNAPSHOT_FUTURE, None, STATES),
    (Intervention.WARN, "green", FROM_TEST),
    (Intervention.WARN, "blue", ("SwapToBlue", *BLUE_SERVES)),
    (Intervention.SNAPSHOT_CLAIMED, None, STATES),
    (Intervention.SICK, "green", FROM_TEST),
    (None, None, STATES),
)
"""What happens in runs that follow each other, to which environment, and in which states it begins."""

ABORT_ODDS: Final = {False: 0.4, True: 0.1}
"""How often people abort the execution, by whether something happens to its environments. They do so after it."""
SECOND_ODDS: Final = {False: 0.3, True: 0.2}
"""The same for a second execution."""
MAX_FAULTS: Final = {False: 4, True: 2}
"""The same for the number of faults."""
SNAPSHOT_SHARE: Final = 0.3
"""The share of runs in which the snapshot is struck beside all else."""
MAX_DELAY_SECONDS: Final = 120
"""From the entry of a state to what happens then, in account seconds."""
LASTING_SECONDS: Final = (20, 400)
"""How long an environment is sick, at least and at most, in account seconds, when it is not sick for good."""
STRIKING_SECONDS: Final = (0, 150)
"""How long a strike of the snapshot is repeated: up to twice as long as waiters wait for a lost claim."""

SERVICES: Final = {"elasticbeanstalk": 6, "s3": 3, "autoscaling": 1, "monitoring": 1, "states": 1, "sns": 1}
"""The services whose calls meet faults, as the journal names them, and how often."""
PATH: Final = "/snapshot"
"""The end of the snapshot's key, which no record has."""
SNAPSHOT_FAULTS: Final = 0.1
"""The share of faults that hit a call for the snapshot."""
LARGEST_CALL: Final = 40
"""A release reads the snapshot about so often."""
LASTING_FAULTS: Final = 0.25
"""The share of faults with a duration, of the others."""
MAX_FAULT_SECONDS: Final = 90
STALE_SECONDS: Final = 40
"""The largest age of a stale answer, in account seconds. Stages wait 60 before they believe that nothing happened."""
SLOW_SECONDS: Final = (5, 60)
"""By how much an answer is late."""
LASTING_KINDS: Final[Sequence[FaultKind]] = (
    FaultKind.THROTTLE, FaultKind.ERROR_BEFORE, FaultKind.ERROR_AFTER, FaultKind.RESET_AFTER, FaultKind.STALE,
)  # fmt: skip
KINDS: Final[Sequence[FaultKind]] = (*LASTING_KINDS, FaultKind.RESET_BEFORE, FaultKind.KILL_AFTER, FaultKind.SLOW)


def random_plan(seed: int, number: int) -> RunPlan:
    """Return the plan of the run of that number. The same seed gives the same plan."""
    chance = Random(f"{seed}/{number}")  # noqa: S311 - must be repeatable
    act, role, possible = INCIDENTS[(seed + number) % len(INCIDENTS)]
    good = chance.random() > 0.25 or not set(possible) & set(FAILING_STATES)
    states = STATES if good else FAILING_STATES
    on_release = act is not None and act not in SNAPSHOT_INCIDENTS
    drawn, later = [], states
    if act:
        drawn.append(_incident(chance, act, role, [each for each in possible if each in states]))
        later = states[states.index(drawn[0].state) + 1 :] or states[-1:]
    for person, odds, moments in ((Intervention.ABORT, ABORT_ODDS, later), (Intervention.SECOND, SECOND_ODDS, states)):
        if chance.random() < odds[on_release]:
            drawn.append(PlannedIntervention(person, chance.choice(moments), chance.randint(0, MAX_DELAY_SECONDS)))
    if on_release and chance.random() < SNAPSHOT_SHARE:
        drawn.append(_incident(chance, chance.choice(SNAPSHOT_INCIDENTS), None, states))
    return RunPlan(
        name=f"random/{number}",
        faults=tuple(_fault(chance, states) for _ in range(chance.randint(act is None, MAX_FAULTS[on_release]))),
        bundle=GOOD_BUNDLE if good else chance.choice(BAD_BUNDLES),
        interventions=tuple(sorted(drawn, key=lambda each: (states.index(each.state), each.seconds))),
    )


def _incident(chance: Random, act: Intervention, role: Role | None, states: Sequence[str]) -> PlannedIntervention:
    lasts = None
    if act in SNAPSHOT_INCIDENTS:
        lasts = chance.randint(*STRIKING_SECONDS)
    elif act in (Intervention.SICK, Intervention.WARN) and (role == "blue" or chance.random() < 0.5):
        # A green that is sick for good is replaced; blue must recover.
        lasts = chance.randint(*LASTING_SECONDS)
    return PlannedIntervention(act, chance.choice(states), chance.randint(0, MAX_DELAY_SECONDS), role, lasts)


def _fault(chance: Random, states: Sequence[str]) -> Fault:
    of_snapshot = chance.random() < SNAPSHOT_FAULTS
    service = "s3" if of_snapshot else chance.choices(list(SERVICES), list(SERVICES.values()))[0]
    impossible = set() if service == "elasticbeanstalk" else {FaultKind.STALE}
    if service == "sns":  # the state machine itself makes these calls: it is no process
        impossible.add(FaultKind.KILL_AFTER)
    if not of_snapshot and chance.random() < LASTING_FAULTS:
        kind = chance.choice([each for each in LASTING_KINDS if each not in impossible])
        return Fault(kind, service, for_seconds=chance.randint(5, MAX_FAULT_SECONDS), age=_age(chance, kind))
    kind = chance.choice([each for each in KINDS if each not in impossible])
    if of_snapshot:
        action, call = chance.choice(("GetObject", "PutObject")), chance.randint(1, LARGEST_CALL)
        return Fault(kind, service, action, call=call, path=PATH, delay=_delay(chance, kind))
    # Only some states call the other services.
    call, state = chance.randint(1, 4), chance.choice(states) if service in ("elasticbeanstalk", "s3") else None
    return Fault(kind, service, call=call, age=_age(chance, kind), delay=_delay(chance, kind), state=state)


def _age(chance: Random, kind: FaultKind) -> int | None:
    return chance.randint(1, STALE_SECONDS) if kind is FaultKind.STALE else None


def _delay(chance: Random, kind: FaultKind) -> int | None:
    return chance.randint(*SLOW_SECONDS) if kind is FaultKind.SLOW else None
