"""What a cold start costs: the import time of each handler, the size of code and layer. `make measure` prints it.

Import time is what a handler takes over importing boto3 and making its clients, in the account's own Python, with the
layer on its path as in Lambda; the median of several processes. The limits are 120 ms and 3 MB zipped.

The limit is for what is imported. Where Python may not keep byte code, as in a layer, which is read-only, it compiles
each module at every cold start; that time stands beside it, and is mostly the libraries'.
"""

import io
import os
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from infra.layer import layer_folder
from infra.stage_permissions import STAGES

PYTHON = ".venv-emulator/bin/python"
RUNS = 7
MOST_MILLISECONDS = 120
MOST_BYTES = 3_000_000

CLIENTS = "import boto3; boto3.client('elasticbeanstalk'); boto3.client('cloudwatch')"
TIMED = "import time; {before}; start = time.perf_counter(); import {module}; print(time.perf_counter() - start)"


def import_milliseconds(module: str, byte_code: Mapping[str, str]) -> float:
    """The median of several processes; `byte_code`: Python's environment variables that say where that is kept."""
    environment = {
        "AWS_DEFAULT_REGION": "us-east-1",
        "PATH": os.defpath,
        "PYTHONPATH": f"{layer_folder()}/python:.",
        **byte_code,
    }
    command = [PYTHON, "-c", TIMED.format(before=CLIENTS, module=module)]
    times = [
        float(subprocess.run(command, env=environment, check=True, capture_output=True).stdout) for _ in range(1 + RUNS)
    ]
    return statistics.median(times[1:]) * 1000  # the first one fills the caches


def zipped(folder: Path) -> int:
    """Bytes of the folder as a deflated zip, without byte code."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                file.write(path, path.relative_to(folder))
    return len(archive.getvalue())


def main() -> int:
    slow = []
    with tempfile.TemporaryDirectory() as cache:
        for name in STAGES:
            module = f"lambdas.stages.{name}"
            milliseconds = import_milliseconds(module, {"PYTHONPYCACHEPREFIX": cache})
            compiling = import_milliseconds(module, {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": os.devnull})
            slow += [name] if milliseconds > MOST_MILLISECONDS else []
            print(f"import  {name:20} {milliseconds:6.0f} ms  {compiling:6.0f} ms with compiling", flush=True)
    sizes = {"code": zipped(Path("lambdas")), "layer": zipped(layer_folder())}
    for name, size in sizes.items():
        print(f"zipped  {name:20} {size / 1e6:6.2f} MB")
    if slow or sum(sizes.values()) > MOST_BYTES:
        print(f"Expected at most {MOST_MILLISECONDS} ms and {MOST_BYTES / 1e6:g} MB. Found more: {slow}, {sizes}.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
