"""How far a release goes: full, deploy, cutover, rollback."""

import pytest

from lambdas.decision import DESCRIPTIONS
from lambdas.deployment import NextStep
from lambdas.errors import InvalidRequestError, ReleaseRefusedError
from tests.support import source_bundles
from tests.unit.lambdas.conftest import Release


def test_a_cutover_tests_what_a_deployment_left_and_gives_the_users_back(release: Release) -> None:
    release.deployed(release.swapped(release.cloned(mode="deploy"), "green"))
    deployment = release.plan(mode="cutover", version=None, execution="cutover")
    assert (deployment.next_step, deployment.version) == (NextStep.TEST, "v2")


def test_a_cutover_without_a_deployment_is_refused(release: Release) -> None:
    with pytest.raises(
        ReleaseRefusedError, match="green to serve users and shop-prod to run v2, deployed to its end, before a cutover"
    ):
        release.plan(mode="cutover")


def test_a_cutover_to_another_version_than_blue_runs_is_refused(release: Release) -> None:
    release.deployed(release.swapped(release.cloned(), "green"))
    release.account.version("v3")
    with pytest.raises(ReleaseRefusedError, match="shop-prod to run v3"):
        release.plan(mode="cutover", version="v3", execution="cutover")


def test_a_cutover_that_has_happened_needs_nothing(release: Release) -> None:
    assert release.plan(mode="cutover", version=None).next_step == NextStep.NOTHING


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
    deployment = release.cloned(mode="rollback", version="v2", execution="back")
    assert deployment.green_version == "v2"
    assert release.look("shop-prod-green").version == "v2"
    release.swapped(deployment, "green")


def test_a_rollback_to_no_version_is_refused(release: Release) -> None:
    with pytest.raises(ReleaseRefusedError, match="a version to go back to"):
        release.plan(mode="rollback", version=None)


@pytest.mark.parametrize("mode", ["full", "deploy"])
def test_a_new_version_must_be_named(release: Release, mode: str) -> None:
    with pytest.raises(InvalidRequestError, match=r"input\.version is missing"):
        release.plan(mode=mode, version=None)


def test_a_dry_run_has_words_for_every_next_step() -> None:
    names = {"blue": "shop-prod", "green": "shop-prod-green", "version": "v2"}
    assert all("shop-prod" in DESCRIPTIONS[step].format(**names) for step in NextStep)


def test_an_update_that_hangs_on_blue_is_aborted_for_the_version_that_repairs_it(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.account.version("v3")
    release.account.service.durations.set({"update": 600})
    release.account.client.update_environment(EnvironmentName="shop-prod", VersionLabel="v3")
    release.account.service.durations.set({"update": 10})
    release.deployed(deployment)
    assert release.calls("AbortEnvironmentUpdate") == 1
    assert release.look("shop-prod").version == "v2"
