"""AwaitGreen ends with a green that could take over, or with an error."""

from dataclasses import replace

import pytest

from lambdas.errors import LaunchFailedError, UnexpectedEnvironmentError
from tests.support import source_bundles
from tests.support.stages import Release


def test_a_green_that_fails_to_launch_ends_the_release_with_its_events(release: Release) -> None:
    release.account.version("bad", source_bundles.release(500))
    deployment = release.clone(replace(release.plan(), green_version="bad"))
    with pytest.raises(LaunchFailedError, match="with errors"):
        release.eventually(lambda: release.await_green(deployment))


def test_a_green_that_is_terminated_ends_the_release(release: Release) -> None:
    deployment = release.cloned()
    release.account.client.terminate_environment(EnvironmentId=deployment.green_id or "")
    with pytest.raises(UnexpectedEnvironmentError):
        release.await_green(deployment)
