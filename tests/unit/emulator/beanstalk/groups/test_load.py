"""How a group grows and shrinks with its load."""

from typing import Any

import pytest

from tests.support.auto_scaling import ScalingShop, cooldown, launched, trigger
from tests.support.beanstalk import group_size
from tests.support.in_memory import VirtualBeanstalk


def test_a_higher_load_adds_an_instance_and_a_lower_one_removes_it(shop: ScalingShop) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environments-cfg-autoscaling-triggers.html.

    Recorded cause: `a monitor alarm awseb-... in state ALARM triggered policy ... changing the desired capacity`.
    """
    shop.hosting.load = 30
    shop.until_serving(2)
    cause = shop.activities()[0]["Cause"]

    shop.hosting.load = 2
    shop.until_serving(1)

    assert "AWSEBCloudwatchAlarmHigh" in cause
    assert "changing the desired capacity from 1 to 2." in cause
    assert "AWSEBCloudwatchAlarmLow" in shop.activities()[0]["Cause"]


def test_a_load_between_the_thresholds_changes_nothing(shop: ScalingShop) -> None:
    shop.account.memory.advance(600)

    assert len(shop.instances()) == 1


def test_a_group_grows_to_its_largest_size_only(shop: ScalingShop) -> None:
    shop.hosting.load = 1_000
    shop.until_serving(3)
    shop.account.memory.advance(600)

    assert len(shop.instances()) == 3


def test_a_group_scales_once_in_its_cooldown(account: VirtualBeanstalk, autoscaling: Any) -> None:
    """https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scaling-cooldowns.html."""
    shop = launched(account, autoscaling, *group_size(1, 3), cooldown(360), *trigger())

    shop.hosting.load = 1_000
    shop.until_serving(2)
    account.memory.advance(200)
    assert len(shop.instances()) == 2

    account.memory.advance(200)
    shop.until_serving(3)


def test_a_breach_must_last(account: VirtualBeanstalk, autoscaling: Any) -> None:
    shop = launched(account, autoscaling, *group_size(1, 3), *trigger(BreachDuration="5"))
    account.memory.advance(60)

    shop.hosting.load = 1_000
    account.memory.advance(120)
    shop.hosting.load = 12
    account.memory.advance(600)

    assert len(shop.instances()) == 1


def test_the_sum_of_requests_in_a_period_can_be_the_measure(account: VirtualBeanstalk, autoscaling: Any) -> None:
    """As CloudWatch counts: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/
    load-balancer-cloudwatch-metrics.html, RequestCount."""
    options = trigger(Statistic="Sum", UpperThreshold="600", LowerThreshold="1")
    shop = launched(account, autoscaling, *group_size(1, 2), *options)

    shop.hosting.load = 9
    account.memory.advance(300)
    assert len(shop.instances()) == 1

    shop.hosting.load = 11
    shop.until_serving(2)


@pytest.mark.parametrize(
    "options", [[*group_size(1, 3)], [*group_size(1, 1), *trigger()]], ids=["other metric", "one size"]
)
def test_other_environments_do_not_scale_by_load(
    account: VirtualBeanstalk, autoscaling: Any, options: list[dict[str, str]]
) -> None:
    shop = launched(account, autoscaling, *options)

    shop.hosting.load = 1_000
    account.memory.advance(1_200)

    assert len(shop.instances()) == 1


def test_suspended_alarms_do_not_scale(shop: ScalingShop) -> None:
    """https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html."""
    shop.autoscaling.suspend_processes(AutoScalingGroupName=shop.name, ScalingProcesses=["AlarmNotification"])

    shop.hosting.load = 1_000
    shop.account.memory.advance(600)

    assert len(shop.instances()) == 1


def test_a_clone_of_a_service_that_has_scaled_out_is_too_small_for_its_users(shop: ScalingShop) -> None:
    """A new group starts at its least size: github.com/ThoughtWorksStudios/eb_deployer/issues/47."""
    account = shop.account
    account.memory.capacities.set({"requests_per_second": 25})
    shop.hosting.load = 60
    shop.until_serving(3)
    assert account.get(account.describe(shop.id)["CNAME"]).status == 200
    account.client.create_configuration_template(ApplicationName="shop", TemplateName="copy", EnvironmentId=shop.id)

    green = account.healthy("shop-green", TemplateName="copy", VersionLabel="v1")
    account.hosting("shop-green").load = 60

    assert len(account.hosting("shop-green").in_service()) == 1
    assert account.get(account.describe(green)["CNAME"]).status == 503
