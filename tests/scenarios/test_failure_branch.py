"""The failure branch under faults: it swaps back once, and the execution keeps the first error."""

import pytest

from tests.support.testbed import ScenarioTestbed


@pytest.mark.parametrize("kind", ["reset_after", "kill_after"])
def test_the_swap_back_of_the_failure_branch_is_done_once_too(testbed: ScenarioTestbed, kind: str) -> None:
    shop = testbed.open_shop()
    alarm = f"{shop.name}-errors"
    testbed.set_alarm(alarm, "OK")
    fault = {"kind": kind, "service": "elasticbeanstalk", "action": "SwapEnvironmentCNAMEs", "call": 1}
    with shop.traffic() as traffic:
        arn = shop.started("WatchRelease", alarms=[alarm], bake_seconds=600)
        with testbed.faults(fault):
            testbed.set_alarm(alarm)
            release = testbed.follow(arn)
            struck = testbed.control.faults()[0]["struck"]
        testbed.until(lambda: traffic.last_served_by == [f"{shop.green}/v1"], "green to serve v1")
    assert (release.error, release.failed_in) == ("ReleaseUnhealthyError", "WatchRelease")
    assert struck == 1
    assert traffic.failed == []
    assert testbed.acts_on(shop).count("swapEnvironmentCNAMEs") == 3
    assert shop.environment(shop.green)["CNAME"] == shop.cname


def test_a_service_that_stays_unavailable_fails_the_release_and_a_redrive_goes_on(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    swap = {"kind": "error_before", "service": "elasticbeanstalk", "action": "SwapEnvironmentCNAMEs"}
    with shop.traffic() as traffic:
        with testbed.faults({**swap, "for_seconds": 100_000}):
            release = shop.release("v2")
        redriven = testbed.redrive(release)
    assert (release.error, release.failed_in) == ("WaitTimedOutError", "SwapToGreen")
    assert f"a swap to {shop.green} to show, or to be 90 seconds ago" in release.cause
    assert redriven.status == "SUCCEEDED", redriven.cause
    assert traffic.failed == []
    assert shop.versions == {shop.blue: "v2"}


def test_a_record_that_cannot_be_read_fails_the_release_before_it_acts(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        with testbed.faults({"kind": "error_before", "service": "s3", "for_seconds": 100_000}):
            release = shop.release("v2")
        redriven = testbed.redrive(release)
    assert (release.error, release.failed_in) == ("ServiceUnavailableError", "Plan")
    assert f"S3 to answer about s3://{testbed.records_bucket}/bluegreen/{shop.name}/{shop.blue}.json" in release.cause
    assert str(release.outcome.cause).startswith("Expected S3 to answer"), "plain words, not Lambda's JSON"
    assert redriven.status == "SUCCEEDED", redriven.cause
    assert traffic.failed == []


def test_a_failure_keeps_its_error_though_people_are_not_told_and_step_functions_takes_no_answer(
    testbed: ScenarioTestbed,
) -> None:
    shop = testbed.open_shop()
    sns = {"kind": "error_before", "service": "sns", "for_seconds": 100_000}
    answer = {"kind": "error_before", "service": "states", "action": "SendTaskFailure", "for_seconds": 100_000}
    with testbed.faults(sns, answer):
        release = shop.release("v9")
        struck = testbed.control.faults()[0]["struck"]
    assert (release.error, release.failed_in) == ("ReleaseRefusedError", "Plan")
    assert struck == 4, "a call and three retries"
    assert "stackTrace" in str(release.outcome.cause), "the function raises the error"
    assert testbed.mailbox.about(release.arn) == []


def test_a_failure_branch_that_fails_keeps_the_first_error(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    shop.register("does_not_start")
    branch = {"kind": "error_before", "service": "elasticbeanstalk", "function": testbed.functions["keep_green_live"]}
    with shop.traffic() as traffic:
        with testbed.faults({**branch, "for_seconds": 100_000}):
            release = shop.release("does_not_start")
        redriven = testbed.redrive(release)
    assert (release.error, release.failed_in) == ("DeploymentFailedError", "AwaitRelease")
    first, second = testbed.mailbox.about(release.arn)
    assert first.subject == "A release failed, and so did its failure branch"
    assert "DeploymentFailedError" in first.text
    assert "ServiceUnavailableError" in first.text
    assert redriven.error == "DeploymentFailedError"
    assert f"Users are served by: {shop.green}" in second.text
    assert traffic.failed == []
    assert traffic.last_served_by == [f"{shop.green}/v1"]
