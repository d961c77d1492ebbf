"""KeepGreenLive: the failure branch. Make sure that users are on an environment whose version is known to be good.

Before traffic moved, that is blue, and the half-made green goes. Once blue was touched, it is green, which gets the
users back if it has lost them, and stays. Once blue has proved itself, it is blue.
"""

import time
from dataclasses import replace
from typing import Any

from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.aws.environment import Environment
from lambdas.aws.record import connect_records
from lambdas.clone import remove_configuration, remove_green, require_own_clone
from lambdas.deployment import Deployment, Mode, Visit
from lambdas.errors import EnvironmentNotReadyError, LockLostError, UnexpectedEnvironmentError
from lambdas.failure import Failure, Outcome, notification
from lambdas.handler import Event, logger, report_stage
from lambdas.metrics import Result, count_release, count_rollback
from lambdas.pair import Pair, require_healthy

HALF_MADE = frozenset(
    {"RegisterRelease", "AwaitRegistration", "CloneBlue", "AwaitGreen", "SwapToGreen", "AwaitGreenLive"}
)
"""Stages in which blue still has its version, so that a green that does not serve yet is of no use, but to go back."""
TOUCHED = frozenset({"AwaitRelease", "VerifyRelease", "AwaitApproval", "SwapToBlue", "AwaitBlueLive", "WatchRelease"})
"""Stages in which blue has, or may have, a version that is not proved yet."""


def keep_green_live(deployment: Deployment, failure: Failure, beanstalk: Beanstalk) -> Outcome:
    """What was found and done. Raises EnvironmentNotReadyError until users are where they belong."""
    blue, green = _standing(deployment, beanstalk)
    if blue is None or green is None:
        return _alone(blue or green, deployment, failure, beanstalk)
    deployment = replace(deployment, blue_id=blue.id, green_id=green.id)
    pair = Pair(blue, green, deployment.production_cname)
    if failure.state.startswith(("Swap", "AwaitGreenLive", "AwaitBlueLive")):
        pair.require_ready()  # a swap whose answer was lost may still be under way
    if pair.live == blue and failure.state in HALF_MADE and deployment.mode != Mode.ROLLBACK:
        remove_green(deployment, beanstalk)
        return Outcome(
            _serving(blue), done=f"{green.name}, half-made, is being terminated", events=_events(green, beanstalk)
        )
    if pair.live == blue and failure.state in TOUCHED:
        pair.require_ready()
        require_healthy(green, deployment.accepted_health)
        beanstalk.swap(blue, green)
        logger.info("swapped", source=str(blue), target=str(green), cname=deployment.production_cname)
        count_rollback(deployment.application)
        raise EnvironmentNotReadyError(
            expected=f"{green.name} to hold {deployment.production_cname}", found="a swap under way", next_step="Wait."
        )
    left = f"{green.name}, which the next run removes" if pair.live == blue else f"{blue}, which nobody uses"
    return Outcome(_serving(pair.live), left_over=left, events=_events(blue, beanstalk))


def _standing(deployment: Deployment, beanstalk: Beanstalk) -> tuple[Environment | None, Environment | None]:
    """By name, since the answer with green's id may have been lost; what is not ours is as good as not there."""
    named = {each.name: each for each in beanstalk.environments(deployment.blue, deployment.green) if not each.gone}
    blue, green = named.get(deployment.blue), named.get(deployment.green)
    if green:
        try:
            require_own_clone(green, deployment, beanstalk)
        except UnexpectedEnvironmentError:
            green = None
    return blue, green


def _alone(one: Environment | None, deployment: Deployment, failure: Failure, beanstalk: Beanstalk) -> Outcome:
    """Only one of the two stands, or none: there is nothing to choose from."""
    if failure.state in HALF_MADE:
        remove_configuration(deployment, beanstalk)
    serving = one if one and one.cname == deployment.production_cname else None
    served_by = _serving(serving) if serving else f"NOBODY at {deployment.production_cname}: act at once"
    return Outcome(served_by, events=_events(one, beanstalk) if one else ())


def _serving(environment: Environment) -> str:
    return f"{environment}, at http://{environment.cname}/"


def _events(environment: Environment, beanstalk: Beanstalk) -> tuple[str, ...]:
    return tuple(f"{environment.name}: {message}" for message in beanstalk.last_operation(environment).errors)


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Event: {"deployment": as of the stage that failed or null, "failure": as its Catch kept it, "context"}.

    Returns {"subject", "message"} for the notification.
    """
    visit, failure = Visit.from_context(event["context"]), Failure.from_json(event["failure"])
    if failure.state == "Plan":
        return notification(
            failure, Outcome("whom they were served by before: nothing was touched"), None, visit.execution
        )
    deployment = Deployment.from_json(event["deployment"])
    with report_stage(visit, deployment.application, deployment.blue):
        outcome = _within(deployment.timeouts.swap_traffic, deployment, failure, visit)
    count_release(deployment.application, Result.FAILED)
    return notification(failure, outcome, deployment, visit.execution)


def _within(seconds: float, deployment: Deployment, failure: Failure, visit: Visit) -> Outcome:
    """However it ends, it ends with words: the branch must not hide the failure that led to it."""
    try:
        connect_records().require_held(deployment.application, deployment.blue, visit.execution)
        return keep_green_live(deployment, failure, connect_beanstalk())
    except LockLostError as lost:
        return Outcome(f"whom {lost.found} has left them to; this execution touched nothing more")
    except EnvironmentNotReadyError as waiting:
        if visit.elapsed(time.time()) < seconds:
            raise
        return Outcome("see the two environments' CNAMEs", left_over=f"unfinished after {seconds:g} seconds: {waiting}")
