"""AwaitTermination: look once whether green is gone."""

from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.deployment import Deployment, Mode
from lambdas.errors import EnvironmentNotReadyError
from lambdas.handler import Event, stage
from lambdas.metrics import Result, count_release, count_rollback
from lambdas.pair import require_standing
from lambdas.visit import Visit


def await_termination(deployment: Deployment, beanstalk: Beanstalk) -> Deployment:
    """Return the deployment once green is Terminated or no longer shown, and blue stands.

    A role that may not see environments is shown no green, but no blue either.
    """
    green = beanstalk.environment(deployment.green_id or "")
    if green is not None and green.status != "Terminated":
        raise EnvironmentNotReadyError(
            expected=f"{green.name} to be Terminated",
            found=str(green),
            next_step=f"{deployment.blue} serves {deployment.version}. See green's events in the console.",
        )
    require_standing(deployment.blue, beanstalk.environment(deployment.blue_id))
    return deployment


@stage(timeout="terminate_green")
def handler(deployment: Deployment, _visit: Visit, _event: Event) -> Deployment:
    done = await_termination(deployment, connect_beanstalk())
    if deployment.mode == Mode.ROLLBACK:
        count_rollback(deployment.application)
    count_release(deployment.application, Result.ROLLED_BACK if deployment.mode == Mode.ROLLBACK else Result.RELEASED)
    return done
