"""`make mutations`: breaks each safety rule in a copy of the project, and checks that the simulator finds it.

Each mutation is a change of one place, and the smallest search that finds it. Without a change, the same searches find
nothing: `make simulate`.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from tools.mutation_list import MUTATIONS, Mutation
from tools.simulation.definition import kept_definition

ROOT = Path(__file__).parents[1]
PARTS = ("lambdas", "infra", "emulator", "rehearsal", "tools")
FILES = ("cdk.json", "pyproject.toml", "LICENSE")
VIOLATED = "VIOLATED by "
TIMEOUT_SECONDS = 600


@dataclass(frozen=True)
class Trial:
    """What the simulator said about one mutation. `story`: the lines about the schedule that found it.

    `seconds`: of the processor, with the synthesis if the definition changed.
    """

    mutation: Mutation
    seconds: float
    story: tuple[str, ...]
    error: str = ""


def main(arguments: list[str]) -> int:
    """Return 0 when every mutation was found."""
    parser = argparse.ArgumentParser(prog="make mutations", description=__doc__, allow_abbrev=False)
    parser.add_argument("--only", nargs="+", default=[], help="names of mutations")
    only = parser.parse_args(arguments).only
    missed, began, worked = [], perf_counter(), _worked()
    with tempfile.TemporaryDirectory(prefix="mutations-") as folder:
        for mutation in MUTATIONS:
            if not only or mutation.name in only:
                trial = tried(mutation, Path(folder) / mutation.name.replace(" ", "-"))
                print(_line(trial), flush=True)
                if not trial.story:
                    missed.append(mutation.name)
    print(f"{_worked() - worked:.0f} seconds of the processor, {perf_counter() - began:.0f} in all.")
    print(f"Missed: {', '.join(missed) or 'none'}.")
    return 1 if missed else 0


def tried(mutation: Mutation, copy: Path) -> Trial:
    """Return what the simulator finds in a copy of the project with the mutation. Raises ValueError."""
    for part in PARTS:
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in FILES:
        shutil.copy(ROOT / file, copy / file)
    # A handler that changed leaves the definition as it is, which takes ten seconds to synthesize.
    same = [] if mutation.file.startswith("infra/") else ["--definition", str(kept_definition())]
    path = copy / mutation.file
    path.write_text(mutated(path.read_text(), mutation))
    began = _worked()
    program = subprocess.run(
        [sys.executable, "-m", "tools.simulation", "--first", *mutation.search.split(), *same],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
    )
    lines = program.stdout.splitlines()
    story = tuple(lines[:3]) if lines and lines[0].startswith(VIOLATED) else ()
    shutil.rmtree(copy)
    return Trial(mutation, _worked() - began, story, program.stderr[-500:] if program.returncode > 1 else "")


def _worked() -> float:
    """Return how many seconds of the processor all programs have taken that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def mutated(text: str, mutation: Mutation) -> str:
    """Return the text of a file with the mutation. Raises ValueError when its place is not there exactly once."""
    if text.count(mutation.before) != 1:
        raise ValueError(
            f"{mutation.name}: expected once in {mutation.file}, found {text.count(mutation.before)} times: "
            f"{mutation.before!r}. Correct tools/mutation_list.py."
        )
    return text.replace(mutation.before, mutation.after)


def _line(trial: Trial) -> str:
    found = " ".join(each.strip() for each in trial.story[:2]) or f"MISSED {trial.error}"
    return f"{trial.seconds:5.1f} s  {trial.mutation.name:32}  {found}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
