"""AwaitGreen: look once whether green is up, healthy, and runs its version."""

from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.deployment import Deployment, Visit
from lambdas.errors import EnvironmentNotReadyError, LaunchFailedError
from lambdas.handler import Event, stage
from lambdas.pair import require_healthy, require_standing


def await_green(deployment: Deployment, beanstalk: Beanstalk) -> Deployment:
    """Return the deployment once green can serve. Raises LaunchFailedError with green's ERROR events."""
    green = require_standing(deployment.green, beanstalk.environment(deployment.green_id or ""))
    expected = f"{green.name} to be Ready with {deployment.green_version}"
    if not green.ready:
        raise EnvironmentNotReadyError(
            expected=expected, found=str(green), next_step="See its events in the Elastic Beanstalk console."
        )
    healthy = green.healthy(deployment.accepted_health)
    errors = () if healthy else beanstalk.events(green).last_operation.errors
    if errors or green.version != deployment.green_version:
        raise LaunchFailedError(
            expected=expected,
            found=f"{green}. {' '.join(errors)}".strip(),
            next_step=f"{deployment.blue} serves on. Repair what the events name, then redrive this execution.",
        )
    require_healthy(green, deployment.accepted_health)
    return deployment


@stage(timeout="clone_blue")
def handler(deployment: Deployment, _visit: Visit, _event: Event) -> Deployment:
    return await_green(deployment, connect_beanstalk())
