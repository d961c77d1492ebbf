"""Plan never guesses where users are, and takes over a green that this tool did not make only when told to.

The states are those in which docker-beanstalk-bluegreen leaves a release:
https://github.com/DNXLabs/docker-beanstalk-bluegreen/blob/a0e3535/src/main.py
"""

from dataclasses import replace
from typing import Any

import pytest

from lambdas.aws.record import Record
from lambdas.deployment import BLUE_TAG, NextStep
from lambdas.errors import EnvironmentNotReadyError
from tests.support.stages import EXECUTION, PRODUCTION, Release, refusal

OTHER = EXECUTION.replace("release-v2", "other")
GREEN = "shop-prod-green"
REMOVAL = ("remove", "terminate", "delete")


def old_green(release: Release, name: str = GREEN) -> str:
    """Leave an untagged green with the production CNAME, as the old image does. Return its id."""
    id_ = release.account.healthy(name, VersionLabel="v1")
    swap_by_hand(release, name)
    return id_


def swap_by_hand(release: Release, name: str = GREEN) -> None:
    release.account.client.swap_environment_cnames(SourceEnvironmentName="shop-prod", DestinationEnvironmentName=name)
    for each in ("shop-prod", name):
        release.account.until_status(release.look(each).id, "Ready")
        release.account.until_health(release.look(each).id, "Green")


def removal_free(message: str) -> str:
    assert [word for word in REMOVAL if word in message.lower()] == [], message
    return message


def test_an_old_green_is_left_alone_until_the_production_cname_is_named(release: Release) -> None:
    old_green(release)
    message = removal_free(refusal(release))
    blue = release.look("shop-prod")
    assert f"which CNAME users know is written nowhere: shop-prod holds {blue.cname}, {GREEN} holds {PRODUCTION}" in (
        message
    )
    assert "Name the CNAME that users know as `production_cname`; if it is that of shop-prod-green, also set" in message


def test_an_old_green_that_is_known_to_serve_is_named_as_the_one_that_serves(release: Release) -> None:
    old_green(release)
    message = removal_free(refusal(release, production_cname=f"{PRODUCTION.upper()}"))
    assert f"users are served by {GREEN}, which holds the production CNAME {PRODUCTION}" in message
    assert "Leave shop-prod-green alone while it serves. To take it over and end its release, set `adopt_green`" in (
        message
    )


def test_an_old_green_that_does_not_serve_needs_another_name(release: Release) -> None:
    release.account.healthy(GREEN, VersionLabel="v1")
    message = removal_free(refusal(release, production_cname=PRODUCTION, adopt_green=True))
    assert "users are served by shop-prod" in message
    assert "Choose another name for `green`" in message


@pytest.mark.parametrize("mode", ["full", "deploy", "rollback"])
def test_with_another_name_for_green_the_cname_of_blue_is_not_taken_for_production(release: Release, mode: str) -> None:
    old_green(release)
    message = removal_free(refusal(release, green="shop-new", mode=mode))
    assert "the CNAME of shop-prod may have been swapped" in message
    assert f"{GREEN} holds {PRODUCTION}" in message
    assert "Name that CNAME as `production_cname`" in message


def test_a_named_production_cname_that_a_third_environment_holds_leads_to_that_one(release: Release) -> None:
    old_green(release)
    message = removal_free(refusal(release, green="shop-new", production_cname=PRODUCTION))
    assert f"neither shop-prod nor shop-new holds the production CNAME {PRODUCTION}" in message
    assert f"Name {GREEN} as `green`, and set `adopt_green` to true" in message


def test_a_domain_of_ones_own_is_no_production_cname(release: Release) -> None:
    message = refusal(release, production_cname="www.shop.example")
    assert "Name a CNAME of Elastic Beanstalk as `production_cname`, not a domain of your own" in message


def test_an_environment_that_was_swapped_twice_by_hand_is_asked_for_once(release: Release) -> None:
    """The events tell of a swap, so they do not tell what users know. The record tells it from then on."""
    old_green(release, "shop-other")
    swap_by_hand(release, "shop-other")
    removal_free(refusal(release))
    assert release.plan(production_cname=PRODUCTION).production_cname == PRODUCTION
    assert release.plan(execution="later").production_cname == PRODUCTION


def test_blue_with_the_cname_that_it_was_made_with_is_not_asked_for(release: Release) -> None:
    release.account.healthy("shop-staging", VersionLabel="v1")
    assert release.plan().production_cname == PRODUCTION


def test_blue_alone_in_its_application_is_not_asked_for(release: Release) -> None:
    old_green(release)
    swap_by_hand(release)
    release.account.client.terminate_environment(EnvironmentName=GREEN)
    release.account.until(lambda: not release.stands(GREEN), lambda: "green to go")
    assert release.plan().production_cname == PRODUCTION


def test_a_production_cname_other_than_the_tag_of_green_is_refused(release: Release) -> None:
    release.cloned()
    message = refusal(release, production_cname="other.us-east-1.elasticbeanstalk.com")
    assert f"`production_cname` to be {PRODUCTION}, as the tag of shop-prod-green says" in message


def test_a_production_cname_other_than_that_of_the_record_is_refused(release: Release) -> None:
    record = Record("elsewhere.example", GREEN, OTHER, "1", where="s3://bucket/record")
    release.records.by_environment["shop", "shop-prod"] = record
    message = refusal(release, production_cname=PRODUCTION)
    assert "to be elsewhere.example, as its record says" in message
    assert "Leave `production_cname` out if the record is right" in message


