"""The account's one clock: everything a user sees inside the account happens in its time."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass
class Clock:
    """Account time, which agrees with real time at `origin` and passes faster or slower from there on.

    `scale`: real seconds that one account second takes; 0.1 is ten times faster than life.
    `origin`: epoch second, in both times, at which they agree; by default the moment of creation.
    Threads may share one. Raises ValueError for a scale that is not above zero.
    """

    scale: float
    origin: float = field(default_factory=time.time)

    def __post_init__(self) -> None:
        if not self.scale > 0:
            raise ValueError(
                f"The clock's scale must be above 0 (real seconds for each account second), and is {self.scale}."
                " Give 1 for life, 0.1 for ten times faster."
            )

    def time(self) -> float:
        """Return account time in epoch seconds."""
        return self.account_time(time.time())

    def now(self) -> datetime:
        """Return account time as an aware datetime in UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    def machine_time(self, account_time: float) -> float:
        """Return what this machine's clock shows at a moment of account time; both in epoch seconds."""
        return self.origin + (account_time - self.origin) * self.scale

    def account_time(self, machine_time: float) -> float:
        """Return account time when this machine's clock shows `machine_time`; both in epoch seconds."""
        return self.origin + (machine_time - self.origin) / self.scale

    def sleep(self, account_seconds: float) -> None:
        """Block for so many account seconds; not at all when there are none."""
        time.sleep(max(0.0, self.real(account_seconds)))

    def real(self, account_seconds: float) -> float:
        """Return how many real seconds that many account seconds take."""
        return account_seconds * self.scale
