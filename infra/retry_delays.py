"""The retries of every state, in seconds. They stand apart from the CDK: the bench waits by them without it."""

from typing import Final, NamedTuple


class RetryDelays(NamedTuple):
    """A Retry with full jitter: the n-th delay is between 0 and `first` * `rate` ** n, or `longest`."""

    first: int
    rate: float
    longest: int
    attempts: int


WAITING: Final = RetryDelays(5, 1.5, 32, 10_000)
"""The stage is not ready. Its own time-out ends the waiting, long before the attempts do."""
SOON: Final = RetryDelays(2, 1.01, 10, 10_000)
"""The stage may be ready soon (lambdas/look_times.py)."""
FAULTS: Final = RetryDelays(2, 2, 30, 20)
"""A service or a function fails. 20 take at most 2 + 4 + 8 + 16 + 16 x 30 = 510 seconds."""
