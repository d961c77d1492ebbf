"""`make simulate`: searches the schedules of all releases for one that violates a rule."""

import argparse
import gc
import sys
from collections.abc import Iterable, Iterator
from itertools import takewhile
from pathlib import Path
from time import perf_counter

from tools.simulation.cases import CASES
from tools.simulation.definition import read, synthesized
from tools.simulation.disturbance import Disturbance
from tools.simulation.play import Memory, Played, Player
from tools.simulation.report import SearchReport, shown, story
from tools.simulation.search import PAIRS, SearchLimits, pairs, randoms, shrunk, singles
from tools.simulation.transport import connected

PARTS = ("singles", *PAIRS, "random")

PROGRESS_SECONDS = 30
YOUNG_OBJECTS = 100_000
"""So many new objects until garbage is collected: of some ten schedules. Little but worlds is garbage."""


def main(arguments: list[str]) -> int:
    """Return 0 when no schedule violates a rule, 1 otherwise."""
    options = _options(arguments)
    definition, functions = read(options.definition) if options.definition else synthesized()
    with connected(exact=options.exact) as board:
        players = {
            name: Player(board, definition, functions, name, CASES[name], None if options.exact else Memory())
            for name in options.cases
        }
        if options.play:
            return _play(players, options.play)
        gc.freeze()
        gc.set_threshold(YOUNG_OBJECTS)
        return _search(players, options)


def _search(players: dict[str, Player], options: argparse.Namespace) -> int:
    report = SearchReport()
    deadline, told = report.began + options.seconds, report.began
    for part in options.parts:
        for played in takewhile(lambda _: perf_counter() < deadline, _part(part, players, options)):
            if report.add(part, played):
                print("\n".join([*story(shrunk(players[played.case], played)), ""]), flush=True)
                if options.first:
                    return 1
            if perf_counter() - told > PROGRESS_SECONDS:
                told = perf_counter()
                print(report.progress(part, played), file=sys.stderr, flush=True)
    print("\n".join(report.lines()))
    if perf_counter() >= deadline:
        print(f"  The search ended after SECONDS={options.seconds:g}, before all was played.")
    return 1 if report.rules else 0


def _part(part: str, players: dict[str, Player], options: argparse.Namespace) -> Iterator[Played]:
    if part == "random":
        yield from randoms(players, options.seed)
        return
    limits = SearchLimits(options.states, options.what, options.then, options.stride, options.share)
    for player in players.values():
        if part == "singles":
            yield from singles(player, limits)
        else:
            yield from pairs(player, limits, part, options.seed)


def _play(players: dict[str, Player], words: list[str]) -> int:
    seeds = [int(word.removeprefix("seed=")) for word in words if word.startswith("seed=")]
    schedule = tuple(Disturbance.from_text(word) for word in words[1:] if not word.startswith("seed="))
    played = players[words[0]].whole(schedule, seed=seeds[0] if seeds else None)
    print("\n".join([*played.history, shown(played), *played.violations]))
    return 1 if played.violations else 0


def _share(text: str) -> tuple[int, int]:
    number, _, shares = text.partition("/")
    if not 1 <= int(number) <= int(shares):
        raise ValueError
    return int(number), int(shares)


def _options(arguments: Iterable[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__, allow_abbrev=False)
    parser.add_argument("--seconds", type=float, default=600, help="when to stop (SECONDS=)")
    parser.add_argument("--seed", type=int, default=1, help="of the order of pairs and of random schedules (SEED=)")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES), help="the releases to disturb")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), help="what to play")
    parser.add_argument("--states", nargs="+", default=[], help="disturb calls in these states only")
    parser.add_argument("--what", nargs="+", default=[], help="let only this happen, such as throttle or sick/blue")
    parser.add_argument("--then", nargs="+", default=[], help="let only this happen second in a pair")
    parser.add_argument("--first", action="store_true", help="stop at the first violation")
    parser.add_argument("--stride", type=int, default=1, help="play one single disturbance of so many")
    parser.add_argument(
        "--share", type=_share, default=(1, 1), metavar="1/2", help="which share, of how many processes"
    )
    parser.add_argument("--exact", action="store_true", help="without short ways through clients and services")
    parser.add_argument("--definition", type=Path, help="a file in build/simulation; by default that of the source")
    parser.add_argument("--play", nargs="+", metavar="WORD", help="play one schedule: a case, then 12:throttle ...")
    return parser.parse_args(list(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
