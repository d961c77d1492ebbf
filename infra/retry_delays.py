"""The retries of every state, in seconds. They stand apart from the CDK: the bench waits by them without it."""

from typing import Final, NamedTuple


class RetryDelays(NamedTuple):
    """A Retry: the n-th delay is `first` * `rate` ** n, or `longest`; with `jitter`, any delay from 0 to that."""

    first: int
    rate: float
    longest: int
    attempts: int
    jitter: bool = True


WAITING: Final = RetryDelays(5, 1.5, 32, 10_000)
"""The stage is not ready. Its own time-out ends the waiting, long before the attempts do."""
SOON: Final = RetryDelays(1, 1.01, 5, 10_000, jitter=False)
"""The stage may be ready soon (lambdas/look_times.py)."""
FAULTS: Final = RetryDelays(2, 2, 30, 20)
"""A service or a function fails. 20 take at most 2 + 4 + 8 + 16 + 16 x 30 = 510 seconds."""
