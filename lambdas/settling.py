"""What a stage may conclude from answers that may be SETTLE_SECONDS old. lambdas/visit.py says what such answers show.

Each of these raises EnvironmentNotReadyError until the conclusion holds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.event_log import EventLog
from lambdas.errors import EnvironmentNotReadyError, ReleaseError
from lambdas.pair import Pair
from lambdas.visit import SETTLE_SECONDS, Visit

NEXT_STEP = f"Elastic Beanstalk's answers may be up to {SETTLE_SECONDS} seconds old; the stage looks again."


@contextmanager
def settled_verdict(visit: Visit) -> Iterator[None]:
    """Raise EnvironmentNotReadyError for an error that a stale answer may explain, while the state is young."""
    try:
        yield
    except ReleaseError as verdict:
        if not verdict.settles or isinstance(verdict, EnvironmentNotReadyError) or visit.seconds >= SETTLE_SECONDS:
            raise
        raise EnvironmentNotReadyError(
            expected=verdict.expected, found=verdict.found, next_step=NEXT_STEP, settles=True
        ) from verdict


def require_settled_state(visit: Visit) -> None:
    """Wait until the state is old enough: what happened before its entry shows by then."""
    _require_age("the state's entry, or the redrive of it,", visit.seconds)


def require_settled_run(visit: Visit) -> None:
    """Wait until the execution, or its redrive, is old enough: what a run before it did shows by then."""
    _require_age("the start of the execution, or its redrive,", visit.run_seconds)


def require_no_new_swap(pair: Pair, visit: Visit, beanstalk: Beanstalk) -> None:
    """Wait when a swap by hand began or ended since the state's entry, or in the last SETTLE_SECONDS.

    The CNAMEs that were read may be those of before that swap. A second swap would undo it. The record names the swaps
    of this tool (lambdas/swaps.py), the events name all.
    """
    logs = _event_logs(pair, beanstalk)
    dates = [date for log in logs for date in (log.last_swap_start, log.last_swap) if date]
    _require_older(dates, min(visit.since, visit.now - timedelta(seconds=SETTLE_SECONDS)), pair)


def require_no_swap_since(moment: datetime, pair: Pair, beanstalk: Beanstalk) -> None:
    """Wait when a swap began since a moment: somebody swapped by hand."""
    dates = [log.last_swap_start for log in _event_logs(pair, beanstalk) if log.last_swap_start]
    _require_older(dates, moment, pair)


def _event_logs(pair: Pair, beanstalk: Beanstalk) -> list[EventLog]:
    """Return the events of the environment that holds the production CNAME: a swap that moves it is among them.

    An environment that nothing happened to for weeks has none, so the other's are read then. Waits when none are shown:
    an empty list proves nothing.
    """
    others = [each for each in pair.standing.values() if each != pair.holder]
    logs = [beanstalk.events(pair.holder)] if pair.holder else []
    if all(log.empty for log in logs):
        logs += [beanstalk.events(each) for each in others]
    if all(log.empty for log in logs):
        raise EnvironmentNotReadyError(
            expected=f"the events of {' or '.join(pair.names.values())}, to know whether a swap is in progress",
            found="none",
            next_step="Let the function's role see them (elasticbeanstalk:DescribeEvents), then redrive the execution.",
        )
    return logs


def _require_older(dates: list[datetime], limit: datetime, pair: Pair) -> None:
    if dates and max(dates) >= limit:
        raise EnvironmentNotReadyError(
            expected=f"{pair.production_cname} to stay where it is",
            found=f"it at {pair.live}, and the events of a swap at {max(dates):%H:%M:%S} UTC",
            next_step="A second swap would undo that one, so none is started. See the events of both environments.",
        )


def _require_age(beginning: str, seconds: float) -> None:
    if seconds < SETTLE_SECONDS:
        raise EnvironmentNotReadyError(
            expected=f"{beginning} to be {SETTLE_SECONDS} seconds ago",
            found=f"{seconds:.0f}",
            next_step=NEXT_STEP,
            settles=True,
        )
