"""AwaitGreen: look once whether green is up, healthy, and runs its version."""

from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.denials import remedies
from lambdas.aws.environment import Environment
from lambdas.deployment import Deployment
from lambdas.errors import EnvironmentNotReadyError, LaunchFailedError
from lambdas.handler import Event
from lambdas.look_times import LAUNCH
from lambdas.pair import require_healthy, require_standing
from lambdas.visit import SETTLE_SECONDS, Visit
from lambdas.waiter import waiter


def await_green(deployment: Deployment, visit: Visit, beanstalk: Beanstalk) -> Deployment:
    """Return the deployment once green can serve. Raises LaunchFailedError with green's ERROR events.

    Raises UnexpectedEnvironmentError when somebody terminated green. A failed launch ends Terminated, too.
    """
    green = beanstalk.environment(deployment.green_id or "")
    if green and green.gone:
        _require_terminated_by_somebody(green, deployment, visit, beanstalk)
    green = require_standing(deployment.green, green)
    if not green.ready:
        raise EnvironmentNotReadyError(
            expected=_expected(green, deployment),
            found=str(green),
            next_step="See its events in the Elastic Beanstalk console.",
        )
    healthy = green.healthy(deployment.accepted_health)
    errors = () if healthy else beanstalk.events(green).last_operation.errors
    if errors or green.version != deployment.green_version:
        raise _failed_launch(green, deployment, errors)
    require_healthy(green, deployment.accepted_health)
    return deployment


def _require_terminated_by_somebody(
    green: Environment, deployment: Deployment, visit: Visit, beanstalk: Beanstalk
) -> None:
    """Raise LaunchFailedError when the events tell of a failed launch, or of no request to terminate green."""
    launch = beanstalk.events(green).last_operation
    if launch.terminated:
        return
    if not launch.errors and (visit.now - green.updated).total_seconds() < SETTLE_SECONDS:
        raise EnvironmentNotReadyError(
            expected=f"the events that say why {green.name} is {green.status}",
            found="none",
            next_step="See its events in the Elastic Beanstalk console.",
        )
    raise _failed_launch(green, deployment, launch.errors)


def _failed_launch(green: Environment, deployment: Deployment, errors: tuple[str, ...]) -> LaunchFailedError:
    return LaunchFailedError(
        expected=_expected(green, deployment),
        found=f"{green}. {' '.join(errors)}".strip(),
        next_step=f"{deployment.blue} serves on. {remedies(errors)} Repair what the events name, then redrive this "
        "execution.",
    )


def _expected(green: Environment, deployment: Deployment) -> str:
    return f"{green.name} to be Ready with {deployment.green_version}"


@waiter(timeout="clone_blue", times=LAUNCH)
def handler(deployment: Deployment, visit: Visit, _event: Event, beanstalk: Beanstalk) -> Deployment:
    return await_green(deployment, visit, beanstalk)
