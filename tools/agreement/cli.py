"""`make agree`: plays the same schedules in the simulator and on the deployed machine, and compares them."""

import argparse
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console

from rehearsal.account.account import Account
from rehearsal.arguments import scale
from rehearsal.prepare import require_space
from rehearsal.report.progress import Progress
from rehearsal.testbed import Testbed, synthesize
from tools.agreement.comparison import Expected, disagreement, expected
from tools.agreement.deployed_machine import DeployedMachine
from tools.agreement.drawing import drawn
from tools.agreement.placed_schedules import PlacedSchedule
from tools.agreement.simulated_machine import simulated_machine

SCALE: Final = 0.02
"""A release takes 10 to 20 real seconds. On a faster clock, functions take too many of the account's seconds."""


def run(arguments: Sequence[str]) -> int:
    """Return 0 when the simulator and the deployed machine agree, else 1."""
    options = _options(arguments)
    require_space(options.output)
    progress = Progress(Console())
    with progress.step("play the schedules in the simulator"):
        schedules = _simulated(options)
    differing = 0
    with _deployed(options, progress) as machine:
        for number, each in enumerate(schedules, 1):
            began = time.monotonic()
            found = disagreement(each, machine)
            differing += bool(found)
            verdict = "DIFFER" if found else "agree"
            progress.say(f"{number:3}  {verdict:6}  {time.monotonic() - began:4.0f} s  {each.schedule}")
            for line in found:
                progress.say(f"     {line}")
    progress.say(f"seed {options.seed}: {len(schedules)} schedules, {differing} in which they differ")
    return 1 if differing else 0


def _simulated(options: argparse.Namespace) -> list[Expected]:
    with simulated_machine() as machine:
        if options.play:
            return [expected(machine, PlacedSchedule.from_text(" ".join(options.play)))]
        numbers = range(options.first, options.first + options.schedules)
        return [expected(machine, drawn(machine, options.seed, number)) for number in numbers]


@contextmanager
def _deployed(options: argparse.Namespace, progress: Progress) -> Iterator[DeployedMachine]:
    with Account(scale=options.scale, home=options.output / "account") as account:
        with progress.step("deploy the stack into an account on this machine"):
            testbed = Testbed.deploy(account, options.output, synthesize(options.output))
        yield DeployedMachine(testbed)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make agree", description=__doc__, allow_abbrev=False)
    parser.add_argument("--schedules", type=int, default=10, help="how many are drawn (default: %(default)s)")
    parser.add_argument("--first", type=int, default=1, help="the number of the first one (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="what they are drawn by (SEED=)")
    parser.add_argument("--play", nargs="+", metavar="WORD", help="play one schedule, as it is printed")
    parser.add_argument("--scale", type=scale(0.001), default=SCALE, help="real seconds of an account second")
    parser.add_argument("--output", type=Path, default=Path("build/agreement"), help="folder for all files")
    return parser.parse_args(list(arguments))
