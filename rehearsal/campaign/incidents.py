"""Plans what happens to environments during a run: they turn sick, lose instances, and people change them."""

from collections.abc import Iterator, Sequence
from random import Random

from rehearsal.campaign.plan import Intervention, PlannedIntervention, Role, RunPlan

MAX_DELAY_SECONDS = 120
"""From the entry of a state to the incident, in account seconds."""
LASTING_SECONDS = (20, 400)
"""How long an environment is sick, at least and at most, in account seconds, when it is not sick for good."""
CLONING = ("CloneBlue", "AwaitGreen", "VerifyGreen", "SwapToGreen")
GREEN_SERVES = ("AwaitGreenLive", "DrainBlue", "DeployRelease", "AwaitRelease", "VerifyRelease", "SwapToBlue")
BLUE_SERVES = ("AwaitBlueLive", "WatchRelease", "TerminateGreen")
FROM_TEST = (*CLONING[2:], *GREEN_SERVES, *BLUE_SERVES)

STATES: dict[tuple[Intervention, Role | None], tuple[str, ...]] = {
    (Intervention.SICK, "green"): FROM_TEST,
    (Intervention.WARN, "green"): FROM_TEST,
    (Intervention.LOSE, "green"): FROM_TEST,
    (Intervention.SICK, "blue"): ("SwapToBlue", *BLUE_SERVES),
    (Intervention.WARN, "blue"): ("SwapToBlue", *BLUE_SERVES),
    (Intervention.LOSE, "blue"): ("DrainBlue", "SwapToBlue", *BLUE_SERVES),
    (Intervention.DEPLOY, "blue"): (*CLONING, *GREEN_SERVES, *BLUE_SERVES),
    (Intervention.CONFIGURE, "blue"): (*CLONING, *GREEN_SERVES, *BLUE_SERVES),
    # While blue is changed, the rules cannot say where users belong after a swap by hand.
    (Intervention.SWAP, None): ("DrainBlue", "WatchRelease"),
    (Intervention.EDIT_TAGS, "green"): (*CLONING[1:], *GREEN_SERVES, *BLUE_SERVES[:2]),
    (Intervention.TERMINATE, "green"): (*CLONING[1:], *GREEN_SERVES, *BLUE_SERVES[:2]),
    (Intervention.OTHER_STACK, None): ("Plan", *CLONING, *GREEN_SERVES, *BLUE_SERVES),
}
"""What can happen to which environment, and in which states it begins."""
WEIGHTS = {Intervention.SICK: 4, Intervention.WARN: 2, Intervention.OTHER_STACK: 2, Intervention.DEPLOY: 2}
"""How often it is drawn, if not once."""
SINGLE_STATES = ("AwaitGreen", "DrainBlue", "AwaitRelease", "SwapToBlue", "WatchRelease")
"""The states of the runs with one incident and no fault."""


def single_incidents() -> Iterator[RunPlan]:
    """Yield a plan for each incident in some of its states."""
    for (act, role), states in STATES.items():
        for state in states:
            if state in SINGLE_STATES or (act is Intervention.SICK and role == "green"):
                incident = PlannedIntervention(act, state, 5, role, _single_lasts(act, role))
                yield RunPlan("/".join(filter(None, (act, role, state))), interventions=(incident,))


def random_incident(chance: Random, states: Sequence[str]) -> PlannedIntervention:
    """Return a random incident in one of a release's states."""
    kinds = [kind for kind, possible in STATES.items() if set(possible) & set(states)]
    act, role = chance.choices(kinds, [WEIGHTS.get(kind[0], 1) for kind in kinds])[0]
    state = chance.choice([each for each in STATES[act, role] if each in states])
    lasts = chance.randint(*LASTING_SECONDS) if act in (Intervention.SICK, Intervention.WARN) else None
    if role == "green" and chance.random() < 0.5:
        lasts = None
    return PlannedIntervention(act, state, chance.randint(0, MAX_DELAY_SECONDS), role, lasts)


def _single_lasts(act: Intervention, role: Role | None) -> float | None:
    """Return how long it lasts: green is sick for good, since a new one is made; blue recovers."""
    return LASTING_SECONDS[1] if role == "blue" and act in (Intervention.SICK, Intervention.WARN) else None
