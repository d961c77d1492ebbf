"""CloneBlue launches one green, and leaves alone what this tool did not make."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from lambdas.aws.environment import Environment
from lambdas.aws.snapshot import Snapshot
from lambdas.deployment import Deployment
from lambdas.errors import EnvironmentNotReadyError, UnexpectedEnvironmentError
from lambdas.shared_look import BeanstalkByLook
from lambdas.stages import clone_blue
from tests.support.beanstalk import environment_property
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


def left_by_an_earlier_run(release: Release) -> Deployment:
    """A release failed before it moved users, and its green was left."""
    left = release.cloned()
    release.wait(60)
    release.execution = "again"
    assert release.plan(execution="again").green_id == left.green_id
    return left


def clone_again(release: Release, started: datetime, **request: Any) -> Deployment:
    """Plan and clone as a new execution does that started then."""
    deployment = release.plan(execution="again", **request)
    return release.eventually(
        lambda: clone_blue.clone_blue(
            deployment, release.visit("again", started=started), release.beanstalk, release.scaling
        )
    )


def configure(release: Release, blue_id: str) -> None:
    """Change blue's configuration by hand, such as a password."""
    settings: Any = [environment_property("PASSWORD", "rotated")]
    release.account.client.update_environment(EnvironmentId=blue_id, OptionSettings=settings)
    release.account.until_status(blue_id, "Ready")
    release.account.until_health(blue_id, "Green")


def test_a_green_of_an_earlier_run_is_used_again_while_blue_is_as_it_was(release: Release) -> None:
    left = left_by_an_earlier_run(release)
    assert clone_again(release, release.account.now()).green_id == left.green_id
    assert release.calls("TerminateEnvironment") == 0


def test_a_green_of_an_earlier_run_is_replaced_when_blue_was_configured_since(release: Release) -> None:
    """It has the password of before, and would get the users."""
    left = left_by_an_earlier_run(release)
    configure(release, left.blue_id)
    again = clone_again(release, release.account.now())
    assert again.green_id != left.green_id
    release.eventually(lambda: release.await_green(again))
    options = release.beanstalk.options(release.look("shop-prod-green")).values
    assert options["aws:elasticbeanstalk:application:environment", "PASSWORD"] == "rotated"
    assert release.calls("TerminateEnvironment") == 1


def test_a_green_of_an_earlier_run_that_does_not_work_is_replaced(release: Release) -> None:
    left = left_by_an_earlier_run(release)
    release.break_down("shop-prod-green")
    assert clone_again(release, release.account.now()).green_id != left.green_id


def test_a_rollback_keeps_a_green_that_works(release: Release) -> None:
    """It has the version and the configuration from before; a new clone takes minutes that users lose."""
    left = left_by_an_earlier_run(release)
    configure(release, left.blue_id)
    again = clone_again(release, release.account.now(), mode="rollback", version=None)
    assert again.green_id == left.green_id


def test_a_green_that_had_users_a_moment_ago_is_not_terminated_at_once(release: Release) -> None:
    """Some of them still have its address."""
    left = replace(release.swapped(release.cloned(), "green"), version="v1")
    release.wait(60)
    release.swapped(left, "blue")
    configure(release, left.blue_id)
    deployment = replace(release.plan(execution="again"), drain_seconds=600)
    started = release.account.now()
    release.wait(60)
    with pytest.raises(EnvironmentNotReadyError, match="leave shop-prod-green before it is terminated"):
        clone_blue.clone_blue(deployment, release.visit("again", started=started), release.beanstalk, release.scaling)
    assert release.calls("TerminateEnvironment") == 0


def test_a_configuration_that_was_saved_before_a_redrive_is_saved_again(release: Release) -> None:
    deployment = release.plan()
    blue = release.look("shop-prod")
    first = f"made by beanstalk-bluegreen for release-v2 ({release.visit().digest})"
    release.beanstalk.save_configuration(blue, deployment.config_template, first)
    clone_blue.clone_blue(deployment, replace(release.visit(), redrives=1), release.beanstalk, release.scaling)
    description = release.beanstalk.configuration_description("shop", deployment.config_template)
    assert description == first.replace(")", ", redrive 1)")


def test_a_saved_configuration_that_an_aborted_execution_left_without_a_green_is_removed(release: Release) -> None:
    """An abort passes every Catch, and each execution has a name of its own for its saved configuration."""
    aborted = release.plan(execution="aborted").config_template
    blue = release.look("shop-prod")
    release.beanstalk.save_configuration(blue, aborted, "made by beanstalk-bluegreen for aborted")
    release.beanstalk.save_configuration(blue, "bluegreen-shop-prod-0123456789ab", "made by somebody else")
    release.beanstalk.save_configuration(blue, f"{aborted}-2", "made by beanstalk-bluegreen for another blue")
    own = release.cloned().config_template
    (application,) = release.account.client.describe_applications(ApplicationNames=["shop"])["Applications"]
    kept = {own, "bluegreen-shop-prod-0123456789ab", f"{aborted}-2"}
    assert set(application["ConfigurationTemplates"]) == kept


def test_a_clone_is_launched_by_the_look_that_all_share(release: Release) -> None:
    deployment = release.plan()
    look = BeanstalkByLook(
        release.beanstalk, Snapshot(by_id(release, "shop-prod"), release.account.now(), complete=True)
    )
    before = release.calls("DescribeEnvironments")
    clone_blue.clone_blue(deployment, release.visit(), release.beanstalk, release.scaling, look)
    assert release.calls("DescribeEnvironments") == before
    assert release.stands("shop-prod-green")


def test_a_green_that_the_shared_look_shows_is_looked_at_again(release: Release) -> None:
    deployment = release.plan()
    cloned = release.clone(deployment)
    shown = by_id(release, "shop-prod", "shop-prod-green")
    look = BeanstalkByLook(release.beanstalk, Snapshot(shown, release.account.now(), complete=True))
    before = release.calls("DescribeEnvironments")
    again = clone_blue.clone_blue(deployment, release.visit(), release.beanstalk, release.scaling, look)
    assert (again.green_id, release.calls("DescribeEnvironments") - before) == (cloned.green_id, 1)
    assert release.calls("CreateEnvironment") == 2, "blue and one green"


def by_id(release: Release, *names: str) -> dict[str, Environment]:
    return {each.id: each for each in release.beanstalk.environments(*names)}
