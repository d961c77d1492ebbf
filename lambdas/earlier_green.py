"""A green that an earlier run left: whether it can be used again."""

from dataclasses import replace

from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.environment import Environment
from lambdas.clone import remove_green
from lambdas.deployment import Deployment, Mode
from lambdas.errors import EnvironmentNotReadyError
from lambdas.handler import logger
from lambdas.pair import require_standing
from lambdas.visit import Visit


def require_usable(green: Environment, deployment: Deployment, visit: Visit, beanstalk: Beanstalk) -> None:
    """Start to terminate a green that an earlier run left, if it may differ from blue or does not work.

    Blue may have another configuration by now, such as another password. Raises EnvironmentNotReadyError then. A
    rollback keeps a green that works: it has the version, and the configuration, from before. A green that serves is
    kept, too: Plan may have looked before the last swap shows.
    """
    if green.cname == deployment.production_cname:
        return
    log = beanstalk.events(require_standing(deployment.blue, beanstalk.environment(deployment.blue_id)))
    began = log.last_operation.began
    as_blue = began is not None and began < green.created
    works = not green.ready or green.healthy(deployment.accepted_health)
    if works and (as_blue or deployment.mode == Mode.ROLLBACK):
        return
    seconds = (visit.now - log.last_swap).total_seconds() if log.last_swap else float("inf")
    if seconds < deployment.drain_seconds:
        raise EnvironmentNotReadyError(
            expected=f"the swap to {deployment.blue} to be {deployment.drain_seconds} seconds ago",
            found=f"{seconds:.0f}",
            next_step=f"Users with old DNS answers leave {green.name} before it is terminated.",
            settles=True,
        )
    remove_green(replace(deployment, green_id=green.id), visit, beanstalk)
    why = f"{deployment.blue} was changed since it was made" if works else "it is not healthy"
    logger.info("terminating a green of an earlier run", green=str(green), why=why)
    raise EnvironmentNotReadyError(
        expected=f"{green.name}, left by an earlier run, to be as {deployment.blue} is, and healthy",
        found=f"{green}: {why}",
        next_step="It is being terminated; a new clone takes its place.",
    )
