"""The options of the command line."""

import argparse
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rehearsal.arguments import scale

SCALE = 0.005
LARGEST_SEED = 1_000_000


@dataclass(frozen=True)
class CampaignOptions:
    """The options of a campaign.

    `runs`: number of random runs, after the runs with a single fault. `only`: prefix of the names of the runs to play.
    """

    runs: int
    seed: int
    only: str
    accounts: int
    scale: float
    output: Path


def read_campaign_options(arguments: Sequence[str]) -> CampaignOptions:
    """Return the options. Raises SystemExit, with a usage message, when they are wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m rehearsal.campaign",
        description="Release again and again, each time with another fault.",
        epilog="example: make campaign RUNS=20 SEED=7",
        allow_abbrev=False,
    )
    parser.add_argument("--runs", type=_count, default=60, help="number of random runs (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="seed of the random runs (default: a random one, which is printed)")
    parser.add_argument("--only", default="", help="play only the runs whose names begin with this")
    parser.add_argument(
        "--accounts",
        type=_positive,
        default=os.cpu_count() or 1,
        help="accounts at the same time (default: one for each core)",
    )
    parser.add_argument(
        "--scale",
        type=scale(0.001),
        default=SCALE,
        help="real seconds that one account second takes (default: %(default)s)",
    )
    parser.add_argument(
        "--output", type=Path, default=Path("build/campaign"), help="folder for all files (default: %(default)s)"
    )
    chosen = parser.parse_args(arguments)
    if chosen.seed is None:
        chosen.seed = random.randrange(LARGEST_SEED)  # noqa: S311 - not for security
    return CampaignOptions(**vars(chosen))


def _count(text: str) -> int:
    if text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a number, found {text!r}")


def _positive(text: str) -> int:
    if number := _count(text):
        return number
    raise argparse.ArgumentTypeError(f"expected 1 or more, found {text!r}")
