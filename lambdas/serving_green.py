"""The environment that serves users: whether it is well, and whether users have to leave green for blue."""

from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.environment import Environment
from lambdas.deployment import Deployment, Mode, NextStep
from lambdas.errors import GreenUnhealthyError
from lambdas.failing import is_failing
from lambdas.handler import logger
from lambdas.metrics import count_unhealthy
from lambdas.pair import Pair, require_standing
from lambdas.proofs import proof_of_blue, proof_of_green
from lambdas.serving import Standing, fitness, should_serve
from lambdas.settling import require_settled_run
from lambdas.visit import Visit


def require_green_fit(pair: Pair, deployment: Deployment, visit: Visit, beanstalk: Beanstalk) -> None:
    """Require that green serves its users well, before anything is deployed onto blue.

    Raises GreenUnhealthyError when green fails them and blue is better, and EnvironmentNotReadyError while green is
    unhealthy and may recover. If blue is no better, the release goes on: it makes blue better.
    """
    green = pair.green
    if pair.live != green or green.healthy(deployment.accepted_health):
        return
    served_last = blue_served_last(pair, deployment, visit, beanstalk)
    blue_standing = Standing(
        fitness(pair.blue, deployment.accepted_health),
        proof_of_blue(deployment, visit.state, changed=False, served_last=served_last),
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


def blue_served_last(pair: Pair, deployment: Deployment, visit: Visit, beanstalk: Beanstalk) -> bool:
    """Return whether users had green's version on blue until the last swap, and blue is as it was then.

    Of a release that finds green serving. It does not matter to a rollback, which is made because blue's version fails
    users. Raises EnvironmentNotReadyError while the events may not show yet what an earlier execution has done to blue.
    """
    asked = deployment.next_step == NextStep.DEPLOY and deployment.mode != Mode.ROLLBACK
    if not asked or pair.blue.version != pair.green.version:
        return False
    require_settled_run(visit)
    return beanstalk.events_since_deployment(pair.blue).unchanged_since_swap


def look_at_blue(deployment: Deployment, visit: Visit, beanstalk: Beanstalk) -> Environment:
    """Return blue, as `look` found it. Raises UnexpectedEnvironmentError when it is gone."""
    return require_standing(deployment.blue, look(deployment, visit, beanstalk).get(deployment.blue_id))


def look_at_pair(deployment: Deployment, visit: Visit, beanstalk: Beanstalk) -> Pair:
    """Return both environments, and report when the one that serves is unhealthy. Raises as `Pair.look` does."""
    pair = Pair.look(deployment, beanstalk)
    report_unhealthy(pair.live, deployment, visit)
    return pair


def look(deployment: Deployment, visit: Visit, beanstalk: Beanstalk) -> dict[str, Environment]:
    """Return both environments by id, in one call, and report when the one that serves is unhealthy."""
    found = beanstalk.environments_by_id(deployment.blue_id, deployment.green_id or "")
    holders = [each for each in found.values() if each.cname == deployment.production_cname and not each.gone]
    report_unhealthy(holders[0] if holders else None, deployment, visit)
    return found


def report_unhealthy(live: Environment | None, deployment: Deployment, visit: Visit) -> None:
    """Log and count a look at an environment that serves users and is unhealthy. An alarm of the stack rings for it.

    `live`: None when neither environment serves. Basic health is Grey during an operation, and shows nothing then.
    """
    if live and (live.healthy(deployment.accepted_health) or live.hides_health):
        return
    logger.warning("users are served by an unhealthy environment", environment=str(live or "neither environment"))
    count_unhealthy(visit.machine)
