"""The lock: executions on one blue environment never interleave."""

from tests.support.approvals import approve, question
from tests.support.testbed import ScenarioTestbed


def test_of_two_executions_at_once_one_runs_and_the_other_is_refused_with_its_name(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    shop.register("v3")
    with shop.traffic() as traffic:
        both = [shop.start("v2"), shop.start("v3")]
        ends = [testbed.follow(arn) for arn in both]
    winner, loser = sorted(ends, key=lambda release: release.status, reverse=True)
    assert winner.status == "SUCCEEDED", winner.cause
    assert (loser.status, loser.error, loser.states) == ("FAILED", "ReleaseRefusedError", ["Plan"])
    assert f"{winner.arn}, which is RUNNING" in loser.cause
    assert loser.entered("HoldForRedrive") < winner.entered("TerminateGreen")
    assert traffic.failed == []
    assert shop.versions == {shop.blue: winner.outcome.output["version"]}


def test_of_many_executions_at_once_exactly_one_runs(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        # The one that runs waits for approval, so it still runs when the others read the record.
        arns = [shop.start("v2", approval=True) for _ in range(5)]
        testbed.until(lambda: sum(testbed.running(arn) for arn in arns) == 1, "only one to go on")
        (winner,) = filter(testbed.running, arns)
        approve(testbed, question(testbed, winner))
        ends = [testbed.follow(arn) for arn in arns]
    assert sorted(release.status for release in ends) == ["FAILED"] * 4 + ["SUCCEEDED"]
    assert [release.states for release in ends if release.status == "FAILED"] == [["Plan"]] * 4
    assert traffic.failed == []
    assert testbed.acts_on(shop).count("createEnvironment") == 2  # blue itself, and one green
    assert shop.versions == {shop.blue: "v2"}


def test_a_rollback_while_another_execution_holds_the_environment_is_refused_until_that_is_stopped(
    testbed: ScenarioTestbed,
) -> None:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        with testbed.held("await_release"):
            arn = shop.started("AwaitRelease")
            refused = shop.release(None, mode="rollback")
            testbed.abort(arn)
        rolled_back = shop.release(None, mode="rollback")
    assert (refused.error, refused.states) == ("ReleaseRefusedError", ["Plan"])
    assert f"{arn}, which is RUNNING" in refused.cause
    assert "stop it" in refused.cause
    assert rolled_back.status == "SUCCEEDED", rolled_back.cause
    assert traffic.failed == []
    assert traffic.last_served_by == [f"{shop.blue}/v1"]
    assert shop.versions == {shop.blue: "v1"}


def test_an_aborted_execution_that_lost_the_lock_changes_nothing_after_a_redrive(
    testbed: ScenarioTestbed,
) -> None:
    shop = testbed.open_shop()
    shop.register("v3")
    with shop.traffic() as traffic:
        aborted = testbed.abort(shop.started("DrainBlue", "v2", drain_seconds=400))
        overtaking = shop.start("v3")
        testbed.until_in(overtaking, "DeployRelease")
        redriven = testbed.redrive(aborted)
        overtaken = testbed.follow(overtaking)
    assert (redriven.status, redriven.error) == ("FAILED", "LockLostError"), "in DrainBlue, where it was aborted"
    assert f"Found {overtaking}" in redriven.cause
    assert overtaken.status == "SUCCEEDED", overtaken.cause
    assert traffic.failed == []
    assert f"{shop.blue}/v3" in traffic.served_by


def test_an_execution_that_lost_the_lock_notifies_that_it_changed_nothing(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    shop.register("v3")
    aborted = testbed.abort(shop.started("DrainBlue", "v2", drain_seconds=400))
    assert shop.release("v3").status == "SUCCEEDED"
    redriven = testbed.redrive(aborted)
    assert redriven.error == "LockLostError"
    (message,) = [message for message in testbed.mailbox.about(aborted.arn) if "failed in" in message.subject]
    assert "this execution touched nothing more" in message.text
    assert shop.versions == {shop.blue: "v3"}
