"""Removing green: its saved configuration and the clone itself."""

import re
from collections.abc import Mapping
from dataclasses import replace

from lambdas.adoption import require_adopted
from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.environment import Environment
from lambdas.decision import template_prefix
from lambdas.deployment import Deployment
from lambdas.errors import CallRejectedError, EnvironmentNotReadyError
from lambdas.handler import logger
from lambdas.pair import Pair, require_not_live, require_own_clone
from lambdas.saved_configuration import is_own
from lambdas.settling import NEXT_STEP, require_no_new_swap
from lambdas.visit import Visit


def find_by_id(deployment: Deployment, beanstalk: Beanstalk) -> dict[str, Environment]:
    """Return blue and green by id; nothing if the release has no green."""
    return beanstalk.environments_by_id(deployment.blue_id, deployment.green_id) if deployment.green_id else {}


def remove_green(
    deployment: Deployment, visit: Visit, beanstalk: Beanstalk, found: Mapping[str, Environment] | None = None
) -> None:
    """Delete green's saved configuration, and terminate green, unless it is gone or being terminated.

    In this order: a release may end after the termination, such as by an abort, and no later one looks for what is left
    when there is nothing to release. Green keeps its settings:
    https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environment-configuration-savedconfig.html

    `found`: both environments by id, if they were looked at. Before the termination, green is looked at again.
    Raises UnexpectedEnvironmentError when green serves users or is not this tool's clone, and EnvironmentNotReadyError
    while an operation on green is in progress, or a swap may have been done that does not show yet.
    """
    found = find_by_id(deployment, beanstalk) if found is None else found
    green = found.get(deployment.green_id or "")
    if green is None or green.gone:
        logger.info("green is gone or going", green=str(green))
        remove_configuration(deployment, beanstalk)
    else:
        try:
            _terminate(green, Pair.from_found(found, deployment), deployment, visit, beanstalk)
        except CallRejectedError as error:
            if not error.settles:
                raise
            # Elastic Beanstalk does not know green any more, so the look at green was old.
            raise EnvironmentNotReadyError(
                expected=f"{green.name} to be shown as Terminated", found=error.found, next_step=NEXT_STEP, settles=True
            ) from error


def _terminate(green: Environment, before: Pair, deployment: Deployment, visit: Visit, beanstalk: Beanstalk) -> None:
    """Start to terminate green. Raises as `remove_green`, and CallRejectedError when green is Terminated by now."""
    if not deployment.adopted:
        require_own_clone(green, deployment, beanstalk)
    require_not_live(before, before.green, "it is terminated")
    require_no_new_swap(before, visit, beanstalk)
    if deployment.adopted:
        require_adopted(before.green, deployment, beanstalk)
    remove_configuration(deployment, beanstalk)
    pair = _look(green, deployment, beanstalk)  # the last call before the termination
    require_not_live(pair, pair.green, "it is terminated")
    if not pair.green.ready:
        raise EnvironmentNotReadyError(
            expected=f"{green.name} to be Ready", found=str(pair.green), next_step="Wait for its operation to end."
        )
    beanstalk.terminate(pair.green)
    logger.info("terminating", green=str(green))


def _look(green: Environment, deployment: Deployment, beanstalk: Beanstalk) -> Pair:
    """Return both environments. Raises EnvironmentNotReadyError when green is gone by now: the look before was old."""
    found = beanstalk.environments_by_id(deployment.blue_id, green.id)
    if green.id in found and found[green.id].gone:
        raise EnvironmentNotReadyError(
            expected=f"{green.name} as it was shown a moment ago, {green.status}",
            found=str(found[green.id]),
            next_step=NEXT_STEP,
            settles=True,
        )
    return Pair.from_found(found, deployment)


def remove_left_configurations(deployment: Deployment, beanstalk: Beanstalk) -> None:
    """Delete the saved configurations of blue that ended executions left: an abort passes every Catch.

    Call it when there is no green. One execution at a time holds blue, in whatever stack, so no other one needs them.
    """
    own = re.compile(re.escape(template_prefix(deployment.blue)) + "[0-9a-f]{12}")
    for name in beanstalk.saved_configurations(deployment.application):
        if name != deployment.config_template and own.fullmatch(name):
            remove_configuration(replace(deployment, config_template=name), beanstalk)


def remove_configuration(deployment: Deployment, beanstalk: Beanstalk) -> None:
    """Delete green's saved configuration, unless this tool did not make it."""
    description = beanstalk.configuration_description(deployment.application, deployment.config_template)
    if description is not None and is_own(description):
        beanstalk.delete_configuration(deployment.application, deployment.config_template)
