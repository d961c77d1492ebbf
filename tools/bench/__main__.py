"""Run releases at once, and print what they cost: `make bench`.

It runs 1, 10, 30 and 100 at once in virtual time, and up to 1,000 by their calls alone. Other numbers are given as
arguments: `make bench ARGS="1 10"`. `--account 10` runs 10 at once in the emulated account instead, `--fleet 100` a
fleet in virtual time. The exit status is 1 when a figure exceeds its limit, 2 when the machine was too busy to judge.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from rehearsal.arguments import scale
from rehearsal.report.progress import Progress
from tools.bench.figures import HEADINGS, row
from tools.bench.fleet import run_fleet
from tools.bench.fleet_report import BAD_SHARE, WAVES, problems, summary
from tools.bench.large import calls_of
from tools.bench.limits import exceeded
from tools.bench.model import run

AT_ONCE = (1, 10, 30, 100)
BY_CALLS = (100, 300, 1_000)
SMALLEST_SCALE, SCALE_A_RELEASE = 0.1, 0.02
"""Of the account, unless one is given: slower for more releases."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when all figures are within their limits."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__, allow_abbrev=False)
    parser.add_argument("at_once", nargs="*", type=int, default=AT_ONCE, help="numbers of releases at once")
    parser.add_argument("--seed", type=int, default=1, help="what the delays of retries are drawn from")
    parser.add_argument("--account", type=int, metavar="NUMBER", help="run so many at once in the emulated account")
    parser.add_argument(
        "--fleet", type=int, metavar="NUMBER", help="run a fleet of so many, one of which fails at first"
    )
    parser.add_argument("--scale", type=scale(0.01), help="of the account: real seconds for each of its seconds")
    parser.add_argument("--output", type=Path, default=Path("build/bench"), help="folder for the account's files")
    options = parser.parse_args(arguments)
    if options.account:
        return _bench_account(options)
    if options.fleet:
        return _bench_fleet(options)
    began, runs = time.process_time(), []
    print(_line(HEADINGS))
    print(_line(["---"] * len(HEADINGS)), flush=True)
    for number in options.at_once:
        runs.append(run(number, seed=options.seed))
        print(_line(row(runs[-1])), flush=True)
    print("\n" + "\n".join(calls_of(number) for number in BY_CALLS))
    seconds = time.process_time() - began
    print(f"\n{seconds:.0f} seconds of processor time; Python {platform.python_version()}, {os.cpu_count()} processors")
    found = [text for figures in runs for text in exceeded(figures)]
    print("\n".join(found) or "All figures are within their limits.")
    return 1 if found else 0


def _bench_account(options: argparse.Namespace) -> int:
    from tools.bench.deployed import run_deployed  # noqa: PLC0415 - only this needs the emulated account
    from tools.bench.deployed_report import verdict  # noqa: PLC0415

    chosen = options.scale or min(1.0, max(SMALLEST_SCALE, options.account * SCALE_A_RELEASE))
    progress = Progress(Console())
    found = run_deployed(options.account, scale=chosen, seed=options.seed, folder=options.output, progress=progress)
    for cells in (HEADINGS, ["---"] * len(HEADINGS), row(found.figures)):
        print(_line(cells))
    status, lines = verdict(found)
    print("\n" + "\n".join(lines))
    return status


def _bench_fleet(options: argparse.Namespace) -> int:
    bad = max(1, round(options.fleet * BAD_SHARE))
    began = time.process_time()
    found = run_fleet(options.fleet, bad, seed=options.seed, waves=[each for each in WAVES if each < options.fleet])
    print("\n".join(summary(found)))
    print(f"\n{time.process_time() - began:.0f} seconds of processor time")
    wrong = list(problems(found))
    print("\n".join(wrong) or "The fleet stopped at its bad version, and ended well after the redrive.")
    return 1 if wrong else 0


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
