"""The handler of a stage that waits: `stage`, with a look that all executions share."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Final

from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.aws.snapshots import connect_snapshots
from lambdas.deployment import Deployment
from lambdas.handler import Event, Handler, StageResult, stage
from lambdas.settling import settled_verdict
from lambdas.shared_look import SharedLook
from lambdas.visit import Visit

FRESH_SECONDS: Final = 10

Waiter = Callable[[Deployment, Visit, Event, Beanstalk], StageResult]


def look_for_all(
    visit: Visit, *, fresh: float = FRESH_SECONDS, of_run: bool = False, limit: float = float("inf")
) -> tuple[Visit, Beanstalk]:
    """Return what a stage sees, from the look that all executions share, and its invocation as of then.

    `of_run`: any look since the start of the execution will do, not only one since the state's entry. Past `limit`, the
    stage gives up, so it looks by itself before.
    """
    beanstalk, snapshots = connect_beanstalk(), connect_snapshots()
    if snapshots is None or visit.seconds >= limit:
        return visit, beanstalk
    if of_run:
        return SharedLook(visit, beanstalk, snapshots, fresh, since=visit.run_started).take()
    return SharedLook(visit, beanstalk, snapshots, fresh, since=visit.since, acted=visit.since).take()


def waiter(
    timeout: str | None = None,
    *,
    fresh: float = FRESH_SECONDS,
    of_run: bool = False,
    needs_lock: bool = False,
    settles: bool = True,
) -> Callable[[Waiter], Handler]:
    """Turn a function that only looks into a Lambda handler; see `stage` and `look_for_all`."""

    def decorate(function: Waiter) -> Handler:
        @stage(timeout, needs_lock=needs_lock, settles=False)
        @wraps(function)
        def look(deployment: Deployment, visit: Visit, event: Event) -> StageResult:
            limit = getattr(deployment.timeouts, timeout) if timeout else float("inf")
            seen, beanstalk = look_for_all(visit, fresh=fresh, of_run=of_run, limit=limit)
            with settled_verdict(seen) if settles else nullcontext():
                return function(deployment, seen, event, beanstalk)

        return look

    return decorate
