"""One look for all who wait: what one execution sees of Elastic Beanstalk serves all of the account and region.

Elastic Beanstalk answers about two DescribeEnvironments calls a second for an account and region, so a hundred
executions cannot each ask. They read a snapshot of all environments in S3. When it is too old, one execution claims it
by a conditional write, looks, and writes what it saw. A claim ends by itself, since its execution may die.

A stage that reads the snapshot concludes as if its invocation had begun when the snapshot was made (`Visit.as_of`).
So all rules about stale answers hold as they do for a slow function, and a snapshot from before the state's entry shows
nothing. When S3 does not answer, the stage looks by itself. A stage that changes what serves users always does.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.conditional_object import ObjectChangedError
from lambdas.aws.environment import Environment
from lambdas.aws.snapshot import NEVER, Snapshot
from lambdas.aws.snapshots import Snapshots
from lambdas.errors import EnvironmentNotReadyError, ReleaseError, ServiceUnavailableError
from lambdas.handler import logger
from lambdas.visit import Visit

USABLE_SECONDS: Final = 30
"""The age of a snapshot at most while another execution looks."""
CLAIM_SECONDS: Final = 10
"""How long the others wait for an execution that looks."""
LOST_SECONDS: Final = 60
"""After that time without a result of any claim, each execution looks by itself."""
QUIET_SECONDS: Final = 15
"""How long no execution looks after Elastic Beanstalk has throttled one: what acts finds quota then. It doubles."""
LONGEST_QUIET_SECONDS: Final = 60
CLOCK_SECONDS: Final = 5
"""How far the clocks of two functions may be apart."""


class BeanstalkByLook(Beanstalk):
    """Elastic Beanstalk, whose environments are looked up in a snapshot. What it lacks is asked for."""

    def __init__(self, beanstalk: Beanstalk, snapshot: Snapshot) -> None:
        super().__init__(beanstalk._client)  # noqa: SLF001 - the same class
        self._snapshot = snapshot

    def environments(self, *names: str) -> list[Environment]:
        """Return the environments of these names that are not Terminated. A list without any of them proves nothing."""
        shown = self._snapshot.environments.values()
        found = [each for each in shown if each.name in names and each.status != "Terminated"]
        return found if found and self._snapshot.complete else super().environments(*names)

    def environments_in(self, application: str) -> list[Environment]:
        """Return all environments of an application that are not Terminated. An empty list proves nothing."""
        shown = self._snapshot.environments.values()
        found = [each for each in shown if each.application == application and each.status != "Terminated"]
        return found if found and self._snapshot.complete else super().environments_in(application)

    def environments_by_id(self, *ids: str) -> dict[str, Environment]:
        """Return the environments of these ids, Terminated or not, by id."""
        found = {id_: self._snapshot.environments[id_] for id_ in ids if id_ in self._snapshot.environments}
        return found if len(found) == len(ids) else super().environments_by_id(*ids)


@dataclass
class SharedLook:
    """The look of one invocation. `since`: a snapshot from before that is not used.

    `fresh`: the seconds after a snapshot, and after `acted`, in which no other one is made. The newest one may tell it.
    """

    visit: Visit
    beanstalk: Beanstalk
    snapshots: Snapshots
    fresh: float | Callable[[Snapshot], float]
    since: datetime
    acted: datetime = NEVER
    """When Elastic Beanstalk was asked for what the stage waits for."""

    def take(self) -> tuple[Visit, Beanstalk]:
        """Return what the stage sees, and its invocation as of then.

        Raises EnvironmentNotReadyError while another execution looks, or while Elastic Beanstalk throttles.
        """
        try:
            found = self._newest()
        except EnvironmentNotReadyError:
            raise
        except ReleaseError as error:
            logger.warning("looks by itself", cause=str(error))
            found = None
        if found is None:
            return self.visit, self.beanstalk
        return self.visit.as_of(found.made), BeanstalkByLook(self.beanstalk, found)

    def _newest(self) -> Snapshot | None:
        """Return the snapshot to use, made anew if it has to be; None when the stage is to look by itself."""
        seen = self._without_future(self.snapshots.read())
        fresh = self.fresh(seen) if callable(self.fresh) else self.fresh
        if (self._now - max(seen.made, self.acted)).total_seconds() < fresh:
            return self._usable(seen)
        if self._now < seen.quiet_until:
            return self._while_quiet(seen)
        return self._look(seen)

    @cached_property
    def _now(self) -> datetime:
        return self.visit.present()

    def _without_future(self, seen: Snapshot) -> Snapshot:
        """Return the snapshot, an empty one when its dates cannot be: a clock was wrong."""
        latest = self._now + timedelta(seconds=CLOCK_SECONDS)
        longest = latest + timedelta(seconds=LONGEST_QUIET_SECONDS)
        wrong = seen.made > latest or seen.quiet_until > longest or (seen.claimed or NEVER) > latest
        return Snapshot(etag=seen.etag) if wrong else seen

    def _usable(self, seen: Snapshot) -> Snapshot:
        """Return the snapshot if it may be used. Raises EnvironmentNotReadyError if not."""
        if seen.made >= self.since and seen.age(self._now) <= USABLE_SECONDS:
            return seen
        raise EnvironmentNotReadyError(
            expected=f"a look at Elastic Beanstalk since {self.since:%H:%M:%S} UTC",
            found=f"one of {seen.made:%H:%M:%S} UTC{', and Elastic Beanstalk throttles' if seen.throttled else ''}",
            next_step="All executions share a look; the next one is made in a moment.",
        )

    def _while_quiet(self, seen: Snapshot) -> Snapshot | None:
        """Return the snapshot while another execution makes the next one; None when none of them comes to an end."""
        claimed = seen.claimed or self._now
        if not seen.throttled and (self._now - claimed).total_seconds() > LOST_SECONDS:
            return None
        return self._usable(seen)

    def _look(self, seen: Snapshot) -> Snapshot | None:
        """Claim the snapshot and make it anew. Return None when the role sees no environment, or no snapshot."""
        until = self._now + timedelta(seconds=CLAIM_SECONDS)
        try:
            claimed = self.snapshots.write(replace(seen, claimed=seen.claimed or self._now, quiet_until=until))
        except ObjectChangedError:
            # What is there by now and still not shown, this role may not read.
            return self._usable(seen) if seen.etag or self.snapshots.read().etag else None
        made = self.visit.present()
        try:
            found, complete = self.beanstalk.all_environments()
        except ServiceUnavailableError as error:
            if not error.throttled:
                raise
            self._leave_alone(claimed)
            return self._usable(claimed)
        if not found:
            return None
        new = Snapshot({each.id: each for each in found}, made, complete, etag=claimed.etag)
        self._write(new)
        return new

    def _leave_alone(self, seen: Snapshot) -> None:
        """Let no execution look for a while, since Elastic Beanstalk throttles."""
        seconds = min(QUIET_SECONDS * 2**seen.throttled, LONGEST_QUIET_SECONDS)
        until = self.visit.present() + timedelta(seconds=seconds)
        self._write(replace(seen, quiet_until=until, throttled=seen.throttled + 1))

    def _write(self, new: Snapshot) -> None:
        """Write the snapshot, if S3 lets it. This execution does not need it."""
        with suppress(ObjectChangedError):
            try:
                self.snapshots.write(new)
            except ReleaseError as error:
                logger.warning("the others do not get this look", cause=str(error))
