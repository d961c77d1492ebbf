"""Environments of several instances: launches, deployments all at once, and health."""

from typing import Any

import pytest

from tests.support import source_bundles
from tests.support.beanstalk import ENHANCED, command_timeout, group_size
from tests.support.in_memory import VirtualBeanstalk

PATH = "/only-here"


def instance_ids(account: VirtualBeanstalk, id_: str) -> list[str]:
    found = account.client.describe_environment_resources(EnvironmentId=id_)["EnvironmentResources"]
    return [instance["Id"] for instance in found["Instances"]]


def causes(account: VirtualBeanstalk, id_: str) -> list[str]:
    return account.client.describe_environment_health(EnvironmentId=id_, AttributeNames=["Causes"])["Causes"]


def test_a_launch_starts_with_the_least_number_of_instances(account: VirtualBeanstalk) -> None:
    """The event names all: recorded in github.com, `Added instances [i-05f2c36ffb09ec20e, i-0c415974c2a927bb8]`."""
    id_ = account.launched("shop-prod", *group_size(3, 5), VersionLabel="v1")

    ids = instance_ids(account, id_)
    assert len(ids) == 3
    assert f"Added instances [{', '.join(ids)}] to your environment." in account.messages(EnvironmentId=id_)
    assert len(account.hosting("shop-prod").in_service()) == 3


def test_an_environment_of_type_single_instance_has_one(account: VirtualBeanstalk) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features-managing-env-types.html."""
    single = {"Namespace": "aws:elasticbeanstalk:environment", "OptionName": "EnvironmentType"}
    id_ = account.launched("shop-prod", single | {"Value": "SingleInstance"}, *group_size(3, 3), VersionLabel="v1")

    assert len(instance_ids(account, id_)) == 1


def test_instances_are_spread_over_availability_zones(account: VirtualBeanstalk) -> None:
    """https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html."""
    account.launched("shop-prod", ENHANCED, *group_size(4, 4), VersionLabel="v1")

    found = account.client.describe_instances_health(EnvironmentName="shop-prod", AttributeNames=["All"])
    zones = [instance["AvailabilityZone"] for instance in found["InstanceHealthList"]]
    assert zones == ["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1a"]


def test_a_deployment_all_at_once_reaches_every_instance_and_stops_service_meanwhile(
    account: VirtualBeanstalk,
) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rolling-version-deploy.html.

    Recorded with three instances: one `Instance deployment completed successfully.` for each.
    """
    id_ = account.healthy("shop-prod", *group_size(3, 3), VersionLabel="v1")
    name, before = account.describe(id_)["CNAME"], len(account.messages(EnvironmentId=id_))

    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    account.memory.advance(5)
    down = account.get(name)
    account.until_status(id_, "Ready")

    assert down.status == 503
    assert [account.get(name).answered_by for _ in range(3)] == ["shop-prod/v2"] * 3
    messages = account.messages(EnvironmentId=id_)[before:]
    assert messages.count("Instance deployment completed successfully.") == 3


