"""Runs the command line. An error that a person can cause becomes one line on standard error."""

import argparse
import http.client
import os
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from rehearsal.account.account import AccountError
from rehearsal.account.cdk import CdkError
from rehearsal.account.shop import ShopError
from rehearsal.prepare import PrepareError
from rehearsal.report.progress import Progress
from rehearsal.wait import WaitLimitError
from tools.agreement.placed_schedules import PlacedSchedule
from tools.campaign.campaign import CampaignOptions, campaign

LARGEST_SEED: Final = 1_000_000


def run(arguments: Sequence[str]) -> int:
    """Conduct a campaign and return the exit status."""
    try:
        return campaign(read_campaign_options(arguments), Progress(Console()))
    except (AccountError, CdkError, PrepareError, ShopError, WaitLimitError, OSError) as error:
        reason = str(error)
    except (BotoCoreError, ClientError, http.client.HTTPException) as error:
        reason = f"A call to the account failed: {error}"
    sys.stderr.write(f"{reason}\n")
    return 1


def read_campaign_options(arguments: Sequence[str]) -> CampaignOptions:
    """Return the options. Raises SystemExit, with a usage message, when they are wrong."""
    parser = argparse.ArgumentParser(
        prog="make campaign",
        description="Play schedules in the simulator and on the deployed machine, and compare. Then release under"
        " traffic, with faults, sick environments and people by chance.",
        epilog="example: make campaign RUNS=20 SEED=7",
        allow_abbrev=False,
    )
    parser.add_argument("--runs", type=_count, default=60, help="number of random runs, RUNS= (default: %(default)s)")
    parser.add_argument("--schedules", type=_count, default=20, help="number of schedules (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="what both are drawn by, SEED= (default: one by chance, printed)")
    parser.add_argument("--only", default="", help="only what has this name: schedule, schedule/3, random or random/7")
    parser.add_argument("--play", nargs="+", metavar="WORD", help="only this schedule, as it was printed")
    parser.add_argument(
        "--accounts", type=_count, default=os.cpu_count() or 1, help="runs at a time (default: one for each core)"
    )
    parser.add_argument(
        "--output", type=Path, default=Path("build/campaign"), help="folder for all files (default: %(default)s)"
    )
    chosen = parser.parse_args(arguments)
    if chosen.seed is None:
        chosen.seed = random.randrange(LARGEST_SEED)  # noqa: S311 - not for security
    try:
        chosen.play = PlacedSchedule.from_text(" ".join(chosen.play)) if chosen.play else None
    except ValueError as error:
        parser.error(str(error))
    options = CampaignOptions(**vars(chosen))
    if not (options.play or options.schedule_numbers or options.run_numbers):
        parser.error("nothing is chosen: expected --schedules, --runs and --only to leave a schedule or a run")
    return options


def _count(text: str) -> int:
    if text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a number, found {text!r}")
