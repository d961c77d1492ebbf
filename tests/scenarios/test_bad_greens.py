"""Greens that fail to launch, turn unhealthy, or are not clones of this tool: users stay on blue."""

import pytest

from tests.support.shop import sample_bundle
from tests.support.testbed import ScenarioTestbed


@pytest.mark.parametrize("ends", ["Ready", "Terminated"])
def test_a_green_that_fails_to_launch_is_removed_and_a_redrive_makes_a_new_one(
    testbed: ScenarioTestbed, ends: str
) -> None:
    """A launch without its bundle ends Terminated, one whose application does not start ends Ready."""
    shop = testbed.open_shop()
    bundle = {"Bucket": testbed.artifacts, "Key": f"{shop.name}/v1.zip"}
    if ends == "Ready":
        testbed.s3.put_object(**bundle, Body=sample_bundle("does_not_start"))
    else:
        testbed.s3.delete_object(**bundle)
    with shop.traffic() as traffic:
        release = shop.release("v2")
        versions_then = shop.versions
        testbed.s3.put_object(**bundle, Body=sample_bundle("v1"))
        redriven = testbed.redrive(release)
    assert (release.status, release.error, release.failed_in) == ("FAILED", "LaunchFailedError", "AwaitGreen")
    problem = "Command failed on instance" if ends == "Ready" else "Unable to download from S3 location"
    assert problem in release.cause
    assert f"{shop.blue} serves on" in release.cause
    assert versions_then == {shop.blue: "v1"}
    (message,) = testbed.mailbox.about(release.arn)
    if ends == "Ready":
        assert f"{shop.green}, half-made, is being terminated" in message.text
        assert f"  > {shop.green}: Instance deployment failed." in message.text
    else:
        assert "Terminat" in release.cause
        assert "Failed to launch environment." in release.cause
    assert f"Users are served by: {shop.blue}" in message.text
    assert redriven.status == "SUCCEEDED", redriven.cause
    assert traffic.failed == []
    assert shop.versions == {shop.blue: "v2"}


def test_a_green_that_takes_longer_than_its_time_out_is_removed_when_it_is_up(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        with testbed.durations(launch=500):
            release = shop.release("v2", timeouts={"clone_blue": 250})
        versions_then = shop.versions
        redriven = testbed.redrive(release)
    assert (release.error, release.failed_in) == ("WaitTimedOutError", "AwaitGreen")
    assert f"{shop.green} to be Ready with v1, within 250 seconds" in release.cause
    assert "Launching" in release.cause
    assert versions_then == {shop.blue: "v1"}
    assert redriven.status == "SUCCEEDED", redriven.cause
    assert traffic.failed == []
    assert shop.versions == {shop.blue: "v2"}


def test_a_green_that_turns_unhealthy_before_the_swap_gets_no_users(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    shop.register("does_not_start")
    with shop.traffic() as traffic:
        with testbed.held("swap_traffic"):
            arn = shop.started("SwapToGreen", timeouts={"swap_traffic": 60})
            shop.deploy(shop.green, "does_not_start")
        release = testbed.follow(arn)
        versions_then = shop.versions
        redriven = testbed.redrive(release)
    assert (release.error, release.failed_in) == ("WaitTimedOutError", "SwapToGreen")
    assert f"{shop.green} to be healthy" in release.cause
    assert "Severe" in release.cause
    assert versions_then == {shop.blue: "v1"}
    assert redriven.status == "SUCCEEDED", redriven.cause
    assert traffic.failed == []
    assert traffic.served_by == [f"{shop.blue}/v1", f"{shop.green}/v1", f"{shop.blue}/v2"]
    assert shop.versions == {shop.blue: "v2"}


def test_an_environment_with_greens_name_that_is_no_clone_is_left_alone(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        with testbed.held("clone_blue"):
            arn = shop.started("CloneBlue")
            shop.launch(shop.green, "v1")
        release = testbed.follow(arn)
        assert shop.versions == {shop.blue: "v1", shop.green: "v1"}
        assert "terminateEnvironment" not in testbed.acts_on(shop)
        testbed.beanstalk.terminate_environment(EnvironmentName=shop.green)
        redriven = testbed.redrive(release)
    assert (release.error, release.failed_in) == ("UnexpectedEnvironmentError", "CloneBlue")
    assert f"{shop.green} to be a clone of {shop.blue} that this tool made" in release.cause
    assert "It was left alone" in release.cause
    assert redriven.status == "SUCCEEDED", redriven.cause
    assert traffic.failed == []
    assert shop.versions == {shop.blue: "v2"}


def test_a_green_that_an_aborted_release_left_over_is_used_by_the_next(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    shop.register("v3")
    with shop.traffic() as traffic:
        with testbed.held("await_green"):
            testbed.abort(shop.started("AwaitGreen", "v2"))
        release = shop.release("v3")
    assert release.status == "SUCCEEDED", release.cause
    assert testbed.acts_on(shop).count("createEnvironment") == 2, "blue itself, and one green"
    assert traffic.failed == []
    assert traffic.last_served_by == [f"{shop.blue}/v3"]
    assert shop.versions == {shop.blue: "v3"}
