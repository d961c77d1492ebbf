"""What is drawn has a meaning in the simulator and on the deployed machine, and the same seed draws the same."""

from collections.abc import Iterator

import pytest

from tools.agreement.drawing import drawn
from tools.agreement.placed_schedules import PlacedSchedule
from tools.agreement.simulated_machine import SimulatedMachine, simulated_machine


@pytest.fixture(scope="module")
def machine() -> Iterator[SimulatedMachine]:
    with simulated_machine() as machine:
        yield machine


def test_what_is_drawn_happens_in_the_simulator_and_is_always_the_same(machine: SimulatedMachine) -> None:
    schedules = [drawn(machine, 3, number) for number in range(1, 5)]
    assert schedules == [drawn(machine, 3, number) for number in range(1, 5)]
    for schedule in schedules:
        assert machine.play(schedule) is not None


def test_a_trace_has_the_states_acts_and_ends_of_all_executions(machine: SimulatedMachine) -> None:
    released = machine.play(PlacedSchedule.from_text("deploy AwaitGreen/s3.GetObject/1:abort_redrive"))
    assert released is not None
    (execution,) = released.trace.executions
    assert execution.states[:5] == ("Plan", "WhereToStart", "GreenServes", "CloneBlue", "AwaitGreen")
    assert execution.acts[:3] == (
        "Plan s3.PutObject record",
        "CloneBlue elasticbeanstalk.CreateConfigurationTemplate blue",
        "CloneBlue elasticbeanstalk.CreateEnvironment green v1",
    )
    assert execution.ends == ("ABORTED", "SUCCEEDED deployed")
    assert released.trace.standing == ("blue v2", "green v1 serves", "saved configurations: 1")
    assert "AwaitGreen" in released.waiting


def test_a_call_that_the_simulated_release_does_not_make_is_told(machine: SimulatedMachine) -> None:
    assert machine.play(PlacedSchedule.from_text("full Plan/s3.GetObject/99:throttle")) is None
