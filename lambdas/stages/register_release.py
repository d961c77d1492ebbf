"""RegisterRelease: make the application version from its source bundle, unless it exists."""

from dataclasses import replace

from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.aws.bundles import Bundles, connect_bundles
from lambdas.deployment import Deployment
from lambdas.errors import AlreadyExistsError, EnvironmentNotReadyError, UnexpectedEnvironmentError
from lambdas.handler import Event, logger, stage
from lambdas.visit import Visit


def with_kept_bundle(deployment: Deployment, bundles: Bundles) -> Deployment:
    """Return the deployment with a copy of its bundle, if the input names one version of an object."""
    source = deployment.source_bundle
    if source is None or source.version_id is None:
        return deployment
    return replace(deployment, source_bundle=bundles.keep(source, deployment.application, deployment.version))


def register_release(deployment: Deployment, beanstalk: Beanstalk) -> Deployment:
    """Return the same deployment. Raises UnexpectedEnvironmentError when the label has another bundle.

    Raises EnvironmentNotReadyError when the version exists and does not show: another run of the function made it.
    """
    source = deployment.source_bundle
    if source is None:
        return deployment
    version = beanstalk.version(deployment.application, deployment.version)
    if version is None:
        try:
            beanstalk.register(deployment.application, deployment.version, source.bucket, source.key)
        except AlreadyExistsError as error:
            raise EnvironmentNotReadyError(
                expected=f"the version {deployment.version} to be made, or to show",
                found=error.found,
                next_step=f"Look for {deployment.version} among the versions of {deployment.application}.",
            ) from error
        logger.info("registered", version=deployment.version, bucket=source.bucket, key=source.key)
    elif (version.bucket, version.key) != (source.bucket, source.key):
        raise UnexpectedEnvironmentError(
            expected=f"the version {version.label} to be made from s3://{source.bucket}/{source.key}",
            found=f"s3://{version.bucket}/{version.key}",
            next_step="Start a new execution with a version label of its own for the new bundle.",
        )
    return deployment


@stage(timeout="register_release", needs_lock=True)
def handler(deployment: Deployment, _visit: Visit, _event: Event) -> Deployment:
    return register_release(with_kept_bundle(deployment, connect_bundles()), connect_beanstalk())
