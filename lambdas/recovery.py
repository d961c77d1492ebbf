"""Recovery from a failed stage: bring users to the environment that should serve, as lambdas/serving.py says.

A green that never served is removed. One that served stays: it serves on, or clients may have its address.
"""

from dataclasses import replace
from typing import Final

from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.environment import Environment
from lambdas.aws.record import Record
from lambdas.aws.records import Records
from lambdas.aws.scaling import Scaling
from lambdas.capacity import Sizing, sizing
from lambdas.clone import remove_configuration, remove_green
from lambdas.deployment import Deployment, Mode, Role
from lambdas.errors import EnvironmentNotReadyError, GreenUnhealthyError, ReleaseError
from lambdas.failure import Failure, Outcome
from lambdas.handler import logger
from lambdas.metrics import count_rollback
from lambdas.pair import Pair
from lambdas.proofs import BLUE_PROVED, BLUE_UNCHANGED, CLONING, proof_of_blue, proof_of_green
from lambdas.release_events import Kind, announce
from lambdas.serving import Standing, fitness, should_serve
from lambdas.serving_green import blue_served_last, report_unhealthy
from lambdas.settling import require_no_swap_since, require_settled_state
from lambdas.swaps import made_by, require_swap_shown, swap_once
from lambdas.visit import Visit

NEVER_SERVED: Final = CLONING | {"HooksBeforeGreen", "SwapToGreen", "AwaitGreenLive"}
"""Stages in which green has no users yet. Once it fails, it is needed by a rollback only."""
SWAPPING: Final = frozenset({"SwapToGreen", "AwaitGreenLive", "SwapToBlue", "AwaitBlueLive"})
"""Stages in which a swap may still be in progress, since its answer may be lost."""
LAST_SWAP: Final[dict[str, Role]] = {
    "AwaitGreenLive": "green",
    "DrainBlue": "green",
    "HooksBeforeDeploy": "green",
    "DeployRelease": "green",
    "AwaitRelease": "green",
    "VerifyRelease": "green",
    "AwaitApproval": "green",
    "HooksBeforeBlue": "green",
    "AwaitBlueLive": "blue",
    "WatchRelease": "blue",
    "HooksAfterBlue": "blue",
    "TerminateGreen": "blue",
    "AwaitTermination": "blue",
    "HooksAfterRelease": "blue",
}
"""The target of the last swap of a release, by stage. Of a stage that swaps, it is not known whether it has swapped."""


def is_certain(failed_state: str, pair: Pair, record: Record) -> bool:
    """Return whether the look at the CNAMEs is certain: it shows the last swap as done, and a look shows nothing early.

    It is not certain once this branch has swapped: a look from before the swap to blue shows green live, too.
    """
    target = LAST_SWAP.get(failed_state)
    last = record.swap.to if record.swap else target  # older functions write no swap into the record
    return target is not None and pair.holder is not None and pair.live_role == target == last


def recover(
    deployment: Deployment, failure: Failure, visit: Visit, records: Records, beanstalk: Beanstalk, *, scaling: Scaling
) -> Outcome:
    """Return what was found and done. Raises EnvironmentNotReadyError until users are where they belong.

    Users on a bad version get the good one back at once, since that look is certain. Everything else waits until
    the look cannot be older than the failure. Raises LockLostError when another execution holds the lock.
    """
    record = records.require_held(deployment.application, deployment.blue, visit.execution)
    pair = Pair.find(deployment, beanstalk)
    require_swap_shown(record, pair, visit)
    report_unhealthy(pair.holder, deployment, visit)
    if not is_certain(failure.state, pair, record):
        require_settled_state(visit)
    if len(pair.standing) < len(pair.names):
        return _recover_alone(pair, deployment, failure, beanstalk)
    if failure.state in SWAPPING:
        pair.require_ready()
    events = [*_errors(pair.blue, beanstalk), *_errors(pair.green, beanstalk)]
    if pair.holder is None:
        return Outcome(_served_by(pair), left_over=f"{pair.blue}, and {pair.green}", events=events)
    target = _target(pair, deployment, failure, visit, beanstalk, scaling=scaling)
    if target != pair.live_role:
        _swap(target, (record, pair), visit, records, beanstalk)
    if target == "green":
        return Outcome(_served_by(pair), left_over=f"{pair.blue}, which serves no users", events=events)
    new = failure.state in NEVER_SERVED and not deployment.adopted
    if new and deployment.mode != Mode.ROLLBACK and not _served(record, visit):
        remove_green(replace(deployment, blue_id=pair.blue.id, green_id=pair.green.id), visit, beanstalk)
        return Outcome(_served_by(pair), done=f"{pair.green.name}, half-made, is being terminated", events=events)
    return Outcome(_served_by(pair), left_over=f"{pair.green.name}, which the next run removes", events=events)


