"""Faults between the functions and AWS: what passes by itself goes unnoticed, and every act is done once."""

from typing import Any

import pytest

from rehearsal.traffic import Traffic
from tests.support.shop import FinishedRelease, ScenarioShop
from tests.support.testbed import ScenarioTestbed

DESCRIBE = (
    "DescribeApplications",
    "DescribeApplicationVersions",
    "DescribeConfigurationSettings",
    "DescribeEnvironments",
    "DescribeEvents",
    "ListTagsForResource",
)
ACTS = (
    "CreateConfigurationTemplate",
    "CreateEnvironment",
    "SwapEnvironmentCNAMEs",
    "UpdateEnvironment",
    "TerminateEnvironment",
    "DeleteConfigurationTemplate",
)
A_RELEASE = [
    "createEnvironment",  # blue
    "createEnvironment",
    "swapEnvironmentCNAMEs",
    "Environment",  # ... update is starting.
    "swapEnvironmentCNAMEs",
    "terminateEnvironment",
]
PHASES = ("Plan", "AwaitGreen", "AwaitRelease", "WatchRelease")
"""In each of them a service is away for a minute."""


def release_through(
    testbed: ScenarioTestbed, shop: ScenarioShop, *faults: dict[str, Any]
) -> tuple[FinishedRelease, Traffic, int]:
    """A release with these faults in each phase; also how many calls were struck."""
    struck = 0
    with shop.traffic() as traffic, testbed.faults():
        arn = shop.start("v2")
        for phase in PHASES:
            testbed.until_in(arn, phase)
            struck += sum(fault["struck"] for fault in testbed.control.faults())
            testbed.control.set_faults(*faults)
        release = testbed.follow(arn)
        struck += sum(fault["struck"] for fault in testbed.control.faults())
    return release, traffic, struck


@pytest.mark.parametrize(
    "faults",
    [
        [{"kind": "throttle", "service": "elasticbeanstalk", "action": each, "for_seconds": 60} for each in DESCRIBE],
        [{"kind": "error_before", "service": "elasticbeanstalk", "for_seconds": 60}],
        [{"kind": "error_before", "service": "s3", "for_seconds": 60}],
    ],
    ids=["every look throttled", "Elastic Beanstalk answers 503", "S3 answers 503"],
)
def test_a_minute_without_a_service_is_waited_out_in_every_phase(
    testbed: ScenarioTestbed, faults: list[dict[str, Any]]
) -> None:
    shop = testbed.open_shop()
    release, traffic, struck = release_through(testbed, shop, *faults)
    assert release.status == "SUCCEEDED", release.cause
    assert struck >= 1
    assert traffic.failed == []
    assert testbed.acts_on(shop) == A_RELEASE
    assert shop.versions == {shop.blue: "v2"}


@pytest.mark.parametrize("kind", ["error_before", "reset_after", "kill_after"])
def test_every_act_is_done_once_whatever_becomes_of_its_first_call(testbed: ScenarioTestbed, kind: str) -> None:
    shop = testbed.open_shop()
    faults = [{"kind": kind, "service": "elasticbeanstalk", "action": action, "call": 1} for action in ACTS]
    with shop.traffic() as traffic, testbed.faults(*faults):
        release = shop.release("v2")
        unstruck = [fault["action"] for fault in testbed.control.faults() if not fault["struck"]]
    assert release.status == "SUCCEEDED", release.cause
    assert unstruck == []
    assert traffic.failed == []
    assert traffic.served_by == [f"{shop.blue}/v1", f"{shop.green}/v1", f"{shop.blue}/v2"]
    assert testbed.acts_on(shop) == A_RELEASE
    assert shop.versions == {shop.blue: "v2"}
