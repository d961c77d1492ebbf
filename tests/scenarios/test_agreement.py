"""The simulator and the deployed machine do the same in the same schedule. `make campaign` compares many."""

from tests.support.testbed import ScenarioTestbed
from tools.agreement.comparison import disagreement, expected
from tools.agreement.deployed_machine import DeployedMachine
from tools.agreement.placed_schedules import PlacedSchedule
from tools.agreement.simulated_machine import simulated_machine

SCHEDULE = (
    "deploy SwapToGreen/elastic-beanstalk.SwapEnvironmentCNAMEs/1:reset_after AwaitRelease/s3.GetObject/1:abort_redrive"
)
"""A swap whose answer is lost; then a person aborts the release, and redrives it. It does not depend on seconds."""


def test_the_simulator_and_the_deployed_machine_agree(testbed: ScenarioTestbed) -> None:
    with simulated_machine() as machine:
        simulated = expected(machine, PlacedSchedule.from_text(SCHEDULE))
    assert simulated.trace is not None
    assert simulated.trace.executions[0].ends == ("ABORTED", "SUCCEEDED deployed")
    assert disagreement(simulated, DeployedMachine(testbed)) == []
