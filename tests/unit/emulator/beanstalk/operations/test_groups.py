"""Auto Scaling groups of environments: what they do by themselves, and beside operations."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from emulator.in_memory import account as in_memory
from tests.support import source_bundles
from tests.support.auto_scaling import ScalingShop
from tests.support.beanstalk import ENHANCED, SHORT_DURATIONS, group_size
from tests.support.in_memory import VirtualBeanstalk, virtual_beanstalk

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient

SCALING_BY_LOAD = {
    "MeasureName": "RequestCount",
    "Unit": "Count",
    "Period": "1",
    "BreachDuration": "1",
    "UpperThreshold": "20",
    "LowerThreshold": "3",
}
"""A second instance above 20 requests a second and instance, one fewer below 3; measured over a minute."""


def trigger(**changes: str) -> list[dict[str, str]]:
    options = SCALING_BY_LOAD | changes
    return [
        {"Namespace": "aws:autoscaling:trigger", "OptionName": name, "Value": value} for name, value in options.items()
    ]


def option(name: str, value: str) -> dict[str, str]:
    return {"Namespace": "aws:autoscaling:asg", "OptionName": name, "Value": value}


@pytest.fixture(scope="session")
def autoscaling() -> Any:
    return in_memory.client("autoscaling")


@pytest.fixture
def account(client: "ElasticBeanstalkClient", autoscaling: Any) -> Iterator[VirtualBeanstalk]:
    with virtual_beanstalk(client, autoscaling) as account:
        account.service.durations.set(SHORT_DURATIONS)
        yield account


def launched(account: VirtualBeanstalk, autoscaling: Any, *options: dict[str, str]) -> ScalingShop:
    """Return shop-prod, healthy with v1, and its group."""
    id_ = account.launched("shop-prod", ENHANCED, *options, VersionLabel="v1")
    account.until_health(id_, "Ok")
    account.hosting("shop-prod").load = 12
    return ScalingShop(account, autoscaling, id_)


@pytest.fixture
def shop(account: VirtualBeanstalk, autoscaling: Any) -> ScalingShop:
    """Return shop-prod on 1 instance of at most 3, which scales by load. Its users send 12 requests a second."""
    return launched(account, autoscaling, *group_size(1, 3), option("Cooldown", "60"), *trigger())


# --- replacement


def test_an_application_that_ends_is_not_replaced_by_default(shop: ScalingShop) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environmentconfig-autoscaling-healthchecktype.html."""
    before = shop.instances()

    shop.hosting.instances[0].lost = True
    shop.account.until_health(shop.id, "Severe")
    shop.account.memory.advance(300)

    assert shop.instances() == before


def test_a_group_that_asks_the_load_balancer_replaces_an_application_that_ends(shop: ScalingShop) -> None:
    """The same document: with the health check type ELB."""
    [before] = shop.instances()
    shop.autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=shop.name, HealthCheckType="ELB", HealthCheckGracePeriod=60
    )
    shop.account.memory.advance(60)

    shop.hosting.instances[0].lost = True
    shop.account.until(lambda: before not in shop.instances(), lambda: "another instance")
    shop.until_serving(1)

    assert any("an ELB system health check failure" in one["Cause"] for one in shop.activities())
    shop.account.until_health(shop.id, "Ok")


def test_an_instance_is_not_replaced_in_its_grace_period(shop: ScalingShop) -> None:
    """https://docs.aws.amazon.com/autoscaling/ec2/userguide/health-check-grace-period.html."""
    before = shop.instances()
    shop.autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=shop.name, HealthCheckType="ELB", HealthCheckGracePeriod=7_000
    )

    shop.hosting.instances[0].lost = True
    shop.account.memory.advance(300)

    assert shop.instances() == before


def test_a_new_instance_is_pending_until_it_gets_requests(shop: ScalingShop) -> None:
    """An instance is Ok when it passes the checks:
    https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-status.html.
    """
    shop.set_desired(2)
    shop.account.until(lambda: len(shop.instances("InService")) == 2, lambda: "a second instance")
    client, seen = shop.account.client, []
    while len(shop.hosting.in_service()) < 2:
        found = client.describe_environment_health(EnvironmentId=shop.id, AttributeNames=["InstancesHealth"])
        seen.append((found["InstancesHealth"]["Ok"], found["InstancesHealth"]["Pending"]))
        shop.account.memory.advance(1)

    assert set(seen) == {(1, 1)}


# --- load


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
    shop = launched(account, autoscaling, *group_size(1, 3), option("Cooldown", "360"), *trigger())

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


# --- capacity


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


# --- operations