def _target(
    pair: Pair, deployment: Deployment, failure: Failure, visit: Visit, beanstalk: Beanstalk, *, scaling: Scaling
) -> Role:
    """Return the environment that should serve. Raises EnvironmentNotReadyError while an update may not show yet.

    An environment with too few instances gets more, and the users at once if they are better off there even so. If
    they are not, they stay until it has enough, or `timeouts.swap_traffic` has passed.
    """
    changed = failure.state not in BLUE_UNCHANGED
    if failure.state == "DeployRelease":
        log = beanstalk.events(pair.blue)
        began = (log.last_deployment or log.last_operation).began  # a managed update leaves the version as it is
        changed = began is None or began >= visit.run_started
    served_last = not changed and blue_served_last(pair, deployment, visit, beanstalk)
    blue_proof = proof_of_blue(deployment, failure.state, failure.error, changed=changed, served_last=served_last)
    green_proof = proof_of_green(deployment, failure.state)
    live, accepted = pair.live_role, deployment.accepted_health

    def better(*, enough: bool) -> Role:
        """Return the environment that should serve if the one that does not has enough instances, or too few."""
        blue = Standing(fitness(pair.blue, accepted, enough=enough or live == "blue"), blue_proof)
        green = Standing(fitness(pair.green, accepted, enough=enough or live == "green"), green_proof)
        return should_serve(blue, green, live)

    target = better(enough=True)
    if target != live:
        size = _sizing(pair, target, deployment, visit, beanstalk, scaling=scaling)
        if not size.enough and better(enough=False) == live:
            if visit.seconds >= deployment.timeouts.swap_traffic:
                return live
            size.require_enough()
    asked = failure.state == "DeployRelease" and failure.error != GreenUnhealthyError.__name__
    if asked and target == "blue" != pair.live_role:
        require_settled_state(visit)
    return target


def _sizing(
    pair: Pair, to: Role, deployment: Deployment, visit: Visit, beanstalk: Beanstalk, *, scaling: Scaling
) -> Sizing:
    """Return the sizing of the environment, and ask for what is missing. An error here keeps no users from it."""
    try:
        size = sizing(pair.environment(to), pair.live, deployment, visit.now, beanstalk, scaling=scaling)
        size.request(scaling, deployment, visit.now)
    except ReleaseError as error:
        logger.warning("the number of instances is unknown", environment=pair.names[to], cause=str(error))
        return Sizing(pair.environment(to))
    return size


def _served(record: Record, visit: Visit) -> bool:
    """Return whether green may have served users since the execution was started. Some may still have its address."""
    return record.swap is not None and record.swap.at >= visit.started


def _recover_alone(pair: Pair, deployment: Deployment, failure: Failure, beanstalk: Beanstalk) -> Outcome:
    """One of the two stands, or none, so there is nothing to choose from.

    The saved configuration goes with its green: a later run that finds blue live would not look for it.
    """
    if "green" not in pair.standing:
        remove_configuration(deployment, beanstalk)
    served_by, done = _served_by(pair), None
    going = [each for each in beanstalk.environments(*pair.names.values()) if each.gone]
    if holder := next((each for each in going if each.cname == pair.production_cname), None):
        served_by += f". {holder}, which has it, is being terminated"
    if pair.holder and failure.state not in BLUE_UNCHANGED | BLUE_PROVED | {"DeployRelease"}:
        done = f"nothing: {pair.names['green']}, which users could go back to, is gone or being terminated"
    events = [event for each in pair.standing.values() for event in _errors(each, beanstalk)]
    return Outcome(served_by, done=done, events=events)


def _swap(to: Role, seen: tuple[Record, Pair], visit: Visit, records: Records, beanstalk: Beanstalk) -> None:
    """Start the swap. Raises EnvironmentNotReadyError: the next look shows whether it is complete."""
    record, pair = seen
    # The swap to the live environment may have been made after its stage had failed.
    swapped = made_by(record.swap) if record.swap and record.swap.to == pair.live_role else visit.since
    require_no_swap_since(max(visit.since, swapped), pair, beanstalk)
    pair.require_ready()
    swap_once(to, visit, seen, records, beanstalk)
    count_rollback(pair.blue.application)
    release = {"application": pair.blue.application, "blue": pair.blue.name, "green": pair.green.name}
    announce(Kind.USERS_RETURNED, visit, release, to=to)
    raise EnvironmentNotReadyError(
        expected=f"{pair.environment(to).name} to hold {pair.production_cname}",
        found="a swap in progress",
        next_step="Wait for the swap to end.",
    )


def _served_by(pair: Pair) -> str:
    if pair.holder is None:
        return f"NOBODY at {pair.production_cname}: act at once"
    return f"{pair.holder}, at http://{pair.production_cname}/"


def _errors(environment: Environment, beanstalk: Beanstalk) -> list[str]:
    return [f"{environment.name}: {message}" for message in beanstalk.events(environment).last_operation.errors]
