"""The rate limit of calls that are asked too often."""

from collections.abc import Callable

from emulator.beanstalk.durations import Limits
from emulator.beanstalk.errors import ThrottlingError


class TokenBucket:
    """A token bucket. `now` gives the time in account seconds. Not thread-safe."""

    def __init__(self, limits: Limits, now: Callable[[], float]) -> None:
        self._limits = limits
        self._now = now
        self._tokens = limits.burst
        self._filled = now()

    def take(self) -> None:
        """Take a token. Raises ThrottlingError when there is none."""
        now = self._now()
        refilled = self._tokens + (now - self._filled) * self._limits.calls_per_second
        self._tokens, self._filled = min(self._limits.burst, refilled), now
        if self._tokens < 1:
            raise ThrottlingError("Rate exceeded")
        self._tokens -= 1
