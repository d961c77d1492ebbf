"""AwaitGreenLive and AwaitBlueLive: look once whether the swap is complete.

The health of the environment that serves is for the watch behind it to judge, and to act upon.
"""

from lambdas.aws.beanstalk import Beanstalk
from lambdas.deployment import Deployment, Role
from lambdas.errors import EnvironmentNotReadyError
from lambdas.handler import Event
from lambdas.look_times import AFTER_SWAP
from lambdas.serving_green import look_at_pair
from lambdas.visit import Visit
from lambdas.waiter import waiter


def await_traffic(deployment: Deployment, to: Role, visit: Visit, beanstalk: Beanstalk) -> Deployment:
    """Return the deployment once the swap is complete. After a swap to green it has the time when blue is drained."""
    pair = look_at_pair(deployment, visit, beanstalk)
    target = pair.environment(to)
    if pair.live != target:
        raise EnvironmentNotReadyError(
            expected=f"{target.name} to hold the production CNAME {pair.production_cname}",
            found=f"it at {pair.live}",
            next_step="See the events of both environments in the Elastic Beanstalk console.",
        )
    pair.require_ready()
    # The swap may have ended while this look was made.
    return deployment.drained(since=visit.present()) if to == "green" else deployment


@waiter(timeout="swap_traffic", times=AFTER_SWAP)
def handler(deployment: Deployment, visit: Visit, event: Event, beanstalk: Beanstalk) -> Deployment:
    """Event: also {"to": "blue" or "green"}."""
    return await_traffic(deployment, event["to"], visit, beanstalk)
