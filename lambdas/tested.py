"""Whether blue still runs what was tested. Somebody may have deployed onto it, or changed it, since its test."""

from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.environment import Environment
from lambdas.deployment import Deployment
from lambdas.errors import UnexpectedEnvironmentError


def require_as_tested(blue: Environment, deployment: Deployment, beanstalk: Beanstalk) -> None:
    """Raise UnexpectedEnvironmentError when blue has another version than the release, or an update since its test.

    The events tell of updates. They are not read while DateUpdated, "the last modified date for this environment", is
    as it was: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_EnvironmentDescription.html
    """
    if blue.version != deployment.version:
        raise _changed(blue, deployment, str(blue))
    if blue.ready and blue.updated.isoformat() == deployment.tested_date:
        return
    began = beanstalk.events_since_deployment(blue).last_operation.began
    if deployment.tested and began and began > deployment.tested:
        raise _changed(
            blue, deployment, f"{blue}, with an update that began at {began:%Y-%m-%d %H:%M:%S} UTC, after it"
        )


def _changed(blue: Environment, deployment: Deployment, found: str) -> UnexpectedEnvironmentError:
    return UnexpectedEnvironmentError(
        expected=f"{blue.name} to be as it was tested, with {deployment.version}",
        found=f"{found}. Somebody deployed onto it or changed it",
        next_step=f"Users stay on {deployment.green}. Redrive this execution, or start a new one: it deploys and tests "
        "again.",
    )
