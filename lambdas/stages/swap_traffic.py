"""SwapToGreen and SwapToBlue: give the production CNAME to one environment, unless it has it."""

from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.aws.records import Records, connect_records
from lambdas.aws.scaling import Scaling, connect_scaling
from lambdas.capacity import Sizing, sizing
from lambdas.deployment import Deployment, Mode, Role
from lambdas.errors import UnexpectedEnvironmentError
from lambdas.handler import Event, logger, stage
from lambdas.pair import Pair, require_healthy
from lambdas.proofs import proof_of_blue, proof_of_green
from lambdas.serving import Standing, fitness, should_serve
from lambdas.serving_green import look_at_pair
from lambdas.settling import require_no_new_swap, require_settled_run, require_settled_state
from lambdas.swaps import require_swap_shown, swap_once
from lambdas.tested import require_as_tested
from lambdas.visit import Visit


def swap_traffic(
    deployment: Deployment, to: Role, visit: Visit, records: Records, beanstalk: Beanstalk, *, scaling: Scaling
) -> Deployment:
    """Return the same deployment.

    Raises EnvironmentNotReadyError while an environment is not Ready, the target is unhealthy or has too few
    instances, or a swap may have been made that does not show yet; UnexpectedEnvironmentError when somebody changed
    blue after its test; LockLostError when another execution holds the lock.
    """
    record = records.require_held(deployment.application, deployment.blue, visit.execution)
    pair = look_at_pair(deployment, visit, beanstalk)
    target = pair.environment(to)
    require_swap_shown(record, pair, visit)
    if pair.live == target:
        # A look from before the swap to green shows blue live, too; one from before the execution may show green.
        (require_settled_state if to == "blue" else require_settled_run)(visit)
        logger.info("holds the production CNAME already", target=str(target))
        return deployment
    require_settled_run(visit)
    require_no_new_swap(pair, visit, beanstalk)
    pair.require_ready()
    if to == "blue":
        _require_as_tested(pair, deployment, visit, beanstalk)
    elif deployment.mode != Mode.ROLLBACK:
        _require_as_blue(pair)
    size = sizing(target, pair.live, deployment, visit.now, beanstalk, scaling=scaling)
    size.request(scaling, deployment, visit.now)
    if not _is_better(pair, size, deployment, visit):
        require_healthy(target, deployment.accepted_health)
        size.require_enough()
    swap_once(to, visit, (record, pair), records, beanstalk)
    return deployment


def _require_as_blue(pair: Pair) -> None:
    """Require that green runs the version that users have. Raises UnexpectedEnvironmentError.

    Somebody may have deployed onto blue since green was launched. And Plan's look may be one that all executions share.
    """
    if pair.green.version != pair.blue.version:
        raise UnexpectedEnvironmentError(
            expected=f"{pair.green.name} to run what users have on {pair.blue.name}, {pair.blue.version}",
            found=f"{pair.green}",
            next_step=f"{pair.blue.name} serves on. Redrive this execution, or start a new one: it makes a new clone.",
        )


def _require_as_tested(pair: Pair, deployment: Deployment, visit: Visit, beanstalk: Beanstalk) -> None:
    """Require that blue is as it was tested. Raises UnexpectedEnvironmentError.

    While people decide whether to approve, somebody may change blue. A look may be older than that, so the state must
    be old enough. Without an approval, the test was a moment ago.
    """
    require_as_tested(pair.blue, deployment, beanstalk)
    if deployment.approval:
        require_settled_state(visit)


def _is_better(pair: Pair, target: Sizing, deployment: Deployment, visit: Visit) -> bool:
    """Return whether users are better off at the target, healthy or not: a Warning is better than Severe."""
    live, accepted, to = pair.live_role, deployment.accepted_health, target.environment
    fit = {each: fitness(each, accepted, enough=each != to or target.enough) for each in (pair.blue, pair.green)}
    blue = Standing(fit[pair.blue], proof_of_blue(deployment, visit.state, changed=to == pair.blue))
    green = Standing(fit[pair.green], proof_of_green(deployment, visit.state))
    return should_serve(blue, green, live) != live


@stage(timeout="swap_traffic")
def handler(deployment: Deployment, visit: Visit, event: Event) -> Deployment:
    """Event: also {"to": "blue" or "green"}."""
    return swap_traffic(
        deployment, event["to"], visit, connect_records(), connect_beanstalk(), scaling=connect_scaling()
    )