def test_a_green_of_another_blue_is_not_taken_over(release: Release) -> None:
    release.account.healthy(GREEN, VersionLabel="v1", Tags=[{"Key": BLUE_TAG, "Value": "shop-other"}])
    swap_by_hand(release)
    message = removal_free(refusal(release, production_cname=PRODUCTION, adopt_green=True))
    assert "Choose another name for `green`" in message
    assert f"users are served by {GREEN}" in message


def test_adopt_green_without_a_green_changes_nothing(release: Release) -> None:
    deployment = release.plan(adopt_green=True)
    assert (deployment.next_step, deployment.adopted) == (NextStep.RELEASE, False)


@pytest.mark.parametrize("known", ["input", "record"])
def test_an_old_green_that_serves_is_taken_over_when_told_to(release: Release, known: str) -> None:
    id_ = old_green(release)
    more: dict[str, Any] = {"production_cname": PRODUCTION}
    if known == "record":
        release.records.by_environment["shop", "shop-prod"] = Record(PRODUCTION, GREEN, OTHER, "1")
        more = {}
    deployment = release.plan(adopt_green=True, **more)
    assert (deployment.next_step, deployment.adopted, deployment.green_id) == (NextStep.DEPLOY, True, id_)
    assert release.records.by_environment["shop", "shop-prod"].adopted == id_
    assert release.calls("UpdateTagsForResource") == 0, "green is left as it is while it serves"


def test_the_release_of_an_old_green_ends_with_blue_alone_on_the_new_version(release: Release) -> None:
    old_green(release)
    deployment = release.plan(adopt_green=True, production_cname=PRODUCTION)
    deployment = release.swapped(release.deployed(deployment), "blue")
    release.wait(65)
    release.terminated(deployment)
    assert [each.name for each in release.beanstalk.environments_in("shop")] == ["shop-prod"]
    blue = release.look("shop-prod")
    assert (blue.version, blue.cname) == ("v2", PRODUCTION)


def test_the_record_remembers_the_green_that_was_taken_over(release: Release) -> None:
    """The execution ended after the swap back. The next one says nothing of `adopt_green`, and removes green."""
    old_green(release)
    deployment = release.plan(adopt_green=True, production_cname=PRODUCTION)
    release.swapped(release.deployed(deployment), "blue")
    later = release.plan(execution="later")
    assert (later.next_step, later.adopted) == (NextStep.FINISH, True)
    release.execution = "later"
    release.wait(65)
    release.terminated(later)
    assert not release.stands(GREEN)


def test_after_deploy_of_the_old_image_a_cutover_goes_on_from_there(release: Release) -> None:
    old_green(release)
    release.account.client.update_environment(EnvironmentName="shop-prod", VersionLabel="v2")
    release.account.until_status(release.look("shop-prod").id, "Ready")
    deployment = release.plan(mode="cutover", version=None, adopt_green=True, production_cname=PRODUCTION)
    assert (deployment.next_step, deployment.version) == (NextStep.TEST, "v2")


def test_an_adopted_green_is_neither_tagged_nor_terminated_while_it_serves(release: Release) -> None:
    old_green(release)
    deployment = release.plan(adopt_green=True, production_cname=PRODUCTION)
    release.wait(65)
    with pytest.raises(Exception, match="not to serve users"):
        release.terminate(deployment)
    assert (release.calls("UpdateTagsForResource"), release.calls("TerminateEnvironment")) == (0, 0)


def test_an_adopted_green_that_became_the_clone_of_another_blue_is_not_terminated(release: Release) -> None:
    old_green(release)
    deployment = release.swapped(release.deployed(release.plan(adopt_green=True, production_cname=PRODUCTION)), "blue")
    release.beanstalk.tag(release.look(GREEN), {BLUE_TAG: "shop-other"})
    release.account.until_status(deployment.green_id or "", "Ready")
    release.wait(65)
    with pytest.raises(Exception, match="to be a clone of shop-prod that this tool made"):
        release.terminate(deployment)


def test_an_own_green_is_never_tagged(release: Release) -> None:
    deployment = replace(release.cloned(), adopted=False)
    release.wait(65)
    release.terminate(deployment)
    assert release.calls("UpdateTagsForResource") == 0


def test_a_saved_configuration_that_the_old_image_left_is_left_alone(release: Release) -> None:
    """It makes BlueEnvConfig without a description, and leaves it when a release fails."""
    release.account.client.create_configuration_template(
        ApplicationName="shop", TemplateName="BlueEnvConfig", EnvironmentId=release.look("shop-prod").id
    )
    deployment = release.plan(config_template="BlueEnvConfig")
    assert deployment.config_template.startswith("bluegreen-shop-prod-")
    release.clone(deployment)
    assert release.beanstalk.configuration_description("shop", "BlueEnvConfig") == ""


def test_the_tags_of_an_adopted_green_are_awaited(release: Release) -> None:
    old_green(release)
    deployment = release.swapped(release.deployed(release.plan(adopt_green=True, production_cname=PRODUCTION)), "blue")
    release.wait(65)
    with pytest.raises(EnvironmentNotReadyError, match="to have the tags of a clone"):
        release.terminate(deployment)
    assert (release.calls("UpdateTagsForResource"), release.calls("TerminateEnvironment")) == (1, 0)
