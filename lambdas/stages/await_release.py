"""AwaitRelease: look once whether blue runs the new version, healthy. A Ready environment may run another one."""

from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.deployment import Deployment, Visit
from lambdas.errors import DeploymentFailedError, EnvironmentNotReadyError
from lambdas.handler import Event, stage
from lambdas.pair import require_healthy, require_standing


def await_release(deployment: Deployment, beanstalk: Beanstalk) -> Deployment:
    """Return the deployment once blue runs the version. Raises DeploymentFailedError with blue's ERROR events."""
    blue = require_standing(deployment.blue, beanstalk.environment(deployment.blue_id))
    expected = f"{blue.name} to be Ready with {deployment.version}"
    if not blue.ready:
        raise EnvironmentNotReadyError(
            expected=expected, found=str(blue), next_step="See its events in the Elastic Beanstalk console."
        )
    operation = beanstalk.events(blue).last_operation
    if operation.errors or blue.version != deployment.version:
        raise DeploymentFailedError(
            expected=expected,
            found=f"{blue}. {' '.join(operation.errors)}".strip(),
            next_step=f"{deployment.green} serves {deployment.green_version} on. "
            "Correct the version and start a new execution with it, or redrive this one.",
        )
    if not operation.completed:
        raise EnvironmentNotReadyError(
            expected=f"the update of {blue.name} to be complete",
            found=f"{blue}, without the event that says so",
            next_step="See its events in the Elastic Beanstalk console: was the update aborted?",
        )
    require_healthy(blue, deployment.accepted_health)
    return deployment


@stage(timeout="deploy_release")
def handler(deployment: Deployment, _visit: Visit, _event: Event) -> Deployment:
    return await_release(deployment, connect_beanstalk())
