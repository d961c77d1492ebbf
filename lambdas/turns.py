"""The turn of a release to begin, when many are started at once.

Elastic Beanstalk answers about two DescribeEnvironments and two DescribeEvents calls a second for an account and
region. A release needs six and seven of its own, just before it acts, whatever looks are shared. Releases that begin at
the same moment act at the same moments later. And more than one in four seconds, for long, need more calls than there
are.

So all of an account and region begin in a line: each writes into one object in S3 that it has begun. The more have
begun in the last minutes, the longer the next one waits. After that nothing waits for a turn: users are on green then.
When S3 does not answer, the release begins at once.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from lambdas.aws.begun_releases import Begun, BegunReleases
from lambdas.aws.conditional_object import ObjectChangedError
from lambdas.errors import EnvironmentNotReadyError, ReleaseError
from lambdas.handler import logger
from lambdas.visit import Visit

SPAN_SECONDS: Final = 600
"""How long a release counts after it has begun: most of the time that it takes."""
AT_ONCE: Final = 10
"""So many begin without waiting."""
EACH_SECONDS: Final = 0.04
"""How much longer the next one waits for each further release. It lets 100 begin in some 3 minutes, and then one in 5
seconds.
"""
CLOCK_SECONDS: Final = 5
"""How far the clocks of two functions may be apart."""
TRIES: Final = 5
"""How often a turn is tried for at once, when others write at the same moment."""


def seconds_to_turn(begun: Collection[float], now: float) -> float:
    """Return the seconds until the next release may begin; 0 or less when it may. `begun`, `now`: epochs."""
    recent = [each for each in begun if _counts(each, now)]
    gap = (len(recent) - AT_ONCE + 1) * EACH_SECONDS
    return max(recent) + gap - now if gap > 0 else 0


class Turn:
    """The turn of one release. `longest`: the seconds that it waits at most.

    A release takes its turn once it has looked: while Elastic Beanstalk throttles the shared look, none begins.
    """

    def __init__(self, visit: Visit, releases: BegunReleases | None, longest: float) -> None:
        self._visit = visit
        self._releases = releases if visit.run_seconds < longest else None
        self._seen = Begun()

    def require(self) -> datetime:
        """Return when the release began: now, or in an invocation before.

        Raises EnvironmentNotReadyError until it is its turn.
        """
        try:
            return self._require()
        except ReleaseError as error:
            self._leave_line(error)
            return self._visit.since

    def take(self) -> None:
        """Write that the release has begun. Raises EnvironmentNotReadyError when others took the turn."""
        try:
            self._take()
        except ReleaseError as error:
            self._leave_line(error)

    def _take(self) -> None:
        for _ in range(TRIES):
            if self._releases is None or self._visit.digest in self._seen.times:
                return
            now = self._visit.present().timestamp()
            try:
                self._releases.write(replace(self._seen, times={**self._seen.times, self._visit.digest: now}))
            except ObjectChangedError:
                self._require()
            else:
                return
        if self._seen.etag:  # what is there and still not shown, this role may not read
            raise _waiting(f"others that took it {TRIES} times")

    def _require(self) -> datetime:
        if self._releases is None:
            return self._visit.since
        found, now = self._releases.read(), self._visit.present().timestamp()
        recent = {digest: time for digest, time in found.times.items() if _counts(time, now)}
        self._seen = replace(found, times=recent)
        if self._visit.digest in recent:
            return datetime.fromtimestamp(recent[self._visit.digest], UTC)
        seconds = seconds_to_turn(recent.values(), now)
        if seconds > 0:
            raise _waiting(f"{len(recent)} begun in the last {SPAN_SECONDS} seconds, so it is in {seconds:.1f} seconds")
        return datetime.fromtimestamp(now, UTC)

    def _leave_line(self, error: ReleaseError) -> None:
        """Let the release begin when S3 does not answer. Raises the error when it says that it is not its turn."""
        if isinstance(error, EnvironmentNotReadyError):
            raise error
        logger.warning("begins without a turn", cause=str(error))
        self._releases = None


def _counts(begun: float, now: float) -> bool:
    """Return whether a release that began then counts. One of the future does not: a clock was wrong."""
    return now - SPAN_SECONDS < begun <= now + CLOCK_SECONDS


def _waiting(found: str) -> EnvironmentNotReadyError:
    return EnvironmentNotReadyError(
        expected="the turn of this release among those that were started in this account and region",
        found=found,
        next_step="Nothing is wrong: Elastic Beanstalk answers few calls, so releases begin one after the other.",
    )
