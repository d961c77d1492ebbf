"""AwaitRelease ends with a blue that runs the version, or with an error."""

from dataclasses import replace

import pytest

from lambdas.errors import DeploymentFailedError
from lambdas.stages import await_release
from tests.support import source_bundles
from tests.support.stages import Release


def test_a_ready_blue_with_error_events_is_a_failed_deployment(release: Release) -> None:
    release.account.version("bad", source_bundles.release(500))
    deployment = replace(release.swapped(release.cloned(), "green"), version="bad")
    release.deploy(deployment)
    with pytest.raises(DeploymentFailedError, match="Failed to deploy application"):
        release.eventually(lambda: await_release.await_release(deployment, release.beanstalk))
    assert release.look("shop-prod").ready


def test_error_events_are_a_failed_deployment_also_if_blue_had_the_label_before(
    release: Release,
) -> None:
    deployment = replace(release.swapped(release.cloned(), "green"), version="v1")
    release.account.objects.clear()
    release.beanstalk.deploy(release.look("shop-prod"), "v1")
    with pytest.raises(DeploymentFailedError, match="Unable to download from S3"):
        release.eventually(lambda: await_release.await_release(deployment, release.beanstalk))
    assert release.look("shop-prod").version == "v1"


def test_waiting_for_a_release_changes_nothing(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.deploy(deployment)
    writes = sum(count for action, count in release.account.service.calls.items() if not action.startswith("Describe"))
    release.eventually(lambda: await_release.await_release(deployment, release.beanstalk))
    assert writes == sum(
        count for action, count in release.account.service.calls.items() if not action.startswith("Describe")
    )
