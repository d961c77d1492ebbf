"""AwaitTermination: look once whether green is gone."""

from lambdas.aws.beanstalk import Beanstalk
from lambdas.deployment import Deployment, Mode
from lambdas.errors import EnvironmentNotReadyError
from lambdas.handler import Event
from lambdas.look_times import TERMINATION
from lambdas.metrics import Result, count_release, count_rollback
from lambdas.pair import require_standing
from lambdas.visit import Visit
from lambdas.waiter import waiter


def await_termination(deployment: Deployment, beanstalk: Beanstalk) -> Deployment:
    """Return the deployment once green is Terminated or no longer shown, and blue stands.

    A role that may not see environments is shown no green, but no blue either.
    """
    found = beanstalk.environments_by_id(deployment.green_id or "", deployment.blue_id)
    green = found.get(deployment.green_id or "")
    if green is not None and green.status != "Terminated":
        raise EnvironmentNotReadyError(
            expected=f"{green.name} to be Terminated",
            found=str(green),
            next_step=f"{deployment.blue} serves {deployment.version}. See green's events in the console.",
        )
    require_standing(deployment.blue, found.get(deployment.blue_id))
    return deployment


@waiter(timeout="terminate_green", times=TERMINATION)
def handler(deployment: Deployment, _visit: Visit, _event: Event, beanstalk: Beanstalk) -> Deployment:
    done = await_termination(deployment, beanstalk)
    if deployment.mode == Mode.ROLLBACK:
        count_rollback(deployment.application)
    count_release(deployment.application, Result.ROLLED_BACK if deployment.mode == Mode.ROLLBACK else Result.RELEASED)
    return done
