"""DrainBlue watches green until blue has no users, and gives them back to blue when green fails them."""

from datetime import timedelta

import pytest

from lambdas.deployment import Deployment, NextStep
from lambdas.errors import EnvironmentNotReadyError, GreenUnhealthyError
from tests.support.stages import Release


@pytest.fixture
def deployment(release: Release) -> Deployment:
    """Green serves, and blue is untouched."""
    return release.swapped(release.cloned(drain_seconds=300, unhealthy_seconds=60), "green")


def test_blue_is_drained_when_its_time_is_over(release: Release, deployment: Deployment) -> None:
    with pytest.raises(EnvironmentNotReadyError, match="DNS answers that lead to shop-prod to expire"):
        release.drain(deployment)
    release.wait(301)
    assert release.drain(deployment) == deployment


def test_a_red_green_ends_the_drain_at_once(release: Release, deployment: Deployment) -> None:
    release.break_down("shop-prod-green")
    with pytest.raises(GreenUnhealthyError, match="is untouched and gets the users back"):
        release.drain(deployment)


def test_a_green_that_is_unhealthy_for_a_moment_keeps_its_users(release: Release, deployment: Deployment) -> None:
    """Basic health is Grey during an operation, such as a change of tags by hand."""
    entered = release.account.now()
    release.account.client.update_tags_for_resource(
        ResourceArn=release.look("shop-prod-green").arn, TagsToAdd=[{"Key": "team", "Value": "checkout"}]
    )
    with pytest.raises(EnvironmentNotReadyError, match="shop-prod-green to be healthy"):
        release.drain(deployment, since=entered)
    release.wait(310)
    assert release.drain(deployment, since=entered) == deployment


def test_blue_is_not_touched_while_green_is_unhealthy(release: Release, deployment: Deployment) -> None:
    release.wait(301)
    release.break_down("shop-prod-green")
    entered = release.account.now()
    with pytest.raises(GreenUnhealthyError):
        release.deploy(deployment, since=entered, started=entered - timedelta(hours=1))
    assert release.calls("UpdateEnvironment") == 0


def test_a_release_onto_a_blue_that_failed_before_goes_on_while_green_is_sick(
    release: Release, deployment: Deployment
) -> None:
    """Blue is no better. The release makes it better."""
    release.deployed(deployment)
    again = release.plan(version="v1", execution="again")
    release.break_down("shop-prod-green")
    release.wait(301)
    assert release.drain(again) == again


def test_a_release_that_finds_green_serving_gives_users_of_a_sick_green_back_to_a_blue_that_is_as_it_served(
    release: Release, deployment: Deployment
) -> None:
    again = release.plan(execution="again", unhealthy_seconds=60)
    entered = release.account.now()
    assert again.next_step == NextStep.DEPLOY
    release.break_down("shop-prod-green")
    with pytest.raises(EnvironmentNotReadyError, match="to be 60 seconds ago"):
        release.drain(again, since=entered, started=entered)
    release.wait(61)
    with pytest.raises(GreenUnhealthyError, match="is untouched and gets the users back"):
        release.drain(again, since=entered, started=entered)
    assert deployment.green_id == again.green_id


@pytest.mark.usefixtures("deployment")
def test_a_rollback_that_finds_green_serving_does_not_wait_for_what_blue_was(release: Release) -> None:
    """Blue's version fails users: that is why there is a rollback."""
    again = release.plan(mode="rollback", version="v2", execution="again", drain_seconds=0)
    entered = release.account.now()
    assert again.next_step == NextStep.DEPLOY
    release.break_down("shop-prod-green")
    assert release.drain(again, since=entered, started=entered) == again


@pytest.mark.usefixtures("deployment")
def test_a_blue_whose_deployment_was_aborted_gets_no_users_of_a_sick_green(release: Release) -> None:
    """It has its old label again, and instances may run the other version.

    Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rolling-version-deploy.html
    """
    client = release.account.client
    client.update_environment(EnvironmentName="shop-prod", VersionLabel="v2")
    client.abort_environment_update(EnvironmentName="shop-prod")
    release.wait(200)
    assert release.look("shop-prod").version == "v1"
    again = release.plan(execution="again", drain_seconds=0)
    entered = release.account.now()
    release.break_down("shop-prod-green")
    release.wait(61)
    assert release.drain(again, since=entered, started=entered) == again
