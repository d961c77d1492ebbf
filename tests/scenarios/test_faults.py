"""Faults between the functions and AWS: short ones fail no request, and every change is made once."""

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
"""In each of them a service is unavailable for a while."""
OUTAGE_SECONDS = 180
"""Account seconds: 3.6 real ones, in which a busy machine still makes a call."""


def release_through(
    testbed: ScenarioTestbed, shop: ScenarioShop, *faults: dict[str, Any]
) -> tuple[FinishedRelease, Traffic, int]:
    """Release with these faults in each phase; return also the number of calls that they hit."""
    hits = 0
    with shop.traffic() as traffic, testbed.faults():
        arn = shop.start("v2")
        for phase in PHASES:
            testbed.until_in(arn, phase)
            hits += sum(fault["struck"] for fault in testbed.control.faults())
            testbed.control.set_faults(*faults)
        release = testbed.follow(arn)
        hits += sum(fault["struck"] for fault in testbed.control.faults())
    return release, traffic, hits


@pytest.mark.parametrize(
    "faults",
    [
        [
            {"kind": "throttle", "service": "elasticbeanstalk", "action": each, "for_seconds": OUTAGE_SECONDS}
            for each in DESCRIBE
        ],
        [{"kind": "error_before", "service": "elasticbeanstalk", "for_seconds": OUTAGE_SECONDS}],
        [{"kind": "error_before", "service": "s3", "for_seconds": OUTAGE_SECONDS}],
    ],
    ids=["every look throttled", "Elastic Beanstalk answers 503", "S3 answers 503"],
)
def test_minutes_without_a_service_only_delay_a_release_in_every_phase(
    testbed: ScenarioTestbed, faults: list[dict[str, Any]]
) -> None:
    shop = testbed.open_shop()
    release, traffic, hits = release_through(testbed, shop, *faults)
    assert release.status == "SUCCEEDED", release.cause
    assert hits >= 1
    assert traffic.failed == []
    assert testbed.acts_on(shop) == A_RELEASE
    assert shop.versions == {shop.blue: "v2"}


@pytest.mark.parametrize("kind", ["error_before", "reset_after", "kill_after"])
def test_every_change_is_made_once_whatever_happens_to_its_first_call(testbed: ScenarioTestbed, kind: str) -> None:
    shop = testbed.open_shop()
    faults = [{"kind": kind, "service": "elasticbeanstalk", "action": action, "call": 1} for action in ACTS]
    with shop.traffic() as traffic, testbed.faults(*faults):
        release = shop.release("v2")
        without_hits = [fault["action"] for fault in testbed.control.faults() if not fault["struck"]]
    assert release.status == "SUCCEEDED", release.cause
    assert without_hits == []
    assert traffic.failed == []
    assert traffic.served_by == [f"{shop.blue}/v1", f"{shop.green}/v1", f"{shop.blue}/v2"]
    assert testbed.acts_on(shop) == A_RELEASE
    assert shop.versions == {shop.blue: "v2"}


def test_a_release_succeeds_on_answers_that_are_up_to_a_minute_old(testbed: ScenarioTestbed) -> None:
    """Elastic Beanstalk is eventually consistent: https://github.com/hashicorp/terraform/pull/4692."""
    shop = testbed.open_shop()
    testbed.control.set_stale_reads(50, seed=3)
    try:
        with shop.traffic() as traffic:
            release = shop.release("v2", drain_seconds=100, bake_seconds=100)
    finally:
        testbed.control.set_stale_reads(0)
    assert release.status == "SUCCEEDED", release.cause
    assert traffic.failed == []
    assert traffic.served_by == [f"{shop.blue}/v1", f"{shop.green}/v1", f"{shop.blue}/v2"]
    assert testbed.acts_on(shop) == A_RELEASE
