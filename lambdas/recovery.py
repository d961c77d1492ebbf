"""Recovery from a failed stage: bring users to an environment whose version is known to be good.

Before the swap to green, that is blue, and green is removed. Once a deployment onto blue has started, it is green:
users are swapped back if green has lost them, and green stays. Once blue has been watched to the end, it is blue.
"""

from dataclasses import replace
from enum import StrEnum
from typing import Final

from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.environment import Environment
from lambdas.aws.record import Record, Records
from lambdas.clone import remove_configuration, remove_green
from lambdas.deployment import Deployment, Mode, Role
from lambdas.errors import EnvironmentNotReadyError
from lambdas.failure import Failure, Outcome
from lambdas.metrics import count_rollback
from lambdas.pair import Pair, require_healthy
from lambdas.settling import require_no_swap_since, require_settled_state
from lambdas.swaps import made_by, require_swap_shown, swap_once
from lambdas.visit import Visit

BLUE_UNCHANGED: Final = frozenset(
    {"RegisterRelease", "AwaitRegistration", "CloneBlue", "AwaitGreen", "SwapToGreen", "AwaitGreenLive"}
)
"""Stages in which blue still has its version. A green that does not serve yet is needed only by a rollback."""
BLUE_UNPROVED: Final = frozenset(
    {"AwaitRelease", "VerifyRelease", "AwaitApproval", "SwapToBlue", "AwaitBlueLive", "WatchRelease"}
)
"""Stages in which blue has, or may have, a version that is not proved yet."""
SWAPPING: Final = frozenset({"SwapToGreen", "AwaitGreenLive", "SwapToBlue", "AwaitBlueLive"})
"""Stages in which a swap may still be in progress, since its answer may be lost."""
LAST_SWAP: Final[dict[str, Role]] = {
    "AwaitGreenLive": "green",
    "DeployRelease": "green",
    "AwaitRelease": "green",
    "VerifyRelease": "green",
    "AwaitApproval": "green",
    "AwaitBlueLive": "blue",
    "WatchRelease": "blue",
    "TerminateGreen": "blue",
    "AwaitTermination": "blue",
}
"""The target of the last swap of a release, by stage. Of a stage that swaps, it is not known whether it has swapped."""


class Recovery(StrEnum):
    """What to do about a failure while both environments stand."""

    REMOVE_GREEN = "remove green"
    SWAP_TO_GREEN = "swap to green"
    LEAVE_BOTH = "leave both"


def decide_recovery(failed_state: str, mode: Mode, pair: Pair) -> Recovery:
    """Return what brings users to a version that is known to be good. No calls of AWS."""
    if pair.holder != pair.blue:
        return Recovery.LEAVE_BOTH
    if failed_state in BLUE_UNCHANGED and mode != Mode.ROLLBACK:
        return Recovery.REMOVE_GREEN
    return Recovery.SWAP_TO_GREEN if failed_state in BLUE_UNPROVED else Recovery.LEAVE_BOTH


def is_certain(failed_state: str, pair: Pair, record: Record) -> bool:
    """Return whether the look at the CNAMEs is certain: it shows the last swap as done, and a look shows nothing early.

    It is not certain once this branch has swapped: a look from before the swap to blue shows green live, too.
    """
    target = LAST_SWAP.get(failed_state)
    last = record.swap.to if record.swap else target  # older functions write no swap into the record
    return target is not None and pair.holder is not None and pair.live_role == target == last


def recover(deployment: Deployment, failure: Failure, visit: Visit, records: Records, beanstalk: Beanstalk) -> Outcome:
    """Return what was found and done. Raises EnvironmentNotReadyError until users are where they belong.

    Users on a bad version get the good one back at once, since that look is certain. Everything else waits until
    the look cannot be older than the failure. Raises LockLostError when another execution holds the lock.
    """
    record = records.require_held(deployment.application, deployment.blue, visit.execution)
    pair = Pair.find(deployment, beanstalk)
    require_swap_shown(record, pair, visit)
    if not is_certain(failure.state, pair, record):
        require_settled_state(visit)
    if len(pair.standing) < len(pair.names):
        return _recover_alone(pair, deployment, failure, beanstalk)
    if failure.state in SWAPPING:
        pair.require_ready()
    recovery = decide_recovery(failure.state, deployment.mode, pair)
    if recovery == Recovery.REMOVE_GREEN:
        remove_green(replace(deployment, blue_id=pair.blue.id, green_id=pair.green.id), visit, beanstalk)
        done = f"{pair.green.name}, half-made, is being terminated"
        return Outcome(_served_by(pair), done=done, events=_errors(pair.green, beanstalk))
    if recovery == Recovery.SWAP_TO_GREEN:
        _swap_to_green((record, pair), deployment, visit, records, beanstalk)
    left_over = f"{pair.blue}, which serves no users"
    if pair.holder == pair.blue:
        left_over = f"{pair.green.name}, which the next run removes"
    return Outcome(_served_by(pair), left_over=left_over, events=_errors(pair.blue, beanstalk))


def _recover_alone(pair: Pair, deployment: Deployment, failure: Failure, beanstalk: Beanstalk) -> Outcome:
    """One of the two stands, or none, so there is nothing to choose from."""
    if failure.state in BLUE_UNCHANGED:
        remove_configuration(deployment, beanstalk)
    served_by, done = _served_by(pair), None
    going = [each for each in beanstalk.environments(*pair.names.values()) if each.gone]
    if holder := next((each for each in going if each.cname == pair.production_cname), None):
        served_by += f". {holder}, which has it, is being terminated"
    if failure.state in BLUE_UNPROVED and pair.holder:
        done = f"nothing: {pair.names['green']}, which users could go back to, is gone or being terminated"
    events = [event for each in pair.standing.values() for event in _errors(each, beanstalk)]
    return Outcome(served_by, done=done, events=events)


def _swap_to_green(
    seen: tuple[Record, Pair], deployment: Deployment, visit: Visit, records: Records, beanstalk: Beanstalk
) -> None:
    """Start the swap. Raises EnvironmentNotReadyError: the next look shows whether it is complete."""
    record, pair = seen
    # The swap to blue may have been made after its stage had failed.
    swapped = made_by(record.swap) if record.swap and record.swap.to == pair.live_role else visit.since
    require_no_swap_since(max(visit.since, swapped), pair, beanstalk)
    pair.require_ready()
    require_healthy(pair.green, deployment.accepted_health)
    swap_once("green", visit, seen, records, beanstalk)
    count_rollback(deployment.application)
    raise EnvironmentNotReadyError(
        expected=f"{pair.green.name} to hold {pair.production_cname}",
        found="a swap in progress",
        next_step="Wait for the swap to end.",
    )


def _served_by(pair: Pair) -> str:
    if pair.holder is None:
        return f"NOBODY at {pair.production_cname}: act at once"
    return f"{pair.holder}, at http://{pair.production_cname}/"


def _errors(environment: Environment, beanstalk: Beanstalk) -> list[str]:
    return [f"{environment.name}: {message}" for message in beanstalk.events(environment).last_operation.errors]
