"""AwaitRelease: look once whether blue runs the new version, healthy. A Ready environment may run another one."""

from dataclasses import replace
from typing import Final

from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.denials import remedies
from lambdas.aws.environment import Environment, with_colours
from lambdas.aws.event_log import Operation
from lambdas.deployment import Deployment
from lambdas.errors import DeploymentFailedError, EnvironmentNotReadyError
from lambdas.handler import Event
from lambdas.look_times import UPDATE
from lambdas.pair import require_healthy
from lambdas.serving_green import look_at_blue
from lambdas.visit import Visit
from lambdas.waiter import waiter

BAD_HEALTH: Final = ("Degraded", "Severe")
HEALTH_SECONDS: Final = 60
"""How long the health after an update is waited for before the events are read, which Elastic Beanstalk limits."""


def await_release(deployment: Deployment, visit: Visit, beanstalk: Beanstalk) -> Deployment:
    """Return the deployment, with `tested_update`, once blue runs the version.

    Only a deployment that began at `update_since` or later counts. The label may be the one before until its end.
    Raises DeploymentFailedError with blue's ERROR events, also those of a configuration update by hand after it.
    """
    blue = look_at_blue(deployment, visit, beanstalk)
    if not blue.ready:
        raise _waiting(f"{blue.name} to be Ready with {deployment.version}", str(blue))
    _require_health_settled(blue, deployment, visit)
    log = beanstalk.events_since_deployment(blue)
    update, last = log.last_deployment, log.last_operation
    if not update or not update.began or (deployment.update_began and update.began < deployment.update_began):
        raise _waiting(f"the update of {blue.name} to begin", f"{blue}, without the event that says so")
    _require_not_failed(blue, update, deployment)
    _require_not_failed(blue, last, deployment)
    if not (update.completed and last.completed):
        raise _waiting(f"the update of {blue.name} to be complete", f"{blue}, without the event that says so")
    if blue.version != deployment.version:
        raise _waiting(f"{blue.name} to show the version {deployment.version}", str(blue))
    require_healthy(blue, deployment.accepted_health)
    began = last.began.isoformat() if last.began else ""
    return replace(deployment, tested_update=began, tested_date=blue.updated.isoformat())


def _require_health_settled(blue: Environment, deployment: Deployment, visit: Visit) -> None:
    """Wait for the health after an update, for a while. Bad health may tell of a failed one, and the events do then."""
    bad = blue.health in with_colours(BAD_HEALTH)
    if not bad and (visit.now - blue.updated).total_seconds() < HEALTH_SECONDS:
        require_healthy(blue, deployment.accepted_health)


def _require_not_failed(blue: Environment, update: Operation, deployment: Deployment) -> None:
    if update.aborted or update.errors:
        aborted = "Somebody aborted the update. " if update.aborted else ""
        raise DeploymentFailedError(
            expected=f"{blue.name} to be Ready with {deployment.version}",
            found=f"{blue}. {aborted}{' '.join(update.errors)}".strip(),
            next_step=f"{deployment.green} serves {deployment.green_version} on. {remedies(update.errors)} "
            "Correct the version and start a new execution with it, or redrive this one.",
        )


def _waiting(expected: str, found: str) -> EnvironmentNotReadyError:
    return EnvironmentNotReadyError(
        expected=expected, found=found, next_step="See its events in the Elastic Beanstalk console."
    )


@waiter(timeout="deploy_release", times=UPDATE)
def handler(deployment: Deployment, visit: Visit, _event: Event, beanstalk: Beanstalk) -> Deployment:
    return await_release(deployment, visit, beanstalk)
