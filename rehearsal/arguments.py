"""Arguments that several command lines have."""

import argparse
from collections.abc import Callable


def port(text: str) -> int:
    """Return the port that the text names. Raises ArgumentTypeError."""
    if text.isdecimal() and int(text) < 65_536:
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a port from 0 to 65535, found {text!r}")


def scale(smallest: float) -> Callable[[str], float]:
    """Return a reader of the real seconds of an account second, from `smallest` to 1. It raises ArgumentTypeError."""

    def read(text: str) -> float:
        try:
            found = float(text)
        except ValueError:
            found = 0.0
        if smallest <= found <= 1:
            return found
        raise argparse.ArgumentTypeError(
            f"expected a number from {smallest} (fastest) to 1 (as on AWS), found {text!r}"
        )

    return read