def test_an_update_of_the_sizes_launches_and_terminates(shop: ScalingShop) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.managing.as.html."""
    client = shop.account.client

    client.update_environment(EnvironmentId=shop.id, OptionSettings=group_size(2, 5))  # type: ignore[arg-type]
    shop.account.until_status(shop.id, "Ready")

    group = shop.group()
    assert (group["MinSize"], group["MaxSize"], group["DesiredCapacity"]) == (2, 5, 2)
    shop.until_serving(2)

    client.update_environment(EnvironmentId=shop.id, OptionSettings=group_size(1, 1))  # type: ignore[arg-type]
    shop.account.until_status(shop.id, "Ready")
    shop.until_serving(1)


def test_sizes_from_the_auto_scaling_api_stay_when_other_settings_change(shop: ScalingShop) -> None:
    shop.autoscaling.update_auto_scaling_group(AutoScalingGroupName=shop.name, MinSize=2, MaxSize=2)
    shop.until_serving(2)

    setting = {"Namespace": "aws:elasticbeanstalk:application:environment", "OptionName": "COLOUR", "Value": "blue"}
    shop.account.client.update_environment(EnvironmentId=shop.id, OptionSettings=[setting])  # type: ignore[list-item]
    shop.account.until_status(shop.id, "Ready")

    assert len(shop.instances()) == 2


def test_a_group_waits_for_the_end_of_an_operation(shop: ScalingShop) -> None:
    """A deployment suspends the group's processes: github.com/grails/grails-core/issues/16262."""
    shop.account.service.durations.set({"update": 100})
    shop.account.client.update_environment(EnvironmentId=shop.id, VersionLabel="v2")

    shop.set_desired(2)
    shop.account.memory.advance(50)
    assert len(shop.instances()) == 1

    shop.until_serving(2)
    assert {instance.running_label for instance in shop.hosting.instances} == {"v2"}


def test_an_instance_that_is_launched_during_a_deployment_gets_the_version_of_its_end(shop: ScalingShop) -> None:
    shop.account.service.durations.set({"instance_launch": 60})
    shop.set_desired(2)
    shop.account.memory.advance(30)

    shop.account.client.update_environment(EnvironmentId=shop.id, VersionLabel="v2")
    shop.account.until_status(shop.id, "Ready")
    assert len(shop.instances("Pending")) == 1

    shop.until_serving(2)
    assert {instance.running_label for instance in shop.hosting.instances} == {"v2"}


def test_a_new_instance_runs_the_deployed_version_after_a_failed_deployment(shop: ScalingShop) -> None:
    shop.account.version("dying", source_bundles.dying())
    shop.account.client.update_environment(EnvironmentId=shop.id, VersionLabel="dying")
    shop.account.until_status(shop.id, "Ready")

    shop.set_desired(2)
    shop.account.until(lambda: len(shop.instances("InService")) == 2, lambda: "two instances")

    assert [instance.running_label for instance in shop.hosting.instances] == ["dying", "v1"]
    shop.account.until_health(shop.id, "Degraded")
    causes = shop.account.client.describe_environment_health(EnvironmentId=shop.id, AttributeNames=["Causes"])["Causes"]
    assert any(cause.startswith("Incorrect application version found on 1 out of 2 instances.") for cause in causes)


def test_terminating_the_instance_with_the_wrong_version_heals_an_environment(shop: ScalingShop) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-notifications.html."""
    shop.account.version("dying", source_bundles.dying())
    shop.account.client.update_environment(EnvironmentId=shop.id, VersionLabel="dying")
    shop.account.until_status(shop.id, "Ready")
    [wrong] = shop.instances()

    shop.autoscaling.terminate_instance_in_auto_scaling_group(InstanceId=wrong, ShouldDecrementDesiredCapacity=False)
    shop.until_serving(1)
    shop.account.until_health(shop.id, "Ok")

    assert shop.account.answered_by(shop.id) == "shop-prod/v1"


def test_a_terminated_environment_launches_nothing_more(shop: ScalingShop) -> None:
    shop.set_desired(3)

    shop.account.client.terminate_environment(EnvironmentId=shop.id)
    shop.account.until_status(shop.id, "Terminated")
    shop.account.memory.advance(100)

    assert shop.hosting.instances == []


def test_a_rebuilt_environment_has_a_new_group_at_its_least_size(shop: ScalingShop) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environment-management-rebuild.html."""
    name = shop.name
    shop.set_desired(3)
    shop.until_serving(3)

    shop.account.client.rebuild_environment(EnvironmentId=shop.id)
    shop.account.until_status(shop.id, "Ready")

    assert shop.name != name
    assert len(shop.instances()) == 1
