"""The share of a delay with jitter that an execution waits before its next attempt."""

import random
from typing import Any


class RetryJitter:
    """Draws shares. `share`: the same one each time; None draws from 0 to 1, as AWS does for the strategy FULL.

    Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#jitter-strategy
    """

    def __init__(self) -> None:
        self.share: float | None = None

    def set(self, share: Any) -> None:
        """Use one share from now on, or drawn ones with None. Raises ValueError for what is no share."""
        number = isinstance(share, int | float) and not isinstance(share, bool) and 0 <= share <= 1
        if share is not None and not number:
            raise ValueError(f"A share must be a number from 0 to 1, or null, and is {share!r}.")
        self.share = share

    def drawn(self) -> float:
        """Return a share from 0 to 1."""
        return random.random() if self.share is None else self.share  # noqa: S311 - spreads retries, protects nothing


RETRY_JITTER = RetryJitter()
"""That of all executions of this process."""
