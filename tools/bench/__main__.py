"""Run releases at once, and print what they cost: `make bench`.

It runs 1, 10, 30 and 100 at once in virtual time, and up to 1,000 by their calls alone. Other numbers are given as
arguments: `make bench ARGS="1 10"`. One alone is run 24 times, with enhanced health reporting. Many at once have basic
health reporting, and beside 100 the alarm of another one rings. It ends with 1 when a figure exceeds its limit.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Sequence

from tools.bench.figures import HEADINGS, Figures, row
from tools.bench.large import calls_of
from tools.bench.limits import GIVEN_BACK, exceeded
from tools.bench.model import run, run_alone

AT_ONCE = (1, 10, 30, 100)
ALONE = 24
BY_CALLS = (100, 300, 1_000)


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when all figures are within their limits."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__, allow_abbrev=False)
    parser.add_argument("at_once", nargs="*", type=int, default=AT_ONCE, help="numbers of releases at once")
    parser.add_argument("--seed", type=int, default=1, help="what the delays of retries are drawn from")
    parser.add_argument("--enhanced", action="store_true", help="enhanced health reporting also with many at once")
    options = parser.parse_args(arguments)
    began, runs = time.process_time(), []
    print(_line(HEADINGS))
    print(_line(["---"] * len(HEADINGS)), flush=True)
    for number in options.at_once:
        runs.append(_run(number, options.seed, enhanced=options.enhanced))
        print(_line(row(runs[-1])), flush=True)
    print("\n" + "\n".join(calls_of(number) for number in BY_CALLS))
    seconds = time.process_time() - began
    print(f"\n{seconds:.0f} seconds of processor time; Python {platform.python_version()}, {os.cpu_count()} processors")
    found = [text for figures in runs for text in exceeded(figures)]
    print("\n".join(found) or "All figures are within their limits.")
    return 1 if found else 0


def _run(number: int, seed: int, *, enhanced: bool = False) -> Figures:
    """Return the figures of so many releases at once. One alone is run several times, with other durations."""
    if number == 1:
        return run_alone(ALONE, seed=seed)
    return run(number, seed=seed, alarmed=number in GIVEN_BACK, enhanced=enhanced)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
