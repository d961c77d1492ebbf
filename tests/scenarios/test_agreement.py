"""The simulator and the deployed machine do the same in the same schedule. `make agree` compares many."""

from tests.support.testbed import ScenarioTestbed
from tools.agreement.comparison import disagreement, expected
from tools.agreement.deployed_machine import DeployedMachine
from tools.agreement.placed_schedules import PlacedSchedule
from tools.agreement.simulated_machine import simulated_machine

SCHEDULE = (
    "full SwapToGreen/elastic-beanstalk.SwapEnvironmentCNAMEs/1:reset_after"
    " DrainBlue/elastic-beanstalk.DescribeEnvironments/1:sick/green"
)
"""A swap whose answer is lost, then a green that turns sick while it serves: all is undone."""


def test_the_simulator_and_the_deployed_machine_agree(testbed: ScenarioTestbed) -> None:
    with simulated_machine() as machine:
        simulated = expected(machine, PlacedSchedule.from_text(SCHEDULE))
    assert simulated.trace is not None
    assert simulated.trace.executions[0].ends == ("FAILED GreenUnhealthyError",)
    assert disagreement(simulated, DeployedMachine(testbed)) == []
