"""DeployRelease: put the new version onto blue, which serves no users now."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.aws.environment import Environment
from lambdas.aws.event_log import EventLog, Operation
from lambdas.deployment import Deployment, NextStep
from lambdas.errors import EnvironmentNotReadyError
from lambdas.handler import Event, logger, stage
from lambdas.pair import Pair, require_not_live
from lambdas.serving_green import require_green_fit
from lambdas.settling import require_settled_run
from lambdas.visit import Visit

CLOCK_DIFFERENCE: Final = timedelta(seconds=5)
"""How much earlier an event may be dated by Elastic Beanstalk's clock than by Step Functions'."""


def deploy_release(deployment: Deployment, visit: Visit, beanstalk: Beanstalk) -> Deployment:
    """Return the deployment with `update_since`, from which AwaitRelease judges blue's events.

    Raises UnexpectedEnvironmentError when blue serves users, and EnvironmentNotReadyError while another operation on
    the two environments is in progress.
    """
    require_settled_run(visit)
    pair = Pair.look(deployment, beanstalk)
    blue = pair.blue
    require_not_live(pair, blue, f"{deployment.version} is deployed onto it")
    log = beanstalk.events(blue)
    update = log.last_operation
    if update.began and _is_of_this_release(update, update.began, blue, deployment, visit):
        logger.info("has the version already, or is getting it", blue=str(blue), began=update.began.isoformat())
        return replace(deployment, update_since=update.began.isoformat())
    if blue.abortable and update.began and update.began < visit.started and blue.version != deployment.version:
        beanstalk.abort(blue)  # an update that hangs would block the version that repairs it
        logger.warning("aborting an update that is older than this execution", blue=str(blue), began=str(update.began))
    pair.require_ready()
    require_green_fit(pair, deployment, visit, beanstalk)
    if deployment.next_step == NextStep.DEPLOY:
        _require_drained(log, deployment, visit)
    beanstalk.deploy(blue, deployment.version)
    logger.info("deploying", blue=str(blue), version=deployment.version)
    return replace(deployment, update_since=(visit.since - CLOCK_DIFFERENCE).isoformat())


def _require_drained(log: EventLog, deployment: Deployment, visit: Visit) -> None:
    """Wait until clients with old DNS answers have left blue. Plan may not have seen the last swap yet."""
    seconds = (visit.now - log.last_swap).total_seconds() if log.last_swap else float("inf")
    if seconds < deployment.drain_seconds:
        raise EnvironmentNotReadyError(
            expected=f"the swap to {deployment.green} to be {deployment.drain_seconds} seconds ago",
            found=f"{seconds:.0f}",
            next_step="Users with old DNS answers leave blue before it is changed.",
            settles=True,
        )


def _is_of_this_release(
    update: Operation, began: datetime, blue: Environment, deployment: Deployment, visit: Visit
) -> bool:
    """Return whether the update puts the version onto blue, or has put it there.

    The label does not tell: it may be the one before until the update ends. The answer to this state's own call may be
    lost, so an update that began since the state's entry is taken for that call's.
    """
    if began >= visit.since:
        return True
    if blue.version != deployment.version:
        return False
    if not blue.ready:
        return not update.errors and not update.aborted
    # What an earlier run left unhealthy is deployed again: to wait for its health may be in vain.
    return update.succeeded and (began >= visit.run_started or blue.healthy(deployment.accepted_health))


@stage(timeout="deploy_release", needs_lock=True)
def handler(deployment: Deployment, visit: Visit, _event: Event) -> Deployment:
    return deploy_release(deployment, visit, connect_beanstalk())
