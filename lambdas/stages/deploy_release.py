"""DeployRelease: put the new version onto blue, which serves no users now."""

from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.deployment import Deployment, Visit
from lambdas.handler import Event, logger, stage
from lambdas.pair import Pair, require_not_live


def deploy_release(deployment: Deployment, beanstalk: Beanstalk) -> Deployment:
    """Return the same deployment. Raises UnexpectedEnvironmentError when blue serves users."""
    pair = Pair.look(deployment, beanstalk)
    blue = pair.blue
    require_not_live(pair, blue, f"{deployment.version} is deployed onto it")
    if blue.version == deployment.version and (not blue.ready or beanstalk.events(blue).last_operation.succeeded):
        logger.info("has the version already, or is getting it", blue=str(blue))
        return deployment
    if blue.abortable and blue.version != deployment.version:
        beanstalk.abort(blue)  # an update that hangs would block the version that repairs it
        logger.info("aborting an update", blue=str(blue))
    pair.require_ready()
    beanstalk.deploy(blue, deployment.version)
    logger.info("deploying", blue=str(blue), version=deployment.version)
    return deployment


@stage(timeout="deploy_release", needs_lock=True)
def handler(deployment: Deployment, _visit: Visit, _event: Event) -> Deployment:
    return deploy_release(deployment, connect_beanstalk())
