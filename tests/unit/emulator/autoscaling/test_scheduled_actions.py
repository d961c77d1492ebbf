"""A scheduled action changes the sizes of a group once, at its time.

Source: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScheduledUpdateGroupAction.html
"""

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.auto_scaling import ScalingShop


def put(shop: ScalingShop, seconds: float = 60, **sizes: Any) -> None:
    start = shop.account.now() + timedelta(seconds=seconds)
    shop.autoscaling.put_scheduled_update_group_action(
        AutoScalingGroupName=shop.name, ScheduledActionName="later", **{"StartTime": start, **sizes}
    )


def waiting(shop: ScalingShop) -> list[int]:
    """Return the MinSize of each action that has not run."""
    found = shop.autoscaling.describe_scheduled_actions(AutoScalingGroupName=shop.name)
    return [each["MinSize"] for each in found["ScheduledUpdateGroupActions"]]


def test_an_action_changes_the_sizes_at_its_time_and_the_desired_capacity_follows(shop: ScalingShop) -> None:
    put(shop, MinSize=3)
    shop.account.memory.advance(59)
    assert (shop.group()["MinSize"], waiting(shop)) == (2, [3])
    shop.account.memory.advance(2)
    assert (shop.group()["MinSize"], shop.group()["DesiredCapacity"], waiting(shop)) == (3, 3, [])


def test_an_action_replaces_the_one_of_its_name(shop: ScalingShop) -> None:
    put(shop, MinSize=3)
    put(shop, 120, MinSize=1)
    shop.account.memory.advance(61)
    assert (shop.group()["MinSize"], waiting(shop)) == (2, [1])
    shop.account.memory.advance(60)
    assert shop.group()["MinSize"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seconds": -60, "MinSize": 1}, "Given start time is in the past"),
        ({}, "Expected one of MinSize, MaxSize, DesiredCapacity. Found none."),
        ({"MinSize": 1, "Recurrence": "0 8 * * *"}, "Recurrence is not supported here. Expected StartTime alone."),
    ],
)
def test_an_action_that_cannot_run_is_refused(shop: ScalingShop, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message.replace("*", ".")):
        put(shop, **arguments)
