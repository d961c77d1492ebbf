"""TerminateGreen: remove green and its saved configuration, unless green serves users, or may have to soon."""

from collections.abc import Mapping

from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.aws.environment import Environment
from lambdas.clone import find_by_id, remove_green
from lambdas.deployment import Deployment
from lambdas.errors import ReleaseUnhealthyError
from lambdas.failing import is_failing
from lambdas.handler import Event, stage
from lambdas.pair import Pair
from lambdas.settling import require_settled_run
from lambdas.visit import Visit
from lambdas.waiter import look_for_all


def terminate_green(
    deployment: Deployment, visit: Visit, beanstalk: Beanstalk, by_look: Beanstalk | None = None
) -> Deployment:
    """Return the same deployment.

    Raises UnexpectedEnvironmentError when green is live or not this tool's clone, and ReleaseUnhealthyError when blue
    fails its users: green may be busy for hours before it can be removed, and a redrive may come days after the watch.
    """
    require_settled_run(visit)
    found = find_by_id(deployment, by_look or beanstalk)
    require_blue_fit(found, deployment, visit, beanstalk)
    remove_green(deployment, visit, beanstalk, found)
    return deployment


def require_blue_fit(
    found: Mapping[str, Environment], deployment: Deployment, visit: Visit, beanstalk: Beanstalk
) -> None:
    """Require that blue serves its users well, while green can take them back. Raises as `is_failing`, too.

    `found`: both environments by id. An operation that hides blue's health is no reason to keep green.
    """
    green = found.get(deployment.green_id or "")
    if green is None or green.gone:
        return
    pair = Pair.from_found(found, deployment)
    if pair.live != pair.blue or pair.blue.hides_health:
        return
    if is_failing(pair.blue, deployment, 0, visit, beanstalk):
        raise ReleaseUnhealthyError(
            expected=f"{pair.blue.name} to serve users well before {green.name} is removed",
            found=f"{pair.blue}",
            next_step=f"{green.name} still stands by with {deployment.green_version}, and gets the users back. "
            "Find out what ails blue, then start a new execution.",
        )


@stage(timeout="terminate_green", needs_lock=True)
def handler(deployment: Deployment, visit: Visit, _event: Event) -> Deployment:
    _, by_look = look_for_all(visit, fresh=30, of_run=True)
    return terminate_green(deployment, visit, connect_beanstalk(), by_look)
