"""DrainBlue: watch green until clients with old DNS answers have left blue."""

from datetime import datetime

from lambdas.aws.beanstalk import Beanstalk
from lambdas.deployment import Deployment
from lambdas.errors import EnvironmentNotReadyError
from lambdas.handler import Event
from lambdas.serving_green import look_at_pair, require_green_fit
from lambdas.visit import Visit
from lambdas.waiter import waiter


def drain_blue(deployment: Deployment, visit: Visit, beanstalk: Beanstalk) -> Deployment:
    """Return the deployment at `drain_until`, once green is healthy.

    Raises GreenUnhealthyError when green fails its users and blue can have them back, and EnvironmentNotReadyError
    before.
    """
    pair = look_at_pair(deployment, visit, beanstalk)
    require_green_fit(pair, deployment, visit, beanstalk)
    seconds = (datetime.fromisoformat(deployment.drain_until) - visit.present()).total_seconds()
    if seconds > 0:
        raise EnvironmentNotReadyError(
            expected=f"DNS answers that lead to {deployment.blue} to expire",
            found=f"{seconds:.0f} seconds left",
            next_step="Nothing is wrong; users with old answers leave blue before it is changed.",
            settles=True,
            seconds_left=seconds,
        )
    return deployment


@waiter(fresh=20, of_run=True, needs_lock=True, settles=False)  # users are on green: what is found counts at once
def handler(deployment: Deployment, visit: Visit, _event: Event, beanstalk: Beanstalk) -> Deployment:
    return drain_blue(deployment, visit, beanstalk)