def test_health_says_on_how_many_instances_an_operation_runs(account: VirtualBeanstalk) -> None:
    """Recorded: github.com/meteor-up/mup-aws-beanstalk/issues/53, `0 out of 2 instances completed (running for ...`."""
    id_ = account.healthy("shop-prod", ENHANCED, *group_size(3, 3), VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    account.memory.advance(5)

    assert causes(account, id_) == [
        "Application update in progress on 3 instances. 0 out of 3 instances completed (running for 0 seconds)."
    ]


class PartlyFailed:
    """An environment of three instances, whose deployment of v2 has failed on one."""

    def __init__(self, account: VirtualBeanstalk) -> None:
        self.account = account
        self.id = account.healthy("shop-prod", ENHANCED, *group_size(3, 3), VersionLabel="v1")
        account.until_health(self.id, "Ok")
        instances = account.hosting("shop-prod").instances
        deploy = instances[0].deploy

        def die(label: str, _source: bytes, properties: Any) -> None:
            deploy(label, source_bundles.dying(), properties)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(instances[0], "deploy", die)
            account.client.update_environment(EnvironmentId=self.id, VersionLabel="v2")
            account.until_status(self.id, "Ready")


@pytest.fixture
def failed(account: VirtualBeanstalk) -> PartlyFailed:
    return PartlyFailed(account)


def test_a_deployment_that_fails_on_one_instance_leaves_the_new_version_on_the_others(failed: PartlyFailed) -> None:
    account, name = failed.account, failed.account.describe(failed.id)["CNAME"]

    assert account.describe(failed.id)["VersionLabel"] == "v1"
    assert [account.get(name).answered_by for _ in range(2)] == ["shop-prod/v2"] * 2
    assert len(account.hosting("shop-prod").in_service()) == 2


def test_events_name_the_instance_on_which_a_deployment_failed(failed: PartlyFailed) -> None:
    account, first = failed.account, instance_ids(failed.account, failed.id)[0]

    messages = account.messages(EnvironmentId=failed.id)
    assert "Command execution completed on all instances. Summary: [Successful: 2, Failed: 1]." in messages
    assert f"Unsuccessful command execution on instance id(s) '{first}'. Aborting the operation." in messages


def test_causes_say_how_many_instances_run_the_wrong_version(failed: PartlyFailed) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-notifications.html.

    `Command failed on 1 out of 2 instances.` was recorded in June 2016, with `Degraded to Warning`.
    """
    wrong = 'Incorrect application version found on all instances. Expected version "v1" (deployment 1).'
    changed = "Environment health has transitioned from Info to Warning. Command failed on 1 out of 3 instances."
    assert any(message.startswith(f"{changed} {wrong}") for message in failed.account.messages(EnvironmentId=failed.id))
    assert wrong in causes(failed.account, failed.id)


@pytest.mark.parametrize(("size", "bad", "status"), [(2, 1, "Degraded"), (3, 1, "Warning"), (3, 3, "Severe")])
def test_health_depends_on_how_many_instances_are_bad(
    account: VirtualBeanstalk, size: int, bad: int, status: str
) -> None:
    """Recorded: Degraded with one of two, github.com/meteor-up/mup-aws-beanstalk/issues/53.

    Warning with one of five: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-status.html.
    """
    id_ = account.healthy("shop-prod", ENHANCED, *group_size(size, size), VersionLabel="v1")

    for instance in account.hosting("shop-prod").instances[:bad]:
        instance.order = 500
    account.until_health(id_, status)

    found = "on all instances" if bad == size else f"on {bad} out of {size} instances"
    assert f"ELB processes are not healthy {found}." in causes(account, id_)
    assert len(account.hosting("shop-prod").in_service()) == size - bad


def test_basic_health_is_yellow_while_some_instances_serve(account: VirtualBeanstalk) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.healthstatus.html."""
    id_ = account.healthy("shop-prod", *group_size(2, 2), VersionLabel="v1")
    instances = account.hosting("shop-prod").instances

    instances[0].order = 500
    account.until_health(id_, "Yellow")
    assert account.get(account.describe(id_)["CNAME"]).status == 200

    instances[1].order = 500
    account.until_health(id_, "Red")


def test_each_instance_has_a_health_and_a_version_of_its_own(account: VirtualBeanstalk) -> None:
    """Recorded cause: `Process default has been unhealthy for 17 hours (Target.ResponseCodeMismatch).`"""
    id_ = account.healthy("shop-prod", ENHANCED, *group_size(3, 3), VersionLabel="v1")
    account.hosting("shop-prod").instances[1].order = 500
    account.until_health(id_, "Warning")

    found = account.client.describe_instances_health(EnvironmentId=id_, AttributeNames=["All"])["InstanceHealthList"]
    summary = account.client.describe_environment_health(EnvironmentId=id_, AttributeNames=["InstancesHealth"])

    assert [(each["HealthStatus"], each["Color"]) for each in found] == [
        ("Ok", "Green"), ("Severe", "Red"), ("Ok", "Green"),
    ]  # fmt: skip
    assert found[1]["Causes"] == ["Process default has been unhealthy for 1 minute (Target.ResponseCodeMismatch)."]
    assert {each["Deployment"]["VersionLabel"] for each in found} == {"v1"}
    assert (summary["InstancesHealth"]["Ok"], summary["InstancesHealth"]["Severe"]) == (2, 1)


def test_a_deployment_that_answers_badly_on_one_instance_fails_its_health_check(account: VirtualBeanstalk) -> None:
    id_ = account.healthy("shop-prod", ENHANCED, command_timeout(60), *group_size(2, 2), VersionLabel="v1")
    account.hosting("shop-prod").instances[1].order = 500

    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    account.until_status(id_, "Ready")

    second = instance_ids(account, id_)[1]
    errors = account.messages(EnvironmentId=id_, Severity="ERROR")
    assert errors[0].startswith(f"Instance id(s) '{second}' did not pass health check after command execution.")
    assert account.describe(id_)["HealthStatus"] == "Degraded"
