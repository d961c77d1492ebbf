"""Each stage looks, then acts only if needed; each may run twice, at any moment, with no harm."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lambdas.deployment import SourceBundle
from lambdas.errors import (
    DeploymentFailedError,
    EnvironmentNotReadyError,
    LaunchFailedError,
    RegistrationFailedError,
    ReleaseUnhealthyError,
    UnexpectedEnvironmentError,
)
from lambdas.stages import (
    await_green,
    await_registration,
    await_release,
    await_termination,
    await_traffic,
    register_release,
    watch_release,
)
from tests.support import source_bundles
from tests.support.beanstalk import BUCKET
from tests.unit.lambdas.conftest import FakeAlarms, Release, eventually, visit

PRODUCTION = "shop.us-east-1.elasticbeanstalk.com"


# --- RegisterRelease, AwaitRegistration


def test_a_bundle_becomes_a_processed_version_once(release: Release) -> None:
    release.account.objects[f"/{BUCKET}/v3.zip"] = source_bundles.release()
    deployment = replace(release.plan(), version="v3", source_bundle=SourceBundle(BUCKET, "v3.zip"))
    for _ in range(2):
        register_release.register_release(deployment, release.beanstalk)
    eventually(lambda: await_registration.await_registration(deployment, release.beanstalk))
    assert release.calls("CreateApplicationVersion") == 3  # v1, v2 and this one


def test_a_label_that_stands_for_another_bundle_is_not_reused(release: Release) -> None:
    deployment = replace(release.plan(), source_bundle=SourceBundle(BUCKET, "another.zip"))
    with pytest.raises(UnexpectedEnvironmentError, match=r"v2\.zip"):
        register_release.register_release(deployment, release.beanstalk)


def test_a_bundle_that_is_no_zip_ends_the_release(release: Release) -> None:
    release.account.objects[f"/{BUCKET}/v3.zip"] = b"no zip"
    deployment = replace(release.plan(), version="v3", source_bundle=SourceBundle(BUCKET, "v3.zip"))
    register_release.register_release(deployment, release.beanstalk)
    with pytest.raises(RegistrationFailedError):
        eventually(lambda: await_registration.await_registration(deployment, release.beanstalk))


# --- CloneBlue, AwaitGreen


def test_green_is_a_clone_of_blue_with_its_version_and_tags(release: Release) -> None:
    deployment = release.cloned()
    green = release.look("shop-prod-green")
    assert green.version == "v1"
    assert green.id == deployment.green_id
    assert release.beanstalk.tags(green) == {
        "team": "checkout",
        "bluegreen:blue": "shop-prod",
        "bluegreen:production-cname": PRODUCTION,
        "bluegreen:config-template": "bluegreen-release-v2",
        "bluegreen:execution": "release-v2",
    }
    assert release.look("shop-prod").cname == PRODUCTION, "blue serves"


def test_cloning_twice_makes_one_green(release: Release) -> None:
    deployment = release.plan()
    first = release.clone(deployment)
    second = release.clone(deployment)
    assert first.green_id == second.green_id
    assert release.calls("CreateEnvironment") == 2  # shop-prod and green


def test_cloning_goes_on_after_it_died_between_its_two_calls(release: Release) -> None:
    deployment = release.plan()
    description = "made by beanstalk-bluegreen for release-v2"
    release.beanstalk.save_configuration(release.look("shop-prod"), deployment.config_template, description)
    assert release.clone(deployment).green_id


def test_a_saved_configuration_of_an_earlier_execution_is_made_anew(release: Release) -> None:
    deployment = replace(release.plan(), config_template="fixed")
    release.beanstalk.save_configuration(release.look("shop-prod"), "fixed", "made by beanstalk-bluegreen for v1")
    release.clone(deployment)
    assert release.beanstalk.configuration_description("shop", "fixed") == "made by beanstalk-bluegreen for release-v2"


def test_a_saved_configuration_of_somebody_else_is_left_alone(release: Release) -> None:
    deployment = replace(release.plan(), config_template="theirs")
    release.beanstalk.save_configuration(release.look("shop-prod"), "theirs", "do not touch")
    with pytest.raises(UnexpectedEnvironmentError, match="do not touch"):
        release.clone(deployment)
    assert release.beanstalk.configuration_description("shop", "theirs") == "do not touch"


def test_cloning_waits_while_the_name_is_being_given_up(release: Release) -> None:
    release.account.service.durations.set({"terminate": 300})
    release.account.healthy("shop-prod-green", VersionLabel="v1")
    release.account.client.terminate_environment(EnvironmentName="shop-prod-green")
    deployment = release.plan()
    with pytest.raises(EnvironmentNotReadyError):
        release.clone(deployment)
    assert eventually(lambda: release.clone(deployment)).green_id


def test_a_green_of_somebody_else_is_left_alone(release: Release) -> None:
    deployment = release.plan()
    release.account.healthy("shop-prod-green", VersionLabel="v1")
    with pytest.raises(UnexpectedEnvironmentError, match="that this tool made"):
        release.clone(deployment)


def test_a_green_that_comes_up_broken_ends_the_release_with_its_events(release: Release) -> None:
    release.account.version("bad", source_bundles.release(500))
    deployment = release.clone(replace(release.plan(), green_version="bad"))
    with pytest.raises(LaunchFailedError, match="with errors"):
        eventually(lambda: await_green.await_green(deployment, release.beanstalk))


def test_a_green_that_somebody_terminated_ends_the_release(release: Release) -> None:
    deployment = release.cloned()
    release.account.client.terminate_environment(EnvironmentId=deployment.green_id or "")
    with pytest.raises(UnexpectedEnvironmentError):
        await_green.await_green(deployment, release.beanstalk)


# --- SwapToGreen, SwapToBlue, AwaitGreenLive, AwaitBlueLive


def test_a_swap_gives_the_production_cname_to_green_and_back_to_blue(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    assert release.look("shop-prod-green").cname == PRODUCTION
    release.swapped(deployment, "blue")
    assert release.look("shop-prod").cname == PRODUCTION


def test_swapping_again_does_not_swap_back(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.swap(deployment, "green")
    assert release.look("shop-prod-green").cname == PRODUCTION
    assert release.calls("SwapEnvironmentCNAMEs") == 1


def test_swapping_again_while_the_first_swap_is_under_way_waits(release: Release) -> None:
    release.account.service.durations.set({"swap": 60})
    deployment = release.cloned()
    release.swap(deployment, "green")
    with pytest.raises(EnvironmentNotReadyError):
        release.swap(deployment, "green")
    with pytest.raises(EnvironmentNotReadyError):
        await_traffic.await_traffic(deployment, "green", datetime.now(UTC), release.beanstalk)
    release.swapped(deployment, "green")
    assert release.calls("SwapEnvironmentCNAMEs") == 1


def test_users_are_not_sent_to_an_environment_that_is_not_healthy(release: Release) -> None:
    deployment = release.cloned(accepted_health=["Ok", "Info"])
    with pytest.raises(EnvironmentNotReadyError, match="to be healthy"):
        release.swap(replace(deployment, accepted_health=("Severe",)), "green")
    assert release.calls("SwapEnvironmentCNAMEs") == 0


def test_a_production_cname_that_went_elsewhere_ends_the_release(release: Release) -> None:
    deployment = release.cloned()
    with pytest.raises(UnexpectedEnvironmentError, match="to hold gone"):
        release.swap(replace(deployment, production_cname="gone"), "green")


# --- DeployRelease, AwaitRelease


def test_a_version_is_deployed_onto_blue_once(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.deploy(deployment)
    release.deploy(deployment)
    eventually(lambda: await_release.await_release(deployment, release.beanstalk))
    release.deploy(deployment)
    assert release.look("shop-prod").version == "v2"
    assert release.calls("UpdateEnvironment") == 1


def test_nothing_is_deployed_onto_the_environment_that_serves(release: Release) -> None:
    deployment = release.cloned()
    with pytest.raises(UnexpectedEnvironmentError, match="not to serve users"):
        release.deploy(deployment)
    assert release.calls("UpdateEnvironment") == 0


def test_a_failed_deployment_is_told_from_the_events_although_blue_is_ready(release: Release) -> None:
    release.account.version("bad", source_bundles.release(500))
    deployment = replace(release.swapped(release.cloned(), "green"), version="bad")
    release.deploy(deployment)
    with pytest.raises(DeploymentFailedError, match="Failed to deploy application"):
        eventually(lambda: await_release.await_release(deployment, release.beanstalk))
    assert release.look("shop-prod").ready


def test_a_deployment_that_failed_is_tried_again_by_the_next_run(release: Release) -> None:
    release.account.version("bad", source_bundles.release(500))
    deployment = replace(release.swapped(release.cloned(), "green"), version="bad")
    release.deploy(deployment)
    release.account.until_status(deployment.blue_id, "Ready")
    release.deployed(replace(deployment, version="v2"))
    assert release.look("shop-prod").version == "v2"


def test_a_version_whose_update_was_aborted_is_deployed_again_although_the_label_went_back(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.account.service.durations.set({"update": 100})
    release.deploy(deployment)
    release.account.client.abort_environment_update(EnvironmentId=deployment.blue_id)
    release.account.until_status(deployment.blue_id, "Ready")
    assert release.look("shop-prod").version == "v1"
    release.account.service.durations.set({"update": 10})
    release.deployed(replace(deployment, version="v1"))
    assert release.calls("UpdateEnvironment") == 2


def test_a_failed_deployment_of_the_version_that_blue_is_labelled_with_already_is_told_from_the_events(
    release: Release,
) -> None:
    deployment = replace(release.swapped(release.cloned(), "green"), version="v1")
    release.account.objects.clear()
    release.beanstalk.deploy(release.look("shop-prod"), "v1")
    with pytest.raises(DeploymentFailedError, match="Unable to download from S3"):
        eventually(lambda: await_release.await_release(deployment, release.beanstalk))
    assert release.look("shop-prod").version == "v1"


def test_waiting_for_a_release_only_looks(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.deploy(deployment)
    writes = sum(count for action, count in release.account.service.calls.items() if not action.startswith("Describe"))
    eventually(lambda: await_release.await_release(deployment, release.beanstalk))
    assert writes == sum(
        count for action, count in release.account.service.calls.items() if not action.startswith("Describe")
    )


# --- WatchRelease


def test_watching_ends_when_its_time_is_over(release: Release) -> None:
    deployment = replace(release.swapped(release.cloned(), "green"), bake_seconds=600)
    start = datetime.now(UTC)

    def watch(seconds: int) -> object:
        now = (start + timedelta(seconds=seconds)).timestamp()
        return watch_release.watch_release(deployment, visit(since=start), now, release.beanstalk, FakeAlarms())

    with pytest.raises(EnvironmentNotReadyError, match="watched for 600 seconds"):
        watch(599)
    assert watch(600) == deployment


def test_an_alarm_ends_the_watching_at_once(release: Release) -> None:
    deployment = replace(release.cloned(), alarms=("errors", "latency"))
    with pytest.raises(ReleaseUnhealthyError, match="in ALARM: latency"):
        watch_release.watch_release(deployment, visit(), 0, release.beanstalk, FakeAlarms("latency"))


def test_an_unhealthy_blue_ends_the_watching_at_once(release: Release) -> None:
    deployment = replace(release.cloned(), accepted_health=("Severe",))
    with pytest.raises(ReleaseUnhealthyError, match="Green"):
        watch_release.watch_release(deployment, visit(), 0, release.beanstalk, FakeAlarms())


# --- TerminateGreen, AwaitTermination


def test_green_goes_with_its_saved_configuration(release: Release) -> None:
    deployment = release.cloned()
    release.terminate(deployment)
    release.terminate(deployment)
    release.terminated(deployment)
    assert release.beanstalk.environments("shop-prod-green") == []
    assert release.calls("TerminateEnvironment") == 1
    assert release.beanstalk.configuration_description("shop", "bluegreen-release-v2") is None


def test_green_is_not_taken_for_gone_where_blue_is_not_seen_either(release: Release) -> None:
    deployment = replace(release.plan(), blue_id="e-hidden", green_id="e-hiddentoo")
    with pytest.raises(UnexpectedEnvironmentError, match="whether the function's role may see it"):
        await_termination.await_termination(deployment, release.beanstalk)


def test_green_is_not_terminated_while_it_serves_users(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    with pytest.raises(UnexpectedEnvironmentError, match="not to serve users"):
        release.terminate(deployment)
    assert release.calls("TerminateEnvironment") == 0


def test_what_this_tool_did_not_make_is_not_terminated(release: Release) -> None:
    theirs = release.account.healthy("shop-theirs", VersionLabel="v1")
    with pytest.raises(UnexpectedEnvironmentError, match="that this tool made"):
        release.terminate(replace(release.plan(), green="shop-theirs", green_id=theirs))
    assert release.calls("TerminateEnvironment") == 0


def test_blue_is_never_terminated(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    with pytest.raises(UnexpectedEnvironmentError):
        release.terminate(replace(deployment, green_id=deployment.blue_id))
    assert release.calls("TerminateEnvironment") == 0
