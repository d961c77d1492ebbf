"""Each stage's role is granted what it uses and no more; without one permission a release ends differently."""

from collections.abc import Mapping
from concurrent.futures import Future
from functools import partial

import pytest

from tests.support.release_paths import PATHS, PathEnd
from tests.support.role_permissions import granted, roles, unused, used, without
from tests.support.testbed import ScenarioTestbed


@pytest.fixture(scope="module")
def ends(testbed: ScenarioTestbed) -> Mapping[str, list[PathEnd]]:
    """The ends of all release paths, with all permissions."""
    futures: Mapping[str, Future[list[PathEnd]]] = testbed.play(
        {name: partial(path, testbed) for name, path in PATHS.items()}
    )
    return {name: future.result() for name, future in futures.items()}


def test_the_release_paths_end_as_expected(ends: Mapping[str, list[PathEnd]]) -> None:
    found = {name: [(each.status, each.states[-1]) for each in ended] for name, ended in ends.items()}
    assert found == {
        "release_succeeds": [("SUCCEEDED", "AwaitTermination"), ("SUCCEEDED", "Plan")],
        "launch_fails": [("FAILED", "AwaitGreen")],
        "green_is_sick": [("FAILED", "AwaitGreen")],
        "alarm_rings": [("FAILED", "WatchRelease"), ("SUCCEEDED", "AwaitTermination")],
        "deployment_hangs": [("FAILED", "AwaitRelease"), ("SUCCEEDED", "AwaitTermination")],
    }


def test_every_granted_permission_is_used(testbed: ScenarioTestbed, ends: Mapping[str, list[PathEnd]]) -> None:
    left = {stage: unused(stage, granted(testbed, role), used(testbed, role)) for stage, role in roles(testbed).items()}
    assert {stage: grants for stage, grants in left.items() if grants} == {}


def test_no_permission_is_missing(testbed: ScenarioTestbed, ends: Mapping[str, list[PathEnd]]) -> None:
    ours = set(roles(testbed).values())
    asked = [each for role, found in testbed.control.permissions().items() if role in ours for each in found]
    assert len(asked) > 50
    assert [each for each in asked if not each["allowed"]] == []


@pytest.mark.parametrize(
    ("stage", "action", "path"),
    [
        ("plan", "s3:PutObject", "release_succeeds"),
        ("clone_blue", "elasticbeanstalk:AddTags", "launch_fails"),
        ("keep_green_live", "elasticbeanstalk:TerminateEnvironment", "green_is_sick"),
    ],
)
def test_without_one_permission_a_release_ends_differently(
    testbed: ScenarioTestbed, ends: Mapping[str, list[PathEnd]], stage: str, action: str, path: str
) -> None:
    with without(testbed, roles(testbed)[stage], action):
        assert PATHS[path](testbed) != ends[path]
