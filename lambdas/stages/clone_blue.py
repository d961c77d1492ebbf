"""CloneBlue: launch green from blue's saved configuration, with the version that users can go back to."""

from collections.abc import Mapping
from dataclasses import replace

from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.aws.environment import Environment
from lambdas.aws.scaling import Scaling, connect_scaling
from lambdas.capacity import TEMPLATE, needed_instances, require_group
from lambdas.clone import remove_left_configurations
from lambdas.deployment import Deployment
from lambdas.earlier_green import require_usable
from lambdas.errors import AlreadyExistsError, EnvironmentNotReadyError, UnexpectedEnvironmentError
from lambdas.handler import Event, logger, stage
from lambdas.pair import require_own_clone, require_standing
from lambdas.saved_configuration import DESCRIPTION_PREFIX
from lambdas.settling import require_settled_run, settled_verdict
from lambdas.visit import Visit
from lambdas.waiter import look_for_all


def clone_blue(
    deployment: Deployment, visit: Visit, beanstalk: Beanstalk, scaling: Scaling, by_look: Beanstalk | None = None
) -> Deployment:
    """Return the deployment with `green_id`. Raises EnvironmentNotReadyError while green's name is not free.

    A clone that an earlier run left is used again if it is as a new one would be; otherwise it is terminated.
    `by_look`: shows both environments as all executions see them (lambdas/shared_look.py). If it shows no green, that
    is enough: Elastic Beanstalk launches no second environment of the same name.
    """
    standing, green = _look(deployment, by_look or beanstalk)
    if by_look and green and not green.gone:
        standing, green = _look(deployment, beanstalk)
    if green:
        green = _existing_clone(green, deployment, visit, beanstalk)
        if green.created < visit.run_started:
            require_usable(green, deployment, visit, beanstalk)
        return replace(deployment, green_id=green.id)
    blue = require_standing(deployment.blue, standing.get(deployment.blue_id))
    remove_left_configurations(deployment, beanstalk)
    _save_configuration(blue, deployment.config_template, visit, beanstalk)
    minimum = _raised_minimum(blue, deployment, beanstalk, scaling)
    tags = beanstalk.tags(blue) | deployment.tags | {"bluegreen:execution": visit.execution_name}
    try:
        green_id = beanstalk.launch(
            deployment.application,
            deployment.green,
            deployment.config_template,
            deployment.green_version,
            tags,
            minimum=minimum,
        )
    except AlreadyExistsError as error:
        raise EnvironmentNotReadyError(
            expected=f"the name {deployment.green} to be free, or its environment visible",
            found=error.found,
            next_step=f"Look for an environment named {deployment.green} in this region.",
        ) from error
    logger.info("launched", green_id=green_id, template=deployment.config_template, minimum=minimum)
    return replace(deployment, green_id=green_id)


def _look(deployment: Deployment, beanstalk: Beanstalk) -> tuple[Mapping[str, Environment], Environment | None]:
    """Return the environments that have the names of blue and green, by id, and the one that has green's name."""
    found = [each for each in beanstalk.environments(*deployment.names.values()) if each.status != "Terminated"]
    return {each.id: each for each in found}, next((each for each in found if each.name == deployment.green), None)


def _raised_minimum(blue: Environment, deployment: Deployment, beanstalk: Beanstalk, scaling: Scaling) -> int | None:
    """Return the MinSize that gives green the instances it needs; None leaves it to the saved configuration.

    An option of CreateEnvironment takes the place of that in the saved configuration. Source:
    https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_CreateEnvironment.html
    """
    if deployment.capacity == TEMPLATE:
        return None
    needed = needed_instances(deployment.capacity, require_group(blue, scaling.groups(blue)))
    if needed <= 1:
        return None
    saved = beanstalk.saved_options(deployment.application, deployment.config_template)
    needed = min(needed, saved.maximum)
    return needed if needed > saved.minimum else None


def _save_configuration(blue: Environment, template: str, visit: Visit, beanstalk: Beanstalk) -> None:
    """Save blue's configuration. One of an earlier execution, or from before a redrive, is replaced.

    Raises UnexpectedEnvironmentError when this tool did not make it.
    """
    redrive = f", redrive {visit.redrives}" if visit.redrives else ""
    description = f"{DESCRIPTION_PREFIX}{visit.execution_name} ({visit.digest}{redrive})"
    try:
        beanstalk.save_configuration(blue, template, description)
    except AlreadyExistsError:
        found = beanstalk.configuration_description(blue.application, template)
        if found is not None and not found.startswith(DESCRIPTION_PREFIX):
            raise UnexpectedEnvironmentError(
                expected=f"no saved configuration named {template}, or one that this tool made",
                found=f"one with the description {found!r}",
                next_step="Start a new execution with another `config_template`; that one was left alone.",
            ) from None
        if found != description:
            beanstalk.delete_configuration(blue.application, template)
            beanstalk.save_configuration(blue, template, description)


def _existing_clone(found: Environment, deployment: Deployment, visit: Visit, beanstalk: Beanstalk) -> Environment:
    """Return the environment that has green's name.

    Raises UnexpectedEnvironmentError when it is not this tool's clone, and EnvironmentNotReadyError while it
    terminates, or may terminate since a moment ago, or its tags may not show yet.
    """
    if found.gone:
        raise EnvironmentNotReadyError(
            expected=f"the name {found.name} to be free",
            found=str(found),
            next_step="Wait for the termination to end.",
        )
    if found.created < visit.run_started:
        require_settled_run(visit)  # the run before may have terminated it
    with settled_verdict(replace(visit, since=found.created)):
        require_own_clone(found, deployment, beanstalk)
    logger.info("green stands already", green=str(found))
    return found


@stage(timeout="clone_blue", needs_lock=True)
def handler(deployment: Deployment, visit: Visit, _event: Event) -> Deployment:
    _, by_look = look_for_all(visit, of_run=True)
    return clone_blue(deployment, visit, connect_beanstalk(), connect_scaling(), by_look)
