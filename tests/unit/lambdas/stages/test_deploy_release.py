"""DeployRelease deploys once, and only onto an environment that serves no users."""

from dataclasses import replace

import pytest

from lambdas.errors import UnexpectedEnvironmentError
from lambdas.stages import await_release
from tests.support import source_bundles
from tests.support.stages import Release


def test_a_version_is_deployed_onto_blue_once(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.deploy(deployment)
    release.deploy(deployment)
    release.eventually(lambda: await_release.await_release(deployment, release.beanstalk))
    release.deploy(deployment)
    assert release.look("shop-prod").version == "v2"
    assert release.calls("UpdateEnvironment") == 1


def test_nothing_is_deployed_onto_the_live_environment(release: Release) -> None:
    deployment = release.cloned()
    with pytest.raises(UnexpectedEnvironmentError, match="not to serve users"):
        release.deploy(deployment)
    assert release.calls("UpdateEnvironment") == 0


def test_a_deployment_that_failed_is_tried_again_by_the_next_run(release: Release) -> None:
    release.account.version("bad", source_bundles.release(500))
    deployment = replace(release.swapped(release.cloned(), "green"), version="bad")
    release.deploy(deployment)
    release.account.until_status(deployment.blue_id, "Ready")
    release.deployed(replace(deployment, version="v2"))
    assert release.look("shop-prod").version == "v2"


def test_a_version_is_deployed_again_after_an_aborted_update_restored_its_label(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.account.service.durations.set({"update": 100})
    release.deploy(deployment)
    release.account.client.abort_environment_update(EnvironmentId=deployment.blue_id)
    release.account.until_status(deployment.blue_id, "Ready")
    assert release.look("shop-prod").version == "v1"
    release.account.service.durations.set({"update": 10})
    release.deployed(replace(deployment, version="v1"))
    assert release.calls("UpdateEnvironment") == 2


def test_an_update_of_another_version_that_hangs_is_aborted(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.account.version("v3")
    release.account.service.durations.set({"update": 600})
    release.account.client.update_environment(EnvironmentName="shop-prod", VersionLabel="v3")
    release.wait(5)
    release.account.service.durations.set({"update": 10})
    release.deployed(deployment, started=release.account.now())
    assert release.calls("AbortEnvironmentUpdate") == 1
    assert release.look("shop-prod").version == "v2"
