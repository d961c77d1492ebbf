"""Plans what happens to the snapshot that all executions share: its incidents, and faults of calls that use it."""

from collections.abc import Iterator, Sequence
from random import Random

from emulator.faults import Fault, FaultKind
from rehearsal.campaign.plan import SNAPSHOT_INCIDENTS, PlannedIntervention, RunPlan

PATH = "/snapshot"
"""The end of the snapshot's key, which no record has."""
LASTING_SECONDS = (0, 150)
"""How long an incident is repeated, at least and at most: up to twice as long as waiters wait for a lost claim."""
MAX_DELAY_SECONDS = 120
"""From the entry of a state to the incident, in account seconds."""
SLOW_SECONDS = (5, 60)
"""By how much an answer of S3 is late."""
SILENT_SECONDS = 1_200
"""S3 does not answer before functions stop to wait: 5 real seconds, at the campaign's scale."""
SINGLE_STATES = ("AwaitGreen", "DrainBlue", "AwaitRelease", "WatchRelease")
"""Each begins with a snapshot that another state left, and reads it again and again."""
LARGEST_CALL = 40
"""A release reads the snapshot about so often."""
ANSWERS = (FaultKind.THROTTLE, FaultKind.ERROR_BEFORE, FaultKind.ERROR_AFTER, FaultKind.RESET_AFTER)


def single_snapshot_incidents() -> Iterator[RunPlan]:
    """Yield a plan for each incident of the snapshot in some states, and for each way in which its calls fail."""
    for act in SNAPSHOT_INCIDENTS:
        for state in SINGLE_STATES:
            incident = PlannedIntervention(act, state, 5, lasts=LASTING_SECONDS[1])
            yield RunPlan(f"{act}/{state}", interventions=(incident,))
    for function in ("await_green", "drain_blue", "await_release", "watch_release"):
        yield RunPlan(f"snapshot_slow/{function}", (_slow(function, SLOW_SECONDS[1]),))
        # The first write of a state is a claim, the second one what was seen.
        died = Fault(FaultKind.KILL_AFTER, "s3", "PutObject", function, call=1, path=PATH)
        yield RunPlan(f"snapshot_writer_dies/{function}", (died,))
    yield RunPlan("snapshot_silent/await_green", (_slow("await_green", SILENT_SECONDS),))


def random_snapshot_incident(chance: Random, states: Sequence[str]) -> PlannedIntervention:
    """Return a random incident of the snapshot, in one of a release's states."""
    state, seconds = chance.choice(states), chance.randint(0, MAX_DELAY_SECONDS)
    return PlannedIntervention(
        chance.choice(SNAPSHOT_INCIDENTS), state, seconds, lasts=chance.randint(*LASTING_SECONDS)
    )


def random_snapshot_fault(chance: Random) -> Fault:
    """Return a random fault of one call that reads or writes the snapshot."""
    action = chance.choice(("GetObject", "PutObject"))
    kind = chance.choice((FaultKind.SLOW, FaultKind.KILL_AFTER, *ANSWERS))
    delay = random_delay(chance, kind)
    return Fault(kind, "s3", action, call=chance.randint(1, LARGEST_CALL), path=PATH, delay=delay)


def random_delay(chance: Random, kind: FaultKind) -> int | None:
    """Return by how many account seconds an answer is late; None for a fault of another kind."""
    return chance.randint(*SLOW_SECONDS) if kind is FaultKind.SLOW else None


def _slow(function: str, seconds: float) -> Fault:
    return Fault(FaultKind.SLOW, "s3", "GetObject", function, call=1, path=PATH, delay=seconds)
