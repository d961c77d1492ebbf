"""SwapToGreen and SwapToBlue: give the production CNAME to one environment, unless it has it."""

from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.deployment import Deployment, Role, Visit
from lambdas.handler import Event, logger, stage
from lambdas.pair import Pair, require_healthy


def swap_traffic(deployment: Deployment, to: Role, beanstalk: Beanstalk) -> Deployment:
    """Return the same deployment.

    Raises EnvironmentNotReadyError while an environment is not Ready, or the target is unhealthy.
    """
    pair = Pair.look(deployment, beanstalk)
    target = pair.environment(to)
    if pair.live == target:
        logger.info("holds the production CNAME already", target=str(target))
        return deployment
    pair.require_ready()  # a swap whose answer was lost may still be in progress
    require_healthy(target, deployment.accepted_health)
    beanstalk.swap(pair.live, target)
    logger.info("swapped", source=str(pair.live), target=str(target), cname=deployment.production_cname)
    return deployment


@stage(timeout="swap_traffic", needs_lock=True)
def handler(deployment: Deployment, _visit: Visit, event: Event) -> Deployment:
    """Event: also {"to": "blue" or "green"}."""
    return swap_traffic(deployment, event["to"], connect_beanstalk())
