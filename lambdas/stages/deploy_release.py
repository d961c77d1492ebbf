"""DeployRelease: put the new version onto blue, which serves no users now."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.aws.environment import Environment
from lambdas.aws.event_log import EventLog, Operation
from lambdas.deployment import Deployment, Mode, NextStep
from lambdas.errors import EnvironmentNotReadyError
from lambdas.handler import Event, logger, stage
from lambdas.pair import require_not_live
from lambdas.serving_green import look_at_pair, require_green_fit
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
    pair = look_at_pair(deployment, visit, beanstalk)
    blue = pair.blue
    require_not_live(pair, blue, f"{deployment.version} is deployed onto it")
    log = beanstalk.events_since_deployment(blue)
    update = log.last_operation
    _require_told(update, blue, deployment.version, visit)
    if began := _begin_of_this_release(log, blue, deployment, visit):
        logger.info("has the version already, or is getting it", blue=str(blue), began=began.isoformat())
        return replace(deployment, update_since=began.isoformat())
    if blue.abortable and update.deploys and blue.version != deployment.version:
        _abort_older(blue, update, visit, beanstalk)
    pair.require_ready()
    require_green_fit(pair, deployment, visit, beanstalk)
    if deployment.next_step == NextStep.DEPLOY:
        _require_drained(log, deployment, visit)
    beanstalk.deploy(blue, deployment.version)
    logger.info("deploying", blue=str(blue), version=deployment.version)
    return replace(deployment, update_since=(visit.since - CLOCK_DIFFERENCE).isoformat())


def _require_told(update: Operation, blue: Environment, version: str, visit: Visit) -> None:
    """Wait for a configuration update, which somebody made by hand, and until the events say what an update changes.

    A configuration update is not aborted: a person wants it.
    """
    if blue.ready or not update.began or update.deploys or update.completed or update.aborted:
        return
    if update.configures:
        raise EnvironmentNotReadyError(
            expected=f"the configuration update of {blue.name} that began at {update.began:%H:%M:%S} UTC to end",
            found=f"{blue}",
            next_step="It is waited for, not aborted. If it hangs, abort it: aws elasticbeanstalk "
            f"abort-environment-update --environment-id {blue.id}",
        )
    if update.began >= visit.since and blue.version != version:
        raise EnvironmentNotReadyError(
            expected=f"the events to say what the update of {blue.name} changes",
            found=f"{blue}, with an update that began at {update.began:%H:%M:%S} UTC",
            next_step="See its events in the Elastic Beanstalk console.",
        )


def _abort_older(blue: Environment, update: Operation, visit: Visit, beanstalk: Beanstalk) -> None:
    """Abort a deployment that hangs, if it began before this execution: it would block the version that repairs it.

    Raises EnvironmentNotReadyError when it was aborted.
    """
    if not update.began or update.began >= visit.started:
        return
    beanstalk.abort(blue)
    logger.warning("aborting a deployment that is older than this execution", blue=str(blue), began=str(update.began))
    raise EnvironmentNotReadyError(
        expected=f"{blue.name} to be Ready",
        found=f"{blue}, in a deployment that began at {update.began:%Y-%m-%d %H:%M:%S} UTC, before this execution",
        next_step="It was aborted, since it would block this release. Wait for the abort to end.",
    )


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


def _begin_of_this_release(log: EventLog, blue: Environment, deployment: Deployment, visit: Visit) -> datetime | None:
    """Return when the deployment began that puts the version onto blue, or has put it there; None without one.

    The label does not tell: it may be the one before until the update ends. The answer to this state's own call may be
    lost, so a deployment that began since the state's entry is taken for that call's.
    """
    update = log.last_deployment
    if not update or not update.began:
        return None
    if update.began >= visit.since:
        return update.began
    if blue.version != deployment.version:
        return None
    if not blue.ready:
        return None if update.errors or update.aborted else update.began
    # What an earlier run left unhealthy is deployed again: to wait for its health may be in vain.
    in_time = update.began >= visit.run_started or blue.healthy(deployment.accepted_health)
    # A blue that failed its users is deployed anew in a rollback. Without users it may look well.
    failed_users = deployment.mode == Mode.ROLLBACK and deployment.next_step == NextStep.RELEASE
    too_old = failed_users and update.began < visit.started
    return update.began if log.runs_label and in_time and not too_old else None


@stage(timeout="deploy_release", needs_lock=True)
def handler(deployment: Deployment, visit: Visit, _event: Event) -> Deployment:
    return deploy_release(deployment, visit, connect_beanstalk())
