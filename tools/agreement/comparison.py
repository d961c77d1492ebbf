"""Compares schedules: what the simulator did, and what the deployed machine does."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rehearsal.account.account import Account
from rehearsal.report.progress import Progress
from rehearsal.testbed import Testbed, synthesize
from rehearsal.wait import WaitLimitError
from tools.agreement.deployed_machine import DeployedMachine
from tools.agreement.drawing import drawn
from tools.agreement.placed_schedules import PlacedSchedule
from tools.agreement.simulated_machine import SimulatedMachine, simulated_machine
from tools.agreement.traces import ReleaseTrace, differences

SCALE: Final = 0.02
"""A release takes 10 to 20 real seconds. On a faster clock, functions take too many of the account's seconds."""


@dataclass(frozen=True)
class Expected:
    """A schedule, and what the simulator did; None when the simulated release makes no such call."""

    schedule: PlacedSchedule
    trace: ReleaseTrace | None


@dataclass(frozen=True)
class Comparison:
    """A schedule that both have played. `differences`: lines, none when they agree. `seconds`: real ones."""

    schedule: PlacedSchedule
    differences: Sequence[str]
    seconds: float


def compared(
    folder: Path, progress: Progress, seed: int, numbers: Sequence[int], play: PlacedSchedule | None = None
) -> Iterator[Comparison]:
    """Play the schedules of these numbers, or `play`, and yield what was found, one by one.

    First all are played in the simulator; then an account is started for the others. `folder` gets its files.
    """
    if not numbers and play is None:
        return
    with progress.step("play the schedules in the simulator"), simulated_machine() as machine:
        schedules = [play] if play else [drawn(machine, seed, number) for number in numbers]
        simulated = [expected(machine, each) for each in schedules]
    with Account(scale=SCALE, home=folder / "account") as account:
        with progress.step("deploy the stack into an account on this machine"):
            testbed = Testbed.deploy(account, folder, synthesize(folder))
        deployed = DeployedMachine(testbed)
        for each in simulated:
            began = time.monotonic()
            found = disagreement(each, deployed)
            yield Comparison(each.schedule, found, time.monotonic() - began)


def expected(machine: SimulatedMachine, schedule: PlacedSchedule) -> Expected:
    """Play a schedule in the simulator."""
    released = machine.play(schedule)
    return Expected(schedule, released.trace if released else None)


def disagreement(simulated: Expected, machine: DeployedMachine) -> list[str]:
    """Play the schedule on the deployed machine; return what differs, in lines."""
    if simulated.trace is None:
        return ["simulated: the release makes no such call"]
    try:
        trace, missed = machine.play(simulated.schedule)
    except WaitLimitError as error:
        return [f"deployed: {error}"]
    return [*(f"deployed: no such call: {each}" for each in missed), *differences(simulated.trace, trace)]
