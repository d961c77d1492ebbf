"""Plan refuses environments that cannot be released onto."""

from dataclasses import replace

import pytest

from lambdas.aws.environment_options import EnvironmentOptions
from lambdas.aws.record import Record
from lambdas.deployment import NextStep
from lambdas.errors import ReleaseRefusedError
from tests.support import source_bundles
from tests.support.beanstalk import ENHANCED
from tests.support.stages import EXECUTION, PRODUCTION, Release, refusal

OTHER = EXECUTION.replace("release-v2", "other")


def test_an_unknown_environment_is_refused(release: Release) -> None:
    assert "an environment named shop-nope" in refusal(release, blue="shop-nope")


def test_an_environment_of_another_application_is_refused(release: Release) -> None:
    release.account.client.create_application(ApplicationName="blog")
    release.account.version("b1", ApplicationName="blog")
    assert "Found it in shop" in refusal(release, application="blog", version="b1")


def test_a_live_environment_that_is_being_updated_is_refused(release: Release) -> None:
    release.account.service.durations.set({"update": 600})
    release.account.client.update_environment(EnvironmentName="shop-prod", VersionLabel="v2")
    assert "shop-prod, which serves users, to be Ready and healthy" in refusal(release, version="v1")


def test_an_unhealthy_live_environment_is_refused(release: Release) -> None:
    release.account.version("bad", source_bundles.release(500))
    release.account.client.update_environment(EnvironmentName="shop-prod", VersionLabel="bad")
    id_ = release.look("shop-prod").id
    release.account.until_status(id_, "Ready")
    release.account.until_health(id_, "Red")
    assert "Red" in refusal(release)


def test_a_worker_environment_is_refused(release: Release) -> None:
    tier = {"Name": "Worker", "Type": "SQS/HTTP"}
    release.account.healthy("shop-jobs", VersionLabel="v1", Tier=tier)
    assert "the tier Worker" in refusal(release, blue="shop-jobs")


def test_a_database_coupled_to_the_environment_is_refused(release: Release) -> None:
    coupled = {"Namespace": "aws:rds:dbinstance", "OptionName": "HasCoupledDatabase", "Value": "true"}
    release.account.healthy("shop-data", coupled, VersionLabel="v1")
    assert "an RDS database coupled" in refusal(release, blue="shop-data")


def test_a_shared_load_balancer_is_refused(release: Release) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environments-cfg-alb-shared.html"""
    shared = {"Namespace": "aws:elasticbeanstalk:environment", "OptionName": "LoadBalancerIsShared", "Value": "true"}
    release.account.healthy("shop-shared", shared, VersionLabel="v1")
    assert "to have a load balancer of its own" in refusal(release, blue="shop-shared")


@pytest.mark.parametrize(
    "platform",
    [
        "64bit Amazon Linux 2023 v4.0.0 running ECS",
        "64bit Amazon Linux 2018.03 v2.30.4 running Multi-container Docker 19.03.13-ce (Generic)",
        "arn:aws:elasticbeanstalk:us-east-1::platform/ECS running on 64bit Amazon Linux 2023/4.0.0",
    ],
)
def test_docker_that_amazon_ecs_manages_is_refused(
    release: Release, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/platforms/platforms-supported.html"""
    blue = replace(release.look("shop-prod"), platform=platform)
    monkeypatch.setattr(release.beanstalk, "environments", lambda *_: [blue])
    assert "without Amazon ECS" in refusal(release)


