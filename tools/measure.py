"""Measure what a cold start costs: the import time of each handler, and the size of code and layer (make measure).

Import time is processor time, so other programs on the machine do not count. Each process imports boto3 and makes two
clients, as Lambda's runtime and every handler do; that is the baseline. Then it imports the handler. A handler's cost
is the median of the ratios of the two, so a slow machine does not count either. The processes use the emulator's
Python with the layer on its path, as in Lambda.

The limits are for what a change to this project can cause: a ratio to the baseline, and bytes. The column "compiled"
is without byte code: a layer is read-only, so Python may have to compile each module at every cold start. Most of that
time is the libraries', so it has no limit.
"""

import io
import os
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.layer import layer_folder

PYTHON = ".venv-emulator/bin/python"
REPETITIONS = 7
REPETITIONS_COMPILED = 3
MAX_RATIO = 0.5
MAX_BYTES = 3_500_000

PROGRAM = """
from time import process_time
start = process_time()
import boto3
boto3.client('elasticbeanstalk')
boto3.client('cloudwatch')
between = process_time()
import {module}
print(between - start, process_time() - between)
"""


@dataclass(frozen=True)
class ImportTime:
    """Processor seconds of one process: for boto3 with two clients, and then for the handler."""

    baseline: float
    handler: float

    @property
    def ratio(self) -> float:
        return self.handler / self.baseline


def stage_modules() -> list[str]:
    """Return the names of the stages' modules, sorted."""
    files = sorted(Path("lambdas/stages").glob("*.py"))
    return [f"lambdas.stages.{file.stem}" for file in files if file.stem != "__init__"]


def import_time(module: str, byte_code: Mapping[str, str]) -> ImportTime:
    """Import the module in a new process. `byte_code`: the environment variables that tell Python where it is kept."""
    environment = {
        "AWS_DEFAULT_REGION": "us-east-1",
        "PATH": os.defpath,
        "PYTHONPATH": f"{layer_folder()}/python:.",
        **byte_code,
    }
    command = [PYTHON, "-c", PROGRAM.format(module=module)]
    printed = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    baseline, handler = map(float, printed.split())
    return ImportTime(baseline, handler)


def measure_all(modules: Sequence[str], byte_code: Mapping[str, str], repetitions: int) -> dict[str, list[ImportTime]]:
    """Measure every module once, then every module again, so that a disturbance does not meet one alone."""
    found: dict[str, list[ImportTime]] = {module: [] for module in modules}
    for _ in range(repetitions):
        for module in modules:
            found[module].append(import_time(module, byte_code))
    return found


def median_ratio(times: Sequence[ImportTime]) -> float:
    return statistics.median(each.ratio for each in times)


def milliseconds(times: Sequence[ImportTime]) -> float:
    return statistics.median(each.handler for each in times) * 1000


def zipped(folder: Path) -> int:
    """Return the bytes of the folder as a deflated zip, without byte code."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                file.write(path, path.relative_to(folder))
    return len(archive.getvalue())


def excesses(ratios: Mapping[str, float], sizes: Mapping[str, int]) -> list[str]:
    """Return what is over its limit, each with what to do; empty when nothing is."""
    found = [
        f"Expected the import of {module} to cost at most {MAX_RATIO:.0%} of boto3 with two clients, "
        f"found {ratio:.0%}. Find the import that costs it: python -X importtime -c 'import {module}'"
        for module, ratio in ratios.items()
        if ratio > MAX_RATIO
    ]
    if (total := sum(sizes.values())) > MAX_BYTES:
        found.append(
            f"Expected at most {MAX_BYTES / 1e6:g} MB zipped, found {total / 1e6:.2f}. "
            "Remove what no handler imports from lambdas/requirements.txt."
        )
    return found


def main() -> int:
    """Return 0 when nothing is over its limit."""
    modules = stage_modules()
    with tempfile.TemporaryDirectory() as cache:
        kept = {"PYTHONPYCACHEPREFIX": cache}
        measure_all(modules, kept, 1)  # compiles
        times = measure_all(modules, kept, REPETITIONS)
    compiled = measure_all(
        modules, {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": os.devnull}, REPETITIONS_COMPILED
    )
    baseline = statistics.median(each.baseline for one in times.values() for each in one)
    print(f"import  {'boto3, two clients':36} {baseline * 1000:6.0f} ms  (processor time)")
    for module in modules:
        print(
            f"import  {module:36} {milliseconds(times[module]):6.0f} ms  {median_ratio(times[module]):4.0%} of boto3"
            f"  {milliseconds(compiled[module]):6.0f} ms compiled"
        )
    sizes = {"code": zipped(Path("lambdas")), "layer": zipped(layer_folder())}
    for name, size in sizes.items():
        print(f"zipped  {name:36} {size / 1e6:6.2f} MB")
    found = excesses({module: median_ratio(one) for module, one in times.items()}, sizes)
    print("\n".join(found), end="\n" if found else "", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
