"""CloneBlue launches one green, and leaves alone what this tool did not make."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.errors import EnvironmentNotReadyError, UnexpectedEnvironmentError
from lambdas.stages import clone_blue
from tests.support.stages import PRODUCTION, Release


def test_green_is_a_clone_of_blue_with_its_version_and_tags(release: Release) -> None:
    deployment = release.cloned()
    green = release.look("shop-prod-green")
    assert green.version == "v1"
    assert green.id == deployment.green_id
    assert release.beanstalk.tags(green) == {
        "team": "checkout",
        "bluegreen:blue": "shop-prod",
        "bluegreen:production-cname": PRODUCTION,
        "bluegreen:config-template": deployment.config_template,
        "bluegreen:execution": "release-v2",
    }
    assert release.look("shop-prod").cname == PRODUCTION, "blue serves"


def test_cloning_twice_makes_one_green(release: Release) -> None:
    deployment = release.plan()
    first = release.clone(deployment)
    second = release.clone(deployment)
    assert first.green_id == second.green_id
    assert release.calls("CreateEnvironment") == 2  # shop-prod and green


def test_cloning_again_after_the_first_of_its_two_calls_goes_on(release: Release) -> None:
    deployment = release.plan()
    description = "made by beanstalk-bluegreen for release-v2"
    release.beanstalk.save_configuration(release.look("shop-prod"), deployment.config_template, description)
    assert release.clone(deployment).green_id


def test_cloning_waits_while_an_environment_of_that_name_terminates(release: Release) -> None:
    release.account.service.durations.set({"terminate": 300})
    release.account.healthy("shop-prod-green", VersionLabel="v1")
    release.account.client.terminate_environment(EnvironmentName="shop-prod-green")
    deployment = release.plan()
    with pytest.raises(EnvironmentNotReadyError):
        release.clone(deployment)
    assert release.eventually(lambda: release.clone(deployment)).green_id


def test_a_saved_configuration_of_an_earlier_execution_is_replaced(release: Release) -> None:
    deployment = replace(release.plan(), config_template="fixed")
    release.beanstalk.save_configuration(release.look("shop-prod"), "fixed", "made by beanstalk-bluegreen for v1")
    release.clone(deployment)
    description = f"made by beanstalk-bluegreen for release-v2 ({release.visit().digest})"
    assert release.beanstalk.configuration_description("shop", "fixed") == description


def test_a_saved_configuration_of_another_owner_is_left_alone(release: Release) -> None:
    deployment = replace(release.plan(), config_template="theirs")
    release.beanstalk.save_configuration(release.look("shop-prod"), "theirs", "do not touch")
    with pytest.raises(UnexpectedEnvironmentError, match="do not touch"):
        release.clone(deployment)
    assert release.beanstalk.configuration_description("shop", "theirs") == "do not touch"


def test_a_green_of_another_owner_is_left_alone(release: Release) -> None:
    deployment = release.plan()
    release.account.healthy("shop-prod-green", VersionLabel="v1")
    with pytest.raises(UnexpectedEnvironmentError, match="that this tool made"):
        release.eventually(lambda: release.clone(deployment))


def test_a_green_that_does_not_show_yet_is_not_made_twice(release: Release) -> None:
    release.wait(60)
    deployment = release.plan()
    release.account.order_stale_reads(age=50)
    first = release.clone(deployment)
    with pytest.raises(EnvironmentNotReadyError, match="or its environment visible"):
        release.clone(deployment)
    assert release.eventually(lambda: release.clone(deployment)).green_id == first.green_id


def test_the_tags_of_a_young_green_are_waited_for(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    deployment = release.plan()
    first = release.clone(deployment)
    tags, born = release.beanstalk.tags, release.account.now()
    late = born + timedelta(seconds=30)
    monkeypatch.setattr(release.beanstalk, "tags", lambda each: tags(each) if release.account.now() > late else {})
    with pytest.raises(EnvironmentNotReadyError, match="up to 60 seconds old"):
        release.clone(deployment)
    assert release.eventually(lambda: release.clone(deployment)).green_id == first.green_id


def test_a_green_that_the_run_before_may_have_terminated_is_not_adopted_at_once(release: Release) -> None:
    first = release.cloned()
    release.terminate(first)
    release.account.order_stale_reads(age=5)
    with pytest.raises(EnvironmentNotReadyError, match="to be 60 seconds ago"):
        clone_blue.clone_blue(first, release.visit(started=release.account.now()), release.beanstalk, release.scaling)
