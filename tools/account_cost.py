"""Measure what an idle account costs, beside another checkout's: memory an environment and processor time.

`python -m tools.account_cost ../main` runs both accounts at the same time, so that the machine's other work meets both,
and prints this checkout's figures, the other's and their ratio. The first environment counts to the server: with it,
the server loads what all environments share. Linux only: it reads /proc.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from emulator.identity import ACCESS_KEY, REGION, SECRET_KEY
from rehearsal.account.control import Control

SERVER = ".venv-emulator/bin/python"
ENVIRONMENTS = 12
SETTLE_SECONDS = 10.0
IDLE_SECONDS = 60.0
LIMIT_SECONDS = 60.0
QUICK = {"launch": 5, "in_service": 5, "health": 10}
"""Durations in account seconds."""


@dataclass(frozen=True)
class Cost:
    """What an account costs: megabytes, and milliseconds of processor time each real second."""

    server_memory: float
    memory_per_environment: float
    application_memory: float
    processor: float

    def lines(self, other: "Cost") -> list[str]:
        """Return a line for each figure, with that of another account and their ratio."""
        names = {
            "server_memory": "MB of the server with one environment",
            "memory_per_environment": "MB of the server for each further environment",
            "application_memory": "MB of the application for each environment",
            "processor": "ms a second of all processes, idle",
        }
        figures = [(getattr(self, name), getattr(other, name), text) for name, text in names.items()]
        return [f"{here:8.2f} {there:8.2f} {_ratio(here, there)}  {text}" for here, there, text in figures]


class MeasuredAccount:
    """An account that runs from a checkout."""

    def __init__(self, checkout: Path, home: Path) -> None:
        self.process = subprocess.Popen(
            [checkout / SERVER, "-m", "emulator.server", "--port", "0", "--scale", "0.1", "--home", home, "--attached"],
            cwd=checkout,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        ready = self.process.stdout.readline() if self.process.stdout else b""
        self.url: str = json.loads(ready)["url"]
        self._client = boto3.client(
            "elasticbeanstalk",
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
        )

    def prepare(self) -> None:
        """Make the application, and let environments be quick."""
        Control(self.url).set_durations(QUICK)
        self._client.create_application(ApplicationName="shop")

    def launch(self, numbers: Sequence[int]) -> None:
        """Launch environments of one instance, and return when all are Green."""
        stack = self._client.list_available_solution_stacks()["SolutionStacks"][0]
        for index in numbers:
            name = f"shop-{index}-prod"
            self._client.create_environment(ApplicationName="shop", EnvironmentName=name, SolutionStackName=stack)
        end = time.monotonic() + LIMIT_SECONDS
        while not self._all_green():
            if time.monotonic() > end:
                raise TimeoutError(f"Expected {len(numbers)} more Green environments in {LIMIT_SECONDS:g} s.")
            time.sleep(1)

    def memory(self) -> tuple[float, float]:
        """Return the megabytes of the server, and of all applications."""
        applications = sum(_megabytes(process) for process in descendants(self.process.pid))
        return _megabytes(self.process.pid), applications

    def processor_seconds(self) -> float:
        """Return the processor time of all processes that run."""
        return sum(_processor_seconds(process) for process in [self.process.pid, *descendants(self.process.pid)])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)

    def _all_green(self) -> bool:
        found: list[Any] = self._client.describe_environments()["Environments"]
        return all(environment["Health"] == "Green" for environment in found)


def measure(accounts: Sequence[MeasuredAccount], environments: int) -> list[Cost]:
    """Return the cost of each account; all idle at the same time."""
    for account in accounts:
        account.prepare()
        account.launch([0])
    time.sleep(SETTLE_SECONDS)
    before = [account.memory() for account in accounts]
    for account in accounts:
        account.launch(range(1, environments + 1))
    time.sleep(SETTLE_SECONDS)
    began = [account.processor_seconds() for account in accounts]
    time.sleep(IDLE_SECONDS)
    used = [account.processor_seconds() - start for account, start in zip(accounts, began, strict=True)]
    after = [account.memory() for account in accounts]
    return [
        Cost(first, (server - first) / environments, (all_ - one) / environments, seconds / IDLE_SECONDS * 1000)
        for (first, one), (server, all_), seconds in zip(before, after, used, strict=True)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.account_cost", description=__doc__, allow_abbrev=False)
    parser.add_argument("against", type=Path, help="another checkout, with its .venv-emulator")
    parser.add_argument("--environments", type=int, default=ENVIRONMENTS, help="default: %(default)s")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        folders = [Path.cwd(), options.against.resolve()]
        accounts = [MeasuredAccount(folder, Path(home) / str(index)) for index, folder in enumerate(folders)]
        try:
            own, other = measure(accounts, options.environments)
        finally:
            for account in accounts:
                account.stop()
    print("    here    there  ratio", *own.lines(other), sep="\n")


def _megabytes(process: int) -> float:
    """Return the memory of a process: its own, and its share of what it shares."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024


def _processor_seconds(process: int) -> float:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def descendants(process: int) -> list[int]:
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # has ended meanwhile
    found, new = [], [process]
    while new:
        new = [child for child, parent in parents.items() if parent in new]
        found += new
    return found


def _ratio(here: float, there: float) -> str:
    return f"{here / there:6.2f}" if there else "     -"


if __name__ == "__main__":
    main()
