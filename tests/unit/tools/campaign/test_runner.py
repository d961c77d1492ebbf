"""A runner that is stopped says that it has left runs."""

from tools.campaign.plan import RunPlan
from tools.campaign.runner import Runner


def test_a_runner_that_is_stopped_before_its_last_run_is_not_complete() -> None:
    runner = Runner((), [RunPlan("left")], seed=7)
    runner.start()
    runner.stop()
    assert not runner.complete
    assert Runner((), (), seed=7).complete
