"""Run releases at once, and print what they cost: `make bench`.

It runs 1, 10, 30, 100 and 300 at once and a fleet of 100 in virtual time, and up to 1,000 by their calls alone. One
alone is run 24 times, with enhanced health reporting. Many at once have basic health reporting, 100 also the enhanced
one, and beside 100 the alarm of another one rings. Other numbers are given as arguments: `make bench ARGS="1 10"`.
`--fleet 100` runs the fleet alone, `--account 10` runs 10 at once in the emulated account. The exit status is 1 when a
figure exceeds its limit, and 2 when the machine was too busy to judge.
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
from tools.bench.figures import HEADINGS, Figures, row
from tools.bench.fleet import run_fleet
from tools.bench.fleet_report import BAD_SHARE, WAVES, problems, summary
from tools.bench.large import calls_of
from tools.bench.limits import GIVEN_BACK, exceeded, exceeded_by_calls
from tools.bench.model import run, run_alone

AT_ONCE = (1, 10, 30, 100, 300)
ENHANCED_TOO = (100,)
ALONE = 24
BY_CALLS = (100, 300, 1_000)
FLEET = 100
SMALLEST_SCALE, SCALE_A_RELEASE = 0.1, 0.02
"""Of the account, unless one is given: slower for more releases."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when all figures are within their limits."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__, allow_abbrev=False)
    parser.add_argument("at_once", nargs="*", type=int, default=AT_ONCE, help="numbers of releases at once")
    parser.add_argument("--seed", type=int, default=1, help="what the delays of retries are drawn from")
    parser.add_argument("--enhanced", action="store_true", help="enhanced health reporting also with many at once")
    parser.add_argument("--fleet", type=int, metavar="NUMBER", help="run only a fleet of so many, one of which fails")
    parser.add_argument("--account", type=int, metavar="NUMBER", help="run so many at once in the emulated account")
    parser.add_argument("--scale", type=scale(0.01), help="of the account: real seconds for each of its seconds")
    parser.add_argument("--output", type=Path, default=Path("build/bench"), help="folder for the account's files")
    options = parser.parse_args(arguments)
    if options.account:
        return _bench_account(options)
    began = time.process_time()
    found = [] if options.fleet else _bench_at_once(options)
    if options.fleet or options.at_once is AT_ONCE:
        found += _bench_fleet(options.fleet or FLEET, options.seed)
    seconds = time.process_time() - began
    print(f"\n{seconds:.0f} seconds of processor time; Python {platform.python_version()}, {os.cpu_count()} processors")
    print("\n".join(found) or "All figures are within their limits.")
    return 1 if found else 0


def _bench_at_once(options: argparse.Namespace) -> list[str]:
    """Return a sentence for each limit that is exceeded."""
    runs = []
    print(_line(HEADINGS))
    print(_line(["---"] * len(HEADINGS)), flush=True)
    default = options.at_once is AT_ONCE
    wanted = [(number, options.enhanced) for number in options.at_once]
    wanted += [(number, True) for number in ENHANCED_TOO if default and not options.enhanced]
    for number, enhanced in wanted:
        runs.append(_run(number, options.seed, enhanced=enhanced))
        print(_line(row(runs[-1])), flush=True)
    found = [text for figures in runs for text in exceeded(figures)]
    if default:
        by_calls = [calls_of(number) for number in BY_CALLS]
        print("\n" + "\n".join(map(str, by_calls)), flush=True)
        found += [text for one in by_calls for text in exceeded_by_calls(one)]
    return found


def _run(number: int, seed: int, *, enhanced: bool = False) -> Figures:
    """Return the figures of so many releases at once. One alone is run several times, with other durations."""
    if number == 1:
        return run_alone(ALONE, seed=seed)
    return run(number, seed=seed, alarmed=number in GIVEN_BACK, enhanced=enhanced)


def _bench_fleet(environments: int, seed: int) -> list[str]:
    """Return a sentence for each thing that is not as it must be."""
    bad = max(1, round(environments * BAD_SHARE))
    found = run_fleet(environments, bad, seed=seed, waves=[each for each in WAVES if each < environments])
    print("\n" + "\n".join(summary(found)), flush=True)
    return list(problems(found))


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


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
