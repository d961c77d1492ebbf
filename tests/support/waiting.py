"""Time in the tests of the emulator."""

from collections.abc import Callable

from rehearsal.wait import until

SCALE = 0.02
"""Real seconds for an account second: fast, and still long beside the time that a request takes."""


def eventually(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until a condition holds. Raises WaitLimitError after so many real seconds."""
    until(condition, "the condition to hold", seconds, poll_seconds=0.02)
