"""Time in the tests of the emulator."""

import threading
import time
from collections.abc import Callable

SCALE = 0.02
"""Real seconds for an account second: fast, and still long beside the time that a request takes."""


def eventually(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until a condition holds. Raises AssertionError after so many real seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"Expected the condition to hold within {seconds} s; it does not."
        threading.Event().wait(0.02)