def test_docker_without_amazon_ecs_is_accepted(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    blue = replace(release.look("shop-prod"), platform="64bit Amazon Linux 2023 v4.0.0 running Docker")
    monkeypatch.setattr(release.beanstalk, "environments", lambda *_: [blue])
    assert release.plan().next_step == NextStep.RELEASE


def test_a_cluster_environment_is_refused(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no Auto Scaling group, and rejects the option namespace of one."""
    options = EnvironmentOptions({("aws:elasticbeanstalk:environment", "EnvironmentType"): "LoadBalanced"})
    monkeypatch.setattr(release.beanstalk, "options", lambda _: options)
    assert "instances in an Auto Scaling group" in refusal(release)


def test_a_green_that_is_not_a_clone_of_blue_is_refused(release: Release) -> None:
    release.account.healthy("shop-prod-green", VersionLabel="v1")
    assert "a clone that this tool made of shop-prod" in refusal(release)


def test_a_left_over_green_that_runs_another_version_than_blue_is_refused(release: Release) -> None:
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


def test_too_many_tags_for_green_to_copy_are_refused(release: Release) -> None:
    tags = [{"Key": f"tag{number}", "Value": "x"} for number in range(44)]
    release.account.healthy("shop-tags", VersionLabel="v1", Tags=tags)
    assert "at most 43 tags" in refusal(release, blue="shop-tags")


def test_the_sample_application_is_refused(release: Release) -> None:
    release.account.healthy("shop-sample")
    assert "the sample application" in refusal(release, blue="shop-sample")


def test_enhanced_health_is_compared_by_its_status(release: Release) -> None:
    release.account.healthy("shop-fine", ENHANCED, VersionLabel="v1")
    assert release.plan(blue="shop-fine").next_step == NextStep.RELEASE
    assert "Ok" in refusal(release, blue="shop-fine", accepted_health=["Warning"])


def test_a_record_of_another_production_cname_is_refused_and_both_are_shown(release: Release) -> None:
    release.records.by_environment["shop", "shop-prod"] = Record("elsewhere.example", "shop-prod-green", OTHER, "1")
    with pytest.raises(ReleaseRefusedError, match=f"elsewhere.example.*shop-prod at {PRODUCTION}"):
        release.plan()


def test_a_wrong_name_for_green_is_refused_and_the_right_one_is_named(release: Release) -> None:
    release.swapped(release.cloned(), "green")
    with pytest.raises(ReleaseRefusedError, match="Name shop-prod-green as `green`"):
        release.plan(green="shop-green", execution="again")


def test_a_cutover_without_a_deployment_is_refused(release: Release) -> None:
    with pytest.raises(
        ReleaseRefusedError, match="green to serve users and shop-prod to run v2, deployed to its end, before a cutover"
    ):
        release.plan(mode="cutover")


def test_a_cutover_where_nothing_was_ever_released_is_refused(release: Release) -> None:
    """It ended as released, with nothing done. Blue's version is the default of a cutover."""
    assert "a release to have deployed onto shop-prod" in refusal(release, mode="cutover", version=None)


@pytest.mark.parametrize("version", ["v1", None])
def test_a_cutover_to_a_blue_that_nothing_was_deployed_onto_since_users_left_is_refused(
    release: Release, version: str | None
) -> None:
    """It gave users the old version back, and ended as released."""
    release.swapped(release.cloned(), "green")
    message = refusal(release, mode="cutover", version=version, execution="cutover")
    assert "Found shop-prod running v1 as shop-prod-green does, last deployed before" in message
    assert "`deploy` or `full`" in message


def test_a_version_that_green_runs_too_may_be_deployed_again_and_cut_over_to(release: Release) -> None:
    """After a rejected v2, a pipeline releases v1: deploy, then cutover."""
    deployment = release.swapped(release.cloned(), "green")
    release.deployed(replace(release.deployed(deployment), version="v1"))
    assert release.plan(mode="cutover", version="v1", execution="cutover").next_step == NextStep.TEST
    assert release.plan(mode="cutover", version="v1", execution="cutover").next_step == NextStep.TEST, "redriven"


def test_a_cutover_to_another_version_than_blue_runs_is_refused(release: Release) -> None:
    release.deployed(release.swapped(release.cloned(), "green"))
    release.account.version("v3")
    with pytest.raises(ReleaseRefusedError, match="shop-prod to run v3"):
        release.plan(mode="cutover", version="v3", execution="cutover")


@pytest.mark.parametrize("url", [f"http://{PRODUCTION}/", f"https://{PRODUCTION.upper()}:443/health"])
@pytest.mark.parametrize("key", ["health_check", "health_checks"])
def test_a_test_that_asks_the_production_cname_is_refused(release: Release, key: str, url: str) -> None:
    test = {"url": url}
    message = refusal(release, **{key: test if key == "health_check" else [{"path": "/"}, test]})
    assert "the production CNAME, where shop-prod-green answers during the test" in message


@pytest.mark.parametrize("key", ["health_check", "health_checks"])
def test_a_test_of_a_host_that_dns_does_not_know_is_refused(release: Release, key: str) -> None:
    """It would be found out ten minutes later, with users on green."""
    test = {"url": "https://test.shop.exmaple/health"}
    message = refusal(release, **{key: test if key == "health_check" else [{"path": "/"}, test]})
    assert "DNS to know the hosts that the tests of shop-prod ask. Found no address of test.shop.exmaple" in message


def test_a_test_of_a_host_that_dns_knows_is_planned(release: Release) -> None:
    assert release.plan(health_check={"url": "https://test.shop.example/health"}).next_step == NextStep.RELEASE
