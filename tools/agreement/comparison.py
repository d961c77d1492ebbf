"""Compares one schedule: what the simulator did, and what the deployed machine does."""

from dataclasses import dataclass

from rehearsal.wait import WaitLimitError
from tools.agreement.deployed_machine import DeployedMachine
from tools.agreement.placed_schedules import PlacedSchedule
from tools.agreement.simulated_machine import SimulatedMachine
from tools.agreement.traces import ReleaseTrace, differences


@dataclass(frozen=True)
class Expected:
    """A schedule, and what the simulator did; None when the simulated release makes no such call."""

    schedule: PlacedSchedule
    trace: ReleaseTrace | None


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
