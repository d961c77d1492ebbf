"""The time-out of the state machine, which no Catch sees: users are served, a notification comes, a redrive works."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.approvals import approve, question
from tests.support.testbed import ScenarioTestbed


@contextmanager
def machine_time_out(testbed: ScenarioTestbed, seconds: int) -> Iterator[None]:
    """Give executions that start while the block runs so many account seconds."""
    deployed = testbed.states.describe_state_machine(stateMachineArn=testbed.machine)["definition"]
    shortened = json.dumps({**json.loads(deployed), "TimeoutSeconds": seconds})
    testbed.states.update_state_machine(stateMachineArn=testbed.machine, definition=shortened)
    try:
        yield
    finally:
        testbed.states.update_state_machine(stateMachineArn=testbed.machine, definition=deployed)


def test_an_execution_that_runs_out_of_time_leaves_green_live_and_goes_on_redriven(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        assert shop.release("v2", mode="deploy").status == "SUCCEEDED"
        with machine_time_out(testbed, 400):
            arn = shop.start("v2", mode="cutover", approval=True)
        timed_out = testbed.follow(arn)
        served_then = traffic.last_served_by
        testbed.states.redrive_execution(executionArn=arn)
        approve(testbed, question(testbed, arn, 2))
        redriven = testbed.follow(arn)
    assert (timed_out.status, timed_out.states[-1]) == ("TIMED_OUT", "AwaitApproval")
    assert served_then == [f"{shop.green}/v1"]
    assert any("ended TIMED_OUT. Nothing was cleaned up" in message.text for message in testbed.mailbox.about(arn))
    assert redriven.status == "SUCCEEDED", redriven.cause
    assert traffic.failed == []
    assert shop.versions == {shop.blue: "v2"}
