"""A group while its environment is changed, and afterwards."""

from tests.support import source_bundles
from tests.support.auto_scaling import ScalingShop
from tests.support.beanstalk import group_size


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
