"""Under load that needs three instances, a release loses no request; with `capacity: "template"` it does."""

import time
from collections.abc import Iterator

import pytest

from rehearsal.account.shop import ENHANCED_HEALTH
from rehearsal.traffic import Traffic
from tests.support.beanstalk import group_size
from tests.support.shop import ScenarioShop
from tests.support.testbed import ScenarioTestbed

CLIENTS = 15
REQUESTS_PER_SECOND = 15.0
INSTANCE_REQUESTS_PER_SECOND = 7.0
"""Three instances take all clients at once within the second that a request may wait. Two do not."""


@pytest.fixture(scope="module")
def shop(testbed: ScenarioTestbed) -> Iterator[ScenarioShop]:
    """A shop with three instances in service, of 1 to 6, each of which takes a part of the load."""
    shop = testbed.open_shop(ENHANCED_HEALTH, *group_size(1, 6))
    shop.resize(3)
    shop.until_instances(3)
    limit = {"requests_per_second": INSTANCE_REQUESTS_PER_SECOND}
    testbed.control.set_capacity(environments={shop.blue: limit, shop.green: limit})
    with testbed.durations(instance_launch=20):
        yield shop
    testbed.control.set_capacity()


def load(shop: ScenarioShop) -> Traffic:
    resolve = shop.testbed.control.resolve
    return Traffic(shop.cname, resolve, clients=CLIENTS, requests_per_second=REQUESTS_PER_SECOND)


def test_a_release_under_load_for_three_instances_loses_no_request(shop: ScenarioShop) -> None:
    with load(shop) as traffic:
        arn = shop.started("DeployRelease", "v2")  # the last users have left blue
        shop.resize(1)
        release = shop.testbed.follow(arn)
        time.sleep(0.5)
    name = shop.group()["AutoScalingGroupName"]
    activities = shop.testbed.autoscaling.describe_scaling_activities(AutoScalingGroupName=name)["Activities"]
    launch = next(each["Cause"] for each in activities if each["Description"].startswith("Launching"))
    assert release.status == "SUCCEEDED", release.cause
    assert traffic.failed == []
    assert traffic.served_by == [f"{shop.blue}/v1", f"{shop.green}/v1", f"{shop.blue}/v2"]
    assert "a user request explicitly set group desired capacity changing the desired capacity from 1 to 3" in launch


def test_with_capacity_template_users_lose_requests_on_a_green_that_is_too_small(shop: ScenarioShop) -> None:
    with load(shop) as traffic:
        arn = shop.started("DrainBlue", "v1", capacity="template", drain_seconds=1_000)
        shop.testbed.until(lambda: traffic.failed, "a request to fail")
        shop.testbed.abort(arn)
    assert {each.failure for each in traffic.failed} == {"status 503"}
