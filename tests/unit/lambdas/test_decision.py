"""Plan decides where to start, by what stands."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from lambdas.decision import DESCRIPTIONS, template_name
from lambdas.deployment import NextStep
from tests.support import source_bundles
from tests.support.stages import PRODUCTION, Release


def test_a_deployment_has_the_request_and_what_was_observed(release: Release) -> None:
    deployment = release.plan()
    blue = release.look("shop-prod")
    assert (deployment.blue_id, deployment.green_id, deployment.green) == (blue.id, None, "shop-prod-green")
    assert deployment.production_cname == "shop.us-east-1.elasticbeanstalk.com"
    assert (deployment.previous_version, deployment.version) == ("v1", "v2")
    assert deployment.next_step == NextStep.RELEASE
    assert re.fullmatch("bluegreen-shop-prod-[0-9a-f]{12}", deployment.config_template)


def test_a_version_that_is_live_alone_needs_nothing(release: Release) -> None:
    assert release.plan(version="v1").next_step == NextStep.NOTHING


def test_a_live_green_leads_straight_to_deploy(release: Release) -> None:
    first = release.swapped(release.cloned(), "green")
    second = release.plan(execution="release-v3")
    assert second.next_step == NextStep.DEPLOY
    assert second.production_cname == first.production_cname == release.look("shop-prod-green").cname
    assert second.green_id == first.green_id
    assert second.config_template == first.config_template, "the saved configuration that green was made from"


def test_a_live_green_of_an_earlier_run_counts_its_drain_from_the_swap(release: Release) -> None:
    release.swapped(release.cloned(), "green")
    swapped = release.beanstalk.events(release.look("shop-prod-green")).last_swap
    assert swapped is not None
    planned = release.plan(execution="again", drain_seconds=300)
    assert datetime.fromisoformat(planned.drain_until) == swapped + timedelta(seconds=300)


def test_a_green_left_over_after_a_release_is_only_removed(release: Release) -> None:
    release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    assert release.plan(execution="again").next_step == NextStep.FINISH


def test_a_green_that_was_never_live_is_used_again(release: Release) -> None:
    first = release.cloned()
    second = release.plan(execution="again")
    assert (second.next_step, second.green_id) == (NextStep.RELEASE, first.green_id)


def test_a_broken_blue_is_released_onto_while_green_serves(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.account.version("bad", source_bundles.release(500))
    release.deploy(replace(deployment, version="bad"))
    release.account.until_status(deployment.blue_id, "Ready")
    release.account.until_health(deployment.blue_id, "Red")
    assert release.plan().next_step == NextStep.DEPLOY


def test_a_cutover_tests_what_a_deployment_left_and_gives_the_users_back(release: Release) -> None:
    release.deployed(release.swapped(release.cloned(mode="deploy"), "green"))
    deployment = release.plan(mode="cutover", version=None, execution="cutover")
    assert (deployment.next_step, deployment.version) == (NextStep.TEST, "v2")


@pytest.mark.parametrize("version", ["v2", None])
def test_a_cutover_that_is_complete_needs_nothing(release: Release, version: str | None) -> None:
    release.terminated(release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue"))
    assert release.plan(mode="cutover", version=version, execution="again").next_step == NextStep.NOTHING


def test_a_rollback_while_green_serves_puts_its_version_back_onto_blue(release: Release) -> None:
    release.deployed(release.swapped(release.cloned(), "green"))
    deployment = release.plan(mode="rollback", version=None, execution="back")
    assert (deployment.next_step, deployment.version, deployment.green_version) == (NextStep.DEPLOY, "v1", "v1")


def test_a_rollback_while_green_stands_by_gives_it_the_users_first(release: Release) -> None:
    release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    deployment = release.plan(mode="rollback", version=None, execution="back")
    assert (deployment.next_step, deployment.version, deployment.green_version) == (NextStep.RELEASE, "v1", "v1")
    assert deployment.previous_version == "v2"


def test_a_rollback_without_a_green_launches_one_with_the_good_version(release: Release) -> None:
    release.account.version("bad", source_bundles.release(500))
    release.account.client.update_environment(EnvironmentName="shop-prod", VersionLabel="bad")
    blue = release.look("shop-prod").id
    release.account.until_status(blue, "Ready")
    release.account.until_health(blue, "Red")
    release.execution = "back"
    deployment = release.cloned(mode="rollback", version="v2", execution="back")
    assert deployment.green_version == "v2"
    assert release.look("shop-prod-green").version == "v2"
    release.swapped(deployment, "green")


def test_a_dry_run_describes_every_next_step() -> None:
    names = {"blue": "shop-prod", "green": "shop-prod-green", "version": "v2"}
    assert all("shop-prod" in DESCRIPTIONS[step].format(**names) for step in NextStep)


def test_a_rollback_of_a_sick_blue_to_its_own_version_is_a_release_which_deploys_it_anew(release: Release) -> None:
    """It once "succeeded", and did nothing. Without users blue is well again, and would fail the next ones."""
    release.break_down("shop-prod")
    release.execution, started = "back", release.account.now()
    deployment = release.cloned(mode="rollback", version="v1", execution="back")
    assert deployment.next_step == NextStep.RELEASE
    release.swapped(deployment, "green")
    release.account.hosting("shop-prod").order = None
    release.account.until_health(deployment.blue_id, "Green")
    release.wait(90)
    deployed = release.deployed(deployment, started=started)
    assert release.calls("UpdateEnvironment") == 1
    release.swapped(deployed, "blue")


def test_a_cutover_from_a_sick_green_takes_the_users_to_the_tested_version(release: Release) -> None:
    """It is the very moment for it."""
    release.deployed(release.swapped(release.cloned(), "green"))
    release.break_down("shop-prod-green")
    release.execution = "cut"
    deployment = release.plan(mode="cutover", version=None, execution="cut")
    assert deployment.next_step == NextStep.TEST
    release.swapped(deployment, "blue")
    assert release.look("shop-prod").cname == PRODUCTION


def test_two_executions_of_one_name_have_saved_configurations_of_their_own(release: Release) -> None:
    one = release.visit()
    other = replace(one, execution=one.execution.replace(":bluegreen:", ":bluegreen-prod:"))
    assert template_name("shop-prod", one) != template_name("shop-prod", other)
