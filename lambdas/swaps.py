"""Swaps, each of them once. A swap is a toggle without a token: a second one undoes the first.

So each is written into the record first, on the condition that the record is as it was read. Of two invocations at
once, one wins. Until SWAP_SECONDS later, nobody concludes from the old CNAMEs that the swap was not made.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.record import Record, SwapMark
from lambdas.aws.records import Records
from lambdas.deployment import Role
from lambdas.errors import EnvironmentNotReadyError, ReleaseError, ServiceUnavailableError
from lambdas.handler import logger
from lambdas.pair import Pair
from lambdas.visit import SETTLE_SECONDS, Visit

CALL_SECONDS: Final = 10
"""The most seconds between the mark and the call."""
MADE_SECONDS: Final = CALL_SECONDS + 20
"""The most seconds between the mark and the begin of the swap.

The client waits 20 seconds for an answer (lambdas/aws/beanstalk.py). AWS does not document that a call without an
answer has been executed by then, or never is.
"""
SWAP_SECONDS: Final = MADE_SECONDS + SETTLE_SECONDS
"""From this age of the mark on, every look shows the swap, if it was made."""


def made_by(mark: SwapMark) -> datetime:
    """Return when the swap has begun, if it was made."""
    return mark.at + timedelta(seconds=MADE_SECONDS)


def require_swap_shown(record: Record | None, pair: Pair, visit: Visit) -> None:
    """Wait while the last swap that the record names may have been made, and does not show."""
    mark = record.swap if record else None
    if mark is None or pair.holder == pair.standing.get(mark.to):
        return
    seconds = (visit.now - mark.at).total_seconds()
    if seconds < SWAP_SECONDS:
        raise EnvironmentNotReadyError(
            expected=f"a swap to {pair.names[mark.to]} to show, or to be {SWAP_SECONDS} seconds ago",
            found=f"{pair.production_cname} at {pair.holder or 'neither environment'}, {seconds:.0f} seconds after it",
            next_step="A second swap would undo that one, so none is started. The log says what the call answered.",
        )


def swap_once(to: Role, visit: Visit, seen: tuple[Record, Pair], records: Records, beanstalk: Beanstalk) -> None:
    """Start to swap to the environment of the role `to`. `seen`: the record and the pair that the decision is based on.

    Raises EnvironmentNotReadyError when another invocation wrote the record since; and the swap's own errors.
    """
    record, pair = seen
    source, target = pair.live, pair.environment(to)
    began = visit.present()
    marked = records.write(*_key(pair), replace(record, swap=SwapMark(to, began)), record)
    try:
        _require_prompt((visit.present() - began).total_seconds())
        beanstalk.swap(source, target)
    except ReleaseError as error:
        if not (isinstance(error, ServiceUnavailableError) and error.unanswered):
            _unmark(pair, record, marked, records)
        raise
    logger.info("swapped", source=str(source), target=str(target), cname=pair.production_cname)


def _key(pair: Pair) -> tuple[str, str]:
    return pair.blue.application, pair.blue.name


def _require_prompt(seconds: float) -> None:
    if seconds > CALL_SECONDS:
        raise EnvironmentNotReadyError(
            expected=f"S3 to write the record within {CALL_SECONDS} seconds",
            found=f"{seconds:.0f}, so the swap could be made when nobody expects it any longer",
            next_step="It was not asked for. The stage looks again.",
        )


def _unmark(pair: Pair, record: Record, marked: Record, records: Records) -> None:
    """Write the record as it was before, since the swap was not made. If that fails, looks wait for the swap."""
    try:
        records.write(*_key(pair), record, marked)
    except ReleaseError as error:
        logger.warning("the record names a swap that was not made", cause=str(error))
