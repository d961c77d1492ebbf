"""Each stage's role is granted what it uses and no more; without one permission a release ends differently."""

import json
import re
from collections.abc import Mapping
from concurrent.futures import Future
from functools import partial
from pathlib import Path

import pytest

from tests.support.release_paths import PATHS, PathEnd
from tests.support.role_permissions import granted, roles, unused, used, without
from tests.support.shop import sample_bundle
from tests.support.testbed import ScenarioTestbed

Denials = list[dict[str, object]]


def denials(testbed: ScenarioTestbed) -> Denials:
    """Return what the stack's roles asked for and did not get, with its count."""
    ours = set(roles(testbed).values())
    asked = [each for role, found in testbed.control.permissions().items() if role in ours for each in found]
    return [each for each in asked if not each["allowed"]]


@pytest.fixture(scope="module")
def ordered_denials(testbed: ScenarioTestbed) -> Denials:
    """What other tests denied on purpose, in the same account."""
    return denials(testbed)


@pytest.fixture(scope="module")
def ends(testbed: ScenarioTestbed, ordered_denials: Denials) -> Mapping[str, list[PathEnd]]:
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
        "green_is_replaced": [("SUCCEEDED", "AwaitTermination")],
        "fleet_stops": [("FAILED", "HoldFleet")],
    }
    assert ends["launch_fails"][0].quoted, "the cause says what Elastic Beanstalk found"


def test_every_granted_permission_is_used(testbed: ScenarioTestbed, ends: Mapping[str, list[PathEnd]]) -> None:
    left = {stage: unused(stage, granted(testbed, role), used(testbed, role)) for stage, role in roles(testbed).items()}
    assert {stage: grants for stage, grants in left.items() if grants} == {}


def test_no_permission_is_missing(
    testbed: ScenarioTestbed, ordered_denials: Denials, ends: Mapping[str, list[PathEnd]]
) -> None:
    assert sum(map(len, testbed.control.permissions().values())) > 50
    assert [each for each in denials(testbed) if each not in ordered_denials] == []


def test_a_bundle_in_a_bucket_of_ones_own_is_released_under_the_documented_policy(testbed: ScenarioTestbed) -> None:
    """Elastic Beanstalk reads a bundle as its caller: deploy logs with a bundle in CodePipeline's bucket."""
    shop = testbed.open_shop()
    bucket = f"bundles-of-{shop.name}"
    testbed.s3.create_bucket(Bucket=bucket)
    testbed.s3.put_object(Bucket=bucket, Key="v3.zip", Body=sample_bundle("v2"))
    bundle = {"bucket": bucket, "key": "v3.zip"}
    with shop.traffic() as traffic:
        refused = shop.release("v3", source_bundle=bundle)
        testbed.s3.put_bucket_policy(Bucket=bucket, Policy=documented_policy(testbed, bucket))
        released = shop.release("v3", source_bundle=bundle)
        next_one = shop.release("v2")  # green is launched with v3
    assert (refused.status, refused.failed_in) == ("FAILED", "RegisterRelease"), refused.cause
    assert (released.status, next_one.status) == ("SUCCEEDED", "SUCCEEDED"), (released.cause, next_one.cause)
    assert traffic.failed == []


def documented_policy(testbed: ScenarioTestbed, bucket: str) -> str:
    """Return the policy in docs/pipelines.md, with the names of the testbed's roles and of a bucket."""
    (statement,) = re.findall(r"<!-- bucket -->\n```json\n(.*?)```", Path("docs/pipelines.md").read_text(), re.DOTALL)
    for stage, role in roles(testbed).items():
        statement = statement.replace(f"ROLE-OF-{stage.title().replace('_', '')}", role)
    assert "ROLE-OF" not in statement
    statement = statement.replace("releases-of-shop", bucket)
    return json.dumps({"Version": "2012-10-17", "Statement": [json.loads(statement)]})


@pytest.mark.parametrize(
    ("stage", "action", "path"),
    [
        ("clone_blue", "elasticbeanstalk:DescribeApplications", "release_succeeds"),
        ("clone_blue", "elasticbeanstalk:AddTags", "launch_fails"),
        ("clone_blue", "elasticbeanstalk:TerminateEnvironment", "green_is_replaced"),
        ("keep_green_live", "elasticbeanstalk:TerminateEnvironment", "green_is_sick"),
    ],
)
def test_without_one_permission_a_release_ends_differently(
    testbed: ScenarioTestbed, ends: Mapping[str, list[PathEnd]], stage: str, action: str, path: str
) -> None:
    with without(testbed, roles(testbed)[stage], action):
        assert PATHS[path](testbed) != ends[path]
