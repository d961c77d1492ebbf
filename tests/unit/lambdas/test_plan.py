"""Plan looks, refuses what is unsafe, and touches nothing."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from lambdas.deployment import NextStep
from lambdas.errors import InvalidRequestError, ReleaseRefusedError
from tests.support import source_bundles
from tests.support.beanstalk import ENHANCED, until
from tests.unit.lambdas.conftest import FakeAlarms, Release

READS = ("Describe", "List", "Check")


def test_a_plan_is_what_was_asked_for_and_what_stands(release: Release) -> None:
    deployment = release.plan()
    blue = release.look("shop-prod")
    assert (deployment.blue_id, deployment.green_id, deployment.green) == (blue.id, None, "shop-prod-green")
    assert deployment.production_cname == "shop.us-east-1.elasticbeanstalk.com"
    assert (deployment.previous_version, deployment.version) == ("v1", "v2")
    assert deployment.next_step == NextStep.RELEASE
    assert deployment.config_template == "bluegreen-release-v2"


def test_a_plan_touches_nothing(release: Release) -> None:
    before = dict(release.account.service.calls)
    release.plan()
    made = {action for action, count in release.account.service.calls.items() if count != before.get(action)}
    assert [action for action in made if not action.startswith(READS)] == []


def test_a_version_that_blue_serves_already_needs_nothing(release: Release) -> None:
    assert release.plan(version="v1").next_step == NextStep.NOTHING


def test_a_green_that_is_live_means_going_straight_to_deploy(release: Release) -> None:
    first = release.swapped(release.cloned(), "green")
    second = release.plan(execution="release-v3")
    assert second.next_step == NextStep.DEPLOY
    assert second.production_cname == first.production_cname == release.look("shop-prod-green").cname
    assert second.green_id == first.green_id
    assert second.config_template == first.config_template, "the saved configuration that green was made from"


def test_blue_is_drained_from_the_swap_on_however_green_came_to_serve(release: Release) -> None:
    release.swapped(release.cloned(), "green")
    swapped = release.beanstalk.events(release.look("shop-prod-green")).last_swap
    assert swapped is not None
    planned = release.plan(execution="again", drain_seconds=300)
    assert datetime.fromisoformat(planned.drain_until) == swapped + timedelta(seconds=300)


def test_a_green_that_is_left_over_after_a_release_only_has_to_go(release: Release) -> None:
    release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    assert release.plan(execution="again").next_step == NextStep.FINISH


def test_a_green_that_was_never_live_is_used(release: Release) -> None:
    first = release.cloned()
    second = release.plan(execution="again")
    assert (second.next_step, second.green_id) == (NextStep.RELEASE, first.green_id)


def refusal(release: Release, **request: Any) -> str:
    before = {key: count for key, count in release.account.service.calls.items() if not key.startswith(READS)}
    with pytest.raises(ReleaseRefusedError) as refused:
        release.plan(**request)
    after = {key: count for key, count in release.account.service.calls.items() if not key.startswith(READS)}
    assert before == after, "a refusal touches nothing"
    message = str(refused.value)
    assert re.fullmatch(r"Expected .+\. Found .+\. .+start a new execution; nothing was touched\.", message), message
    return message


def test_an_unknown_application_is_refused(release: Release) -> None:
    assert "an application named blog" in refusal(release, application="blog")


def test_an_unknown_environment_is_refused(release: Release) -> None:
    assert "an environment named shop-nope" in refusal(release, blue="shop-nope")


def test_an_environment_of_another_application_is_refused(release: Release) -> None:
    release.account.client.create_application(ApplicationName="blog")
    release.account.version("b1", ApplicationName="blog")
    assert "Found it in shop" in refusal(release, application="blog", version="b1")


def test_an_unknown_version_is_refused(release: Release) -> None:
    assert "a version v9 of shop" in refusal(release, version="v9")


def test_a_version_that_could_not_be_processed_is_refused(release: Release) -> None:
    release.account.version("broken", b"no zip", Process=True)
    until(
        lambda: (found := release.beanstalk.version("shop", "broken")) and found.status == "FAILED",
        lambda: "the version to fail",
    )
    assert "Found FAILED" in refusal(release, version="broken")


def test_blue_and_green_by_one_name_are_refused(release: Release) -> None:
    assert "one name for both" in refusal(release, green="shop-prod")


def test_an_environment_that_is_being_changed_while_it_serves_is_refused(release: Release) -> None:
    release.account.service.durations.set({"update": 600})
    release.account.client.update_environment(EnvironmentName="shop-prod", VersionLabel="v2")
    assert "shop-prod, which serves users, to be Ready and healthy" in refusal(release, version="v1")


def test_an_unhealthy_environment_that_serves_is_refused(release: Release) -> None:
    release.account.version("bad", source_bundles.release(500))
    release.account.client.update_environment(EnvironmentName="shop-prod", VersionLabel="bad")
    id_ = release.look("shop-prod").id
    release.account.until_status(id_, "Ready")
    release.account.until_health(id_, "Red")
    assert "Red" in refusal(release)


def test_a_broken_blue_is_what_the_next_release_repairs_while_green_serves(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.account.version("bad", source_bundles.release(500))
    release.deploy(replace(deployment, version="bad"))
    release.account.until_status(deployment.blue_id, "Ready")
    release.account.until_health(deployment.blue_id, "Red")
    assert release.plan().next_step == NextStep.DEPLOY


def test_a_worker_environment_is_refused(release: Release) -> None:
    tier = {"Name": "Worker", "Type": "SQS/HTTP"}
    release.account.healthy("shop-jobs", VersionLabel="v1", Tier=tier)
    assert "the tier Worker" in refusal(release, blue="shop-jobs")


def test_a_database_coupled_to_the_environment_is_refused(release: Release) -> None:
    coupled = {"Namespace": "aws:rds:dbinstance", "OptionName": "HasCoupledDatabase", "Value": "true"}
    release.account.healthy("shop-data", coupled, VersionLabel="v1")
    assert "an RDS database coupled" in refusal(release, blue="shop-data")


def test_a_green_that_is_not_a_clone_of_blue_is_refused(release: Release) -> None:
    release.account.healthy("shop-prod-green", VersionLabel="v1")
    assert "a clone that this tool made of shop-prod" in refusal(release)


def test_a_green_left_with_another_version_than_blue_is_refused(release: Release) -> None:
    release.cloned()
    release.account.client.update_environment(EnvironmentName="shop-prod", VersionLabel="v2")
    id_ = release.look("shop-prod").id
    release.account.until_status(id_, "Ready")
    release.account.until_health(id_, "Green")
    release.account.version("v3")
    assert "to run v2 as shop-prod does" in refusal(release, version="v3")


def test_a_production_cname_that_neither_holds_is_refused(release: Release) -> None:
    release.cloned()
    other = release.account.healthy("shop-other", VersionLabel="v1")
    release.account.client.swap_environment_cnames(
        SourceEnvironmentName="shop-prod", DestinationEnvironmentName="shop-other"
    )
    release.account.until_status(other, "Ready")
    release.account.until_health(release.look("shop-prod").id, "Green")
    assert "to hold the production CNAME shop.us-east-1" in refusal(release)


def test_an_alarm_that_rings_before_the_release_is_refused(release: Release) -> None:
    with pytest.raises(ReleaseRefusedError, match="latency in ALARM"):
        release.plan(FakeAlarms("latency"), alarms=["errors", "latency"])


def test_more_tags_than_green_has_room_for_are_refused(release: Release) -> None:
    tags = [{"Key": f"tag{number}", "Value": "x"} for number in range(44)]
    release.account.healthy("shop-tags", VersionLabel="v1", Tags=tags)
    assert "at most 43 tags" in refusal(release, blue="shop-tags")


def test_the_sample_application_is_refused(release: Release) -> None:
    release.account.healthy("shop-sample")
    assert "the sample application" in refusal(release, blue="shop-sample")


def test_enhanced_health_is_judged_by_its_status(release: Release) -> None:
    release.account.healthy("shop-fine", ENHANCED, VersionLabel="v1")
    assert release.plan(blue="shop-fine").next_step == NextStep.RELEASE
    assert "Ok" in refusal(release, blue="shop-fine", accepted_health=["Warning"])


def test_a_request_is_validated_before_anything_is_asked(release: Release) -> None:
    before = dict(release.account.service.calls)
    with pytest.raises(InvalidRequestError):
        release.plan(drain_seconds="long")
    assert dict(release.account.service.calls) == before
