"""KeepGreenLive: the failure branch. Bring users to a version known to be good, and say what became of the release."""

from typing import Any

from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.aws.records import Records, connect_records
from lambdas.aws.reports import report_link
from lambdas.aws.scaling import Scaling, connect_scaling
from lambdas.deployment import Deployment
from lambdas.errors import EnvironmentNotReadyError, LockLostError
from lambdas.failure import Failure, Outcome, notification
from lambdas.handler import Event, report_stage, wait_while_throttled
from lambdas.metrics import Result, count_release
from lambdas.recovery import recover
from lambdas.release_events import announce_failure
from lambdas.settling import settled_verdict
from lambdas.swaps import SWAP_SECONDS
from lambdas.visit import Visit


def keep_green_live(
    deployment: Deployment, failure: Failure, visit: Visit, records: Records, beanstalk: Beanstalk, *, scaling: Scaling
) -> Outcome:
    """Return what was found and done. Raises EnvironmentNotReadyError until users are where they belong.

    After `timeouts.swap_traffic`, or without the lock, it returns an outcome too: an error here would hide the failure.
    A shorter time-out would end before a swap shows.
    """
    seconds = max(deployment.timeouts.swap_traffic, 2 * SWAP_SECONDS)
    try:
        with settled_verdict(visit), wait_while_throttled(visit, seconds):
            return recover(deployment, failure, visit, records, beanstalk, scaling=scaling)
    except LockLostError as lost:
        return Outcome(f"the environment that {lost.found} chose; this execution touched nothing more")
    except EnvironmentNotReadyError as waiting:
        if visit.seconds < seconds:
            raise
        return Outcome("see the two environments' CNAMEs", left_over=f"unfinished after {seconds:g} seconds: {waiting}")


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Event: {"deployment": as of the stage that failed or null, "failure": as its Catch kept it, "context"}.

    Returns {"subject", "message"} for the notification.
    """
    visit, failure = Visit.from_context(event["context"]), Failure.from_json(event["failure"])
    if failure.state == "Plan":
        outcome = Outcome("the same environment as before: nothing was touched")
        given = event["context"]["Execution"].get("Input")
        request = given if isinstance(given, dict) else {}
        announce_failure(visit, request, stage=failure.state, error=failure.name, cause=failure.message)
        return notification(failure, outcome, None, visit.execution, report_link(visit.execution))
    deployment = Deployment.from_json(event["deployment"])
    with report_stage(visit, deployment.application, deployment.blue):
        outcome = keep_green_live(
            deployment, failure, visit, connect_records(), connect_beanstalk(), scaling=connect_scaling()
        )
    count_release(deployment.application, Result.FAILED)
    release = deployment.to_json()
    announce_failure(visit, release, stage=failure.state, error=failure.name, cause=failure.message)
    return notification(failure, outcome, deployment, visit.execution, report_link(visit.execution))
