"""The failure branch: users end on a version known to be good, people are told, and a redrive resumes."""

import json
from dataclasses import replace

import pytest

from lambdas.deployment import Deployment
from lambdas.errors import EnvironmentNotReadyError
from lambdas.failure import Failure, Outcome, notification
from lambdas.recovery import recover
from lambdas.stages.hold_for_redrive import hold_for_redrive
from tests.support import source_bundles
from tests.unit.lambdas.conftest import EXECUTION, Release, eventually

PRODUCTION = "shop.us-east-1.elasticbeanstalk.com"
CAUSE = json.dumps({"errorMessage": "Expected this. Found that. Do so.", "errorType": "SomeError", "stackTrace": []})


def failed_in(state: str, redrives: int = 0) -> Failure:
    return Failure(state, "SomeError", CAUSE, redrives)


def kept(release: Release, deployment: Deployment, state: str) -> Outcome:
    return eventually(lambda: recover(deployment, failed_in(state), release.beanstalk))


def holder(release: Release) -> str:
    (name,) = [each.name for each in release.beanstalk.environments_in("shop") if each.cname == PRODUCTION]
    return name


@pytest.mark.parametrize("state", ["CloneBlue", "AwaitGreen", "SwapToGreen", "AwaitGreenLive"])
def test_before_traffic_moved_the_half_made_green_goes_and_blue_serves_on(release: Release, state: str) -> None:
    deployment = release.clone(release.plan())
    outcome = kept(release, deployment, state)
    assert holder(release) == "shop-prod"
    assert not release.stands("shop-prod-green")
    assert "shop-prod-green" in (outcome.done or "")
    assert release.beanstalk.configuration_description("shop", deployment.config_template) is None


def test_a_green_whose_id_was_lost_with_the_answer_is_found_by_its_name(release: Release) -> None:
    deployment = release.plan()
    release.clone(deployment)
    kept(release, deployment, "CloneBlue")
    assert not release.stands("shop-prod-green")


def test_a_saved_configuration_without_a_green_goes(release: Release) -> None:
    deployment = release.plan()
    release.beanstalk.save_configuration(
        release.look("shop-prod"), deployment.config_template, "made by beanstalk-bluegreen for release-v2"
    )
    kept(release, deployment, "CloneBlue")
    assert release.beanstalk.configuration_description("shop", deployment.config_template) is None


def test_a_saved_configuration_of_somebody_else_is_left_alone(release: Release) -> None:
    deployment = replace(release.plan(), config_template="theirs")
    release.beanstalk.save_configuration(release.look("shop-prod"), "theirs", "do not touch")
    kept(release, deployment, "CloneBlue")
    assert release.beanstalk.configuration_description("shop", "theirs") == "do not touch"


def test_an_environment_that_is_not_ours_is_left_alone(release: Release) -> None:
    release.account.healthy("shop-prod-green", VersionLabel="v1")
    kept(release, replace(release.plan(green="shop-other"), green="shop-prod-green"), "CloneBlue")
    assert release.stands("shop-prod-green")


@pytest.mark.parametrize("state", ["DeployRelease", "AwaitRelease", "VerifyRelease", "AwaitApproval", "SwapToBlue"])
def test_once_blue_was_touched_green_serves_on_and_stays(release: Release, state: str) -> None:
    deployment = release.swapped(release.cloned(), "green")
    outcome = kept(release, deployment, state)
    assert holder(release) == "shop-prod-green"
    assert "shop-prod-green" in outcome.served_by
    assert release.calls("TerminateEnvironment") == 0


@pytest.mark.parametrize("state", ["AwaitBlueLive", "WatchRelease"])
def test_green_gets_the_users_back_from_a_blue_that_did_not_prove_itself(release: Release, state: str) -> None:
    deployment = release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    outcome = kept(release, deployment, state)
    assert holder(release) == "shop-prod-green"
    assert "v1" in outcome.served_by


def test_green_gets_the_users_back_once_although_the_branch_runs_again(release: Release) -> None:
    deployment = release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    for _ in range(3):
        kept(release, deployment, "WatchRelease")
    assert release.calls("SwapEnvironmentCNAMEs") == 3  # there, back, and there again


