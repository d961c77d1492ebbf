"""The handler of a stage that waits: `stage`, with a look that all executions share."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import wraps
from typing import Final

from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.aws.snapshot import Snapshot
from lambdas.aws.snapshots import connect_snapshots
from lambdas.deployment import Deployment
from lambdas.errors import EnvironmentNotReadyError
from lambdas.handler import Event, Handler, StageResult, stage
from lambdas.look_times import SOON, SOON_SECONDS, LookTimes, is_crowded, soon
from lambdas.settling import settled_verdict
from lambdas.shared_look import SharedLook
from lambdas.visit import Visit

FRESH_SECONDS: Final = 10

Fresh = Callable[[Deployment, Visit, Snapshot], float]
"""Returns how old the look may be that a stage uses. It is given the newest look."""
Waiter = Callable[[Deployment, Visit, Event, Beanstalk], StageResult]


def look_for_all(
    visit: Visit,
    *,
    fresh: float | Callable[[Snapshot], float] = FRESH_SECONDS,
    of_run: bool = False,
    limit: float = float("inf"),
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
    fresh: float | Fresh = FRESH_SECONDS,
    times: LookTimes | None = None,
    of_run: bool = False,
    needs_lock: bool = False,
    settles: bool = True,
) -> Callable[[Waiter], Handler]:
    """Turn a function that only looks into a Lambda handler; see `stage` and `look_for_all`.

    `times`: when it looks, in place of `fresh`.
    """
    freshness = times.fresh if times else fresh

    def decorate(function: Waiter) -> Handler:
        @stage(timeout, needs_lock=needs_lock, settles=False)
        @wraps(function)
        def look(deployment: Deployment, visit: Visit, event: Event) -> StageResult:
            limit = getattr(deployment.timeouts, timeout) if timeout else float("inf")
            shown: list[Snapshot] = []

            def age(snapshot: Snapshot) -> float:
                shown.append(snapshot)
                return freshness(deployment, visit, snapshot) if callable(freshness) else freshness

            with _soon(deployment, visit, times, shown) if event.get(SOON) else nullcontext():
                seen, beanstalk = look_for_all(visit, fresh=age, of_run=of_run, limit=limit)
                with settled_verdict(seen) if settles else nullcontext():
                    return function(deployment, seen, event, beanstalk)

        return look

    return decorate


@contextmanager
def _soon(deployment: Deployment, visit: Visit, times: LookTimes | None, shown: list[Snapshot]) -> Iterator[None]:
    """Raise EnvironmentReadySoonError for EnvironmentNotReadyError when the wait may end soon, unless in a crowd.

    `shown`: gets the snapshot that the stage reads; none when it looks by itself.
    """
    try:
        yield
    except EnvironmentNotReadyError as waiting:
        snapshot = shown[0] if shown else Snapshot()
        near = waiting.seconds_left <= SOON_SECONDS or (times and times.soon(deployment, visit, snapshot))
        if not near or is_crowded(snapshot):
            raise
        raise soon(waiting) from waiting
