"""People interfere with a release: they answer, deploy and redrive as nobody planned."""

from tests.support.approvals import approve, question, token
from tests.support.testbed import ScenarioTestbed


def test_users_get_only_what_was_tested_whatever_people_do(testbed: ScenarioTestbed) -> None:
    """An odd rejection, a hotfix onto blue while people decide, and a redrive after another release was made."""
    shop = testbed.open_shop()
    shop.register("v3")
    with shop.traffic() as traffic:
        # Any name of an error rejects at once: HoldForRedrive has no Retry for it.
        first = shop.start("v2", approval=True)
        answer = token(question(testbed, first))
        testbed.states.send_task_failure(taskToken=answer, error="EnvironmentNotReadyError", cause="not yet")
        rejected = testbed.follow(first)
        assert (rejected.status, rejected.error) == ("FAILED", "EnvironmentNotReadyError")

        # So the environment is free. A hotfix, deployed while people decide, gets no users.
        second = shop.start("v2", approval=True)
        asked = question(testbed, second)
        shop.deploy(shop.blue, "v3")
        approve(testbed, asked)
        changed = testbed.follow(second)
        assert (changed.error, changed.failed_in) == ("UnexpectedEnvironmentError", "SwapToBlue")
        assert f"{shop.blue} to be as it was tested, with v2" in changed.cause
        assert "Somebody deployed onto it or changed it" in changed.cause
        assert traffic.last_served_by == [f"{shop.green}/v1"]

        # A redrive deploys and tests again.
        testbed.redriven(second)
        approve(testbed, question(testbed, second, number=2))
        released = testbed.follow(second)
        assert released.status == "SUCCEEDED", released.cause

        # The first execution was overtaken.
        overtaken = testbed.redrive(rejected)
        assert (overtaken.error, overtaken.states[-1]) == ("ReleaseRefusedError", "Plan")
        assert f"{second}, started at" in overtaken.cause
        assert "which released v2" in overtaken.cause
    assert traffic.failed == []
    assert not any(served.endswith("/v3") for served in traffic.served_by)
    assert shop.versions == {shop.blue: "v2"}
