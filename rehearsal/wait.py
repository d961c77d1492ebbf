"""One way to wait: ask again until a condition holds, and no longer than a limit."""

import time
from collections.abc import Callable

TIMEOUT_SECONDS = 60.0
POLL_SECONDS = 0.1


class WaitLimitError(Exception):
    """A condition did not hold in time; the message says what was expected and what was found."""


def until(
    condition: Callable[[], object],
    expected: str,
    seconds: float = TIMEOUT_SECONDS,
    *,
    found: Callable[[], object] | None = None,
    poll_seconds: float = POLL_SECONDS,
) -> None:
    """Return when the condition holds. An error of the condition itself ends the wait.

    `expected`: the condition in words. `seconds`, `poll_seconds`: real time. `found`: tells what there is instead.
    Raises WaitLimitError when the condition does not hold within so many seconds.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            instead = f" Found {found()}." if found else " Found that it did not happen."
            raise WaitLimitError(f"Expected {expected} within {seconds:g} s.{instead}")
        time.sleep(poll_seconds)
