"""Green while it serves: whether users have to go back to blue, which nothing was deployed onto yet."""

from lambdas.aws.beanstalk import Beanstalk
from lambdas.deployment import Deployment
from lambdas.errors import GreenUnhealthyError
from lambdas.failing import is_failing
from lambdas.handler import logger
from lambdas.metrics import count_unhealthy
from lambdas.pair import Pair
from lambdas.proofs import proof_of_blue, proof_of_green
from lambdas.serving import Standing, fitness, should_serve
from lambdas.visit import Visit


def require_green_fit(pair: Pair, deployment: Deployment, visit: Visit, beanstalk: Beanstalk) -> None:
    """Require that green serves its users well, before anything is deployed onto blue.

    Raises GreenUnhealthyError when green fails them and blue is better, and EnvironmentNotReadyError while green is
    unhealthy and may recover. If blue is no better, the release goes on: it makes blue better.
    """
    green = pair.green
    if pair.live != green or green.healthy(deployment.accepted_health):
        return
    report_unhealthy(pair, deployment, visit)
    blue_standing = Standing(
        fitness(pair.blue, deployment.accepted_health), proof_of_blue(deployment, visit.state, changed=False)
    )
    green_standing = Standing(fitness(green, deployment.accepted_health), proof_of_green(deployment, visit.state))
    if should_serve(blue_standing, green_standing, "green") == "green":
        return
    if is_failing(green, deployment, deployment.drain_seconds, visit, beanstalk):
        raise GreenUnhealthyError(
            expected=f"{green.name} to serve users well until {deployment.version} is on {pair.blue.name}",
            found=f"{green}",
            next_step=f"{pair.blue} is untouched and gets the users back. See the events of {green.name}; "
            "then redrive this execution, which makes a new clone.",
        )


def report_unhealthy(pair: Pair, deployment: Deployment, visit: Visit) -> None:
    """Log and count a look at an environment that serves users and is unhealthy. An alarm of the stack rings for it."""
    if not pair.live.healthy(deployment.accepted_health):
        logger.warning("users are served by an unhealthy environment", environment=str(pair.live))
        count_unhealthy(visit.machine)
