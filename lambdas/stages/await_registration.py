"""AwaitRegistration: look once whether Elastic Beanstalk has processed the version."""

from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.deployment import Deployment
from lambdas.errors import EnvironmentNotReadyError, RegistrationFailedError
from lambdas.handler import Event, stage
from lambdas.visit import Visit


def await_registration(deployment: Deployment, beanstalk: Beanstalk) -> Deployment:
    """Return the deployment once the version is PROCESSED. Raises RegistrationFailedError when it failed."""
    version = beanstalk.version(deployment.application, deployment.version)
    status = version.status if version else "no such version"
    expected = f"the version {deployment.version} of {deployment.application} to be PROCESSED"
    if status in {"FAILED", "no such version"}:
        raise RegistrationFailedError(
            expected=expected,
            found=status,
            settles=version is None,
            next_step="Check that the source bundle is a zip of the application, and release it under a new label.",
        )
    if status != "PROCESSED":
        raise EnvironmentNotReadyError(expected=expected, found=status, next_step="Wait for the processing to end.")
    return deployment


@stage(timeout="register_release")
def handler(deployment: Deployment, _visit: Visit, _event: Event) -> Deployment:
    return await_registration(deployment, connect_beanstalk())
