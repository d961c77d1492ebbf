"""What can be chosen on the command line."""

import argparse
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SCALE = 0.005
LARGEST_SEED = 1_000_000


@dataclass(frozen=True)
class Options:
    """`runs`: random ones, after those of every single call. `only`: play just the runs whose names begin like this."""

    runs: int
    seed: int
    only: str
    accounts: int
    scale: float
    output: Path


def read(arguments: Sequence[str]) -> Options:
    """Read the options; ends the program with a usage message when they are wrong."""
    parser = argparse.ArgumentParser(prog="python -m rehearsal.campaign", description="Release while everything fails.")
    parser.add_argument("--runs", type=_count, default=60, help="random runs (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="of the random runs (default: any, and printed)")
    parser.add_argument("--only", default="", help="play just the runs whose names begin like this")
    parser.add_argument(
        "--accounts", type=_some, default=os.cpu_count() or 1, help="at the same time (default: one for each core)"
    )
    parser.add_argument(
        "--scale",
        type=_scale,
        default=SCALE,
        help="real seconds that a second of the account takes (default: %(default)s)",
    )
    parser.add_argument("--output", type=Path, default=Path("build/campaign"), help="folder for all that is written")
    chosen = parser.parse_args(arguments)
    if chosen.seed is None:
        chosen.seed = random.randrange(LARGEST_SEED)  # noqa: S311 - any will do
    return Options(**vars(chosen))


def _count(text: str) -> int:
    if text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a number, found {text!r}")


def _some(text: str) -> int:
    if number := _count(text):
        return number
    raise argparse.ArgumentTypeError(f"expected 1 or more, found {text!r}")


def _scale(text: str) -> float:
    try:
        scale = float(text)
    except ValueError:
        scale = 0.0
    if 0.001 <= scale <= 1:
        return scale
    raise argparse.ArgumentTypeError(f"expected a number from 0.001 (fastest) to 1 (as in life), found {text!r}")