@pytest.mark.parametrize("state", ["TerminateGreen", "AwaitTermination"])
def test_a_blue_that_proved_itself_serves_on_and_what_is_left_over_is_named(release: Release, state: str) -> None:
    deployment = release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    outcome = kept(release, deployment, state)
    assert holder(release) == "shop-prod"
    assert "shop-prod-green" in (outcome.left_over or "")


def test_users_are_not_given_to_a_green_that_is_not_healthy(release: Release) -> None:
    deployment = release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    with pytest.raises(EnvironmentNotReadyError, match="to be healthy"):
        recover(replace(deployment, accepted_health=("Severe",)), failed_in("WatchRelease"), release.beanstalk)
    assert holder(release) == "shop-prod"


def test_a_rollback_that_fails_early_keeps_the_green_that_it_wanted_to_go_back_to(release: Release) -> None:
    release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    deployment = release.plan(mode="rollback", version=None, execution="back")
    kept(release, deployment, "SwapToGreen")
    assert release.stands("shop-prod-green")


def test_the_events_of_a_failed_deployment_are_passed_on(release: Release) -> None:
    release.account.version("bad", source_bundles.release(500))
    deployment = replace(release.swapped(release.cloned(), "green"), version="bad")
    release.deploy(deployment)
    release.account.until_status(deployment.blue_id, "Ready")
    outcome = kept(release, deployment, "AwaitRelease")
    assert any("Failed to deploy application" in event for event in outcome.events)


def test_the_notification_says_what_why_who_and_what_to_do(release: Release) -> None:
    outcome = Outcome(
        "shop-prod-green (e-1) Ready, Ok, running v1", left_over="shop-prod (e-2)", events=("shop-prod: x",)
    )
    said = notification(failed_in("AwaitRelease"), outcome, release.plan(), EXECUTION)
    assert said["subject"] == "The release of v2 onto shop-prod failed in AwaitRelease"
    for words in (
        "SomeError: Expected this. Found that. Do so.",
        "Users are served by: shop-prod-green (e-1)",
        "Left over: shop-prod (e-2)",
        "  > shop-prod: x",
        f"aws stepfunctions redrive-execution --execution-arn {EXECUTION}",
        f"https://console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/{EXECUTION}",
    ):
        assert words in said["message"]


def test_a_subject_fits_what_amazon_sns_takes(release: Release) -> None:
    deployment = replace(release.plan(), version="\u00fc\n" + "x" * 99)
    subject = notification(failed_in("Plan"), Outcome("nobody"), deployment, EXECUTION)["subject"]
    assert len(subject) <= 100
    assert subject.isascii()
    assert subject.isprintable()


def test_a_message_is_bounded_however_long_the_cause(release: Release) -> None:
    endless = Failure("Plan", "SomeError", "x" * 10**6, 0)
    assert len(notification(endless, Outcome("nobody"), None, EXECUTION)["message"]) <= 20_000


@pytest.mark.parametrize("error", ["DeploymentFailedError", "States.Timeout", "Rejected"])
def test_the_execution_fails_with_the_error_and_the_words_of_its_stage(error: str) -> None:
    with pytest.raises(Exception, match=r"Expected this\. Found that\. Do so\.") as raised:
        hold_for_redrive(Failure("AwaitRelease", error, CAUSE, 0), redrives=0)
    assert type(raised.value).__name__ == error


def test_a_redrive_after_the_failure_lets_the_release_resume() -> None:
    hold_for_redrive(failed_in("AwaitRelease", redrives=0), redrives=1)


def test_a_failure_after_a_redrive_fails_again() -> None:
    with pytest.raises(Exception, match="Expected this"):
        hold_for_redrive(failed_in("AwaitRelease", redrives=1), redrives=1)


def test_a_cause_that_is_no_json_is_passed_on_as_it_is() -> None:
    assert Failure("AwaitApproval", "Rejected", "not today", 0).message == "not today"
