"""The rate limit of an action."""

from collections.abc import Callable

from emulator.beanstalk.durations import Limits
from emulator.beanstalk.errors import ThrottlingError


class TokenBucket:
    """Limits the rate of calls. `now` returns account time in seconds. Not thread-safe."""

    def __init__(self, limits: Limits, now: Callable[[], float]) -> None:
        self._limits = limits
        self._now = now
        self._tokens = limits.burst
        self._filled = now()

    def take_token(self) -> None:
        """Take a token for a call. Raises ThrottlingError when there is none."""
        now = self._now()
        refilled = self._tokens + (now - self._filled) * self._limits.calls_per_second
        self._tokens, self._filled = min(self._limits.burst, refilled), now
        if self._tokens < 1:
            raise ThrottlingError("Rate exceeded")
        self._tokens -= 1
