"""WatchApproval: look once at both environments while people decide. People move users, this stage only tells them.

Nobody has approved blue's version, so users do not leave a sick green for it without a person (lambdas/serving.py).
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from lambdas.approval import MAX_MESSAGES, Condition, Told, news
from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.environment import Environment
from lambdas.deployment import Deployment, Role
from lambdas.errors import EnvironmentNotReadyError, UnexpectedEnvironmentError
from lambdas.failing import is_failing
from lambdas.handler import Event, report_stage, wait_while_throttled
from lambdas.serving_green import report_unhealthy
from lambdas.tested import require_as_tested
from lambdas.visit import SETTLE_SECONDS, Visit
from lambdas.waiter import look_for_all

FOREVER = float("inf")
"""Only the events tell for how long an environment has been unhealthy: the watch has no length of its own."""


def watch_approval(deployment: Deployment, told: Told, visit: Visit, beanstalk: Beanstalk) -> dict[str, Any]:
    """Return {"told", "subject", "message"} when an environment has changed. Raises EnvironmentNotReadyError before."""
    found = beanstalk.environments_by_id(deployment.blue_id, deployment.green_id or "")
    blue, green = found.get(deployment.blue_id), found.get(deployment.green_id or "")
    now = replace(
        told,
        blue=_condition_of_blue(blue, deployment, told, visit, beanstalk),
        green=_condition(green, deployment, told.green, visit, beanstalk),
    )
    shown = f"{blue or f'no {deployment.blue}'}; {green or f'no {deployment.green}'}"
    changed: list[Role] = [role for role in deployment.names if now.of(role) != told.of(role)]
    if not changed or told.messages >= MAX_MESSAGES:
        raise EnvironmentNotReadyError(expected="a person to approve or reject", found=shown, next_step="Answer.")
    # One at a time, first green, which serves users: the next look finds the other one still changed.
    role: Role = "green" if "green" in changed else "blue"
    if role == "green" and now.green != Condition.WELL:
        report_unhealthy(green, deployment, visit)
    known = replace(told, messages=told.messages + 1, **{role: now.of(role)})
    return {"told": asdict(known), **news(deployment, role, known, shown, visit)}


def _condition_of_blue(
    blue: Environment | None, deployment: Deployment, told: Told, visit: Visit, beanstalk: Beanstalk
) -> Condition:
    condition = _condition(blue, deployment, told.blue, visit, beanstalk)
    if blue is None or condition == Condition.GONE or visit.seconds < SETTLE_SECONDS:
        return condition
    try:
        require_as_tested(blue, deployment, beanstalk)
    except UnexpectedEnvironmentError:
        return Condition.CHANGED
    return condition


def _condition(
    environment: Environment | None, deployment: Deployment, told: Condition, visit: Visit, beanstalk: Beanstalk
) -> Condition:
    """Return how the environment is. A bad moment that may pass is no news."""
    if environment is None or environment.gone:
        return Condition.GONE
    try:
        failing = is_failing(environment, deployment, FOREVER, visit, beanstalk)
    except EnvironmentNotReadyError:
        return told
    return Condition.UNHEALTHY if failing else Condition.WELL


def handler(event: Event, _context: object) -> Mapping[str, Any]:
    """Event: {"deployment", "told": as this returned it last, or null, "context"}.

    The age of the release is not measured here: an alarm must not ring because people take their time.
    """
    deployment, visit = Deployment.from_json(event["deployment"]), Visit.from_context(event["context"])
    with report_stage(visit, deployment.application, deployment.blue), wait_while_throttled(visit, FOREVER):
        seen, beanstalk = look_for_all(visit, fresh=20, of_run=True)
        return watch_approval(deployment, Told.from_json(event.get("told")), seen, beanstalk)
