"""Configuration updates of several instances: in place, or with new instances.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environments-updating.html,
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rollingupdates.html
"""

import pytest

from emulator.beanstalk.hosting.deployment_command import DeploymentCommand
from tests.support.beanstalk import ENHANCED, PLATFORM, command_timeout, environment_property
from tests.support.in_memory import VirtualBeanstalk
from tests.support.option_settings import option

COMMAND = "aws:elasticbeanstalk:command"
UPDATE = "aws:autoscaling:updatepolicy:rollingupdate"
TYPES = option("aws:ec2:instances", "InstanceTypes", "m5.large")
PROPERTY = environment_property("COLOUR", "blue")
ROLLING = [option(UPDATE, "RollingUpdateEnabled", "true"), option(UPDATE, "MaxBatchSize", "1")]
HEALTH = [*ROLLING, option(UPDATE, "RollingUpdateType", "Health")]
IMMUTABLE = [ENHANCED, option(UPDATE, "RollingUpdateType", "Immutable")]


def environment(account: VirtualBeanstalk, *more: dict[str, str], **parameters: str) -> str:
    sizes = [option("aws:autoscaling:asg", name, "3") for name in ("MinSize", "MaxSize")]
    return account.healthy("shop-prod", *sizes, *more, VersionLabel="v1", **parameters)


def instances(account: VirtualBeanstalk, id_: str) -> list[str]:
    resources = account.client.describe_environment_resources(EnvironmentId=id_)["EnvironmentResources"]
    return [instance["Id"] for instance in resources["Instances"]]


def configure(account: VirtualBeanstalk, id_: str, *settings: dict[str, str], **parameters: str) -> set[int]:
    """Update the configuration; return the statuses that users got meanwhile."""
    account.client.update_environment(EnvironmentId=id_, OptionSettings=list(settings), **parameters)  # type: ignore[arg-type]
    return use(account, id_)


def use(account: VirtualBeanstalk, id_: str) -> set[int]:
    statuses, cname = set(), account.describe(id_)["CNAME"]
    while account.describe(id_)["Status"] == "Updating":
        statuses |= {account.get(cname).status for _ in range(3)}
        account.memory.advance(2)
    return statuses


@pytest.mark.parametrize(
    ("options", "expected"),
    [([], {200, 503}), (ROLLING, {200}), (HEALTH, {200}), (IMMUTABLE, {200})],
    ids=["disabled", "by time", "by health", "immutable"],
)
def test_an_instance_type_needs_new_instances(
    account: VirtualBeanstalk, options: list[dict[str, str]], expected: set[int]
) -> None:
    id_ = environment(account, *options)
    before = instances(account, id_)

    statuses = configure(account, id_, TYPES)

    after = instances(account, id_)
    assert statuses == expected
    assert len(after) == 3
    assert not set(before) & set(after)
    [settings] = account.settings(EnvironmentName="shop-prod")
    assert settings["InstanceTypes"] == "m5.large"
    account.until_health(id_, "Green")


def test_the_pause_between_batches_is_kept(account: VirtualBeanstalk) -> None:
    id_ = environment(account, *ROLLING, option(UPDATE, "PauseTime", "PT1M"))
    began = account.memory.clock.time()

    configure(account, id_, TYPES)

    assert account.memory.clock.time() - began >= 2 * 60


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("AllAtOnce", {200, 503}), ("Rolling", {200}), ("Immutable", {200}), ("TrafficSplitting", {200})],
)
def test_a_property_is_put_on_as_a_version_is(account: VirtualBeanstalk, policy: str, expected: set[int]) -> None:
    """https://github.com/meteor-up/mup-aws-beanstalk/issues/63 and 91"""
    balancer = option("aws:elasticbeanstalk:environment", "LoadBalancerType", "application")
    batch = option(COMMAND, "BatchSize", "30")
    id_ = environment(account, ENHANCED, balancer, batch, option(COMMAND, "DeploymentPolicy", policy))

    assert configure(account, id_, PROPERTY) == expected

    assert "Successfully deployed new configuration to environment." in account.messages(EnvironmentId=id_)
    assert {instance.running_label for instance in account.hosting("shop-prod").instances} == {"v1"}


def test_a_platform_goes_onto_new_instances(account: VirtualBeanstalk) -> None:
    id_ = environment(account, *IMMUTABLE, SolutionStackName=PLATFORM.replace("4.7.2", "4.7.1"))
    before = instances(account, id_)

    assert configure(account, id_, SolutionStackName=PLATFORM) == {200}

    assert not set(before) & set(instances(account, id_))
    assert account.describe(id_)["SolutionStackName"] == PLATFORM


def test_an_aborted_property_is_taken_off_again(account: VirtualBeanstalk) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/eb3-abort.html"""
    rolling = [option(COMMAND, "DeploymentPolicy", "Rolling"), option(COMMAND, "BatchSize", "30")]
    id_ = environment(account, *rolling)
    deployed: list[str] = []
    for instance in account.hosting("shop-prod").instances:
        original = instance.deploy

        def deploy(label: str, source: bytes, command: DeploymentCommand, original=original) -> None:  # type: ignore[no-untyped-def]
            deployed.append(command.properties.get("COLOUR", "none"))
            original(label, source, command)

        instance.deploy = deploy  # type: ignore[method-assign]
    account.client.update_environment(EnvironmentId=id_, OptionSettings=[PROPERTY])  # type: ignore[list-item]
    account.until(lambda: deployed, lambda: "the first batch")

    account.client.abort_environment_update(EnvironmentId=id_)
    account.until_status(id_, "Ready")

    assert deployed == ["blue", "none"]
    account.until_health(id_, "Green")


def test_a_batch_that_is_not_healthy_in_time_brings_the_old_configuration_back(account: VirtualBeanstalk) -> None:
    id_ = environment(account, *HEALTH, option(UPDATE, "Timeout", "PT5M"), command_timeout(20))
    hosting = account.hosting("shop-prod")
    account.client.update_environment(EnvironmentId=id_, OptionSettings=[TYPES])  # type: ignore[list-item]
    account.until(lambda: len(hosting.instances) == 2, lambda: "the first batch to end")

    hosting.order = 503
    failed = "Failed to deploy configuration."
    account.until(lambda: failed in account.messages(EnvironmentId=id_), lambda: "the batch to fail")
    hosting.order = None
    account.until_status(id_, "Ready")

    reverted = "The environment was reverted to the previous configuration setting."
    assert reverted in account.messages(EnvironmentId=id_, Severity="ERROR")
    assert [one["status"] for one in account.settings(EnvironmentName="shop-prod")] == ["deployed", "failed"]
    assert account.settings(EnvironmentName="shop-prod")[0]["InstanceTypes"] == "t3.micro,t3.small"
    account.until_health(id_, "Green")
    assert len(instances(account, id_)) == 3


def test_an_aborted_update_in_batches_leaves_as_many_instances_as_before(account: VirtualBeanstalk) -> None:
    id_ = environment(account, *ROLLING)
    hosting = account.hosting("shop-prod")
    account.client.update_environment(EnvironmentId=id_, OptionSettings=[TYPES])  # type: ignore[list-item]
    account.until(lambda: len(hosting.instances) == 2, lambda: "the first batch to end")

    account.client.abort_environment_update(EnvironmentId=id_)
    account.until_status(id_, "Ready")

    account.until(lambda: len(instances(account, id_)) == 3, lambda: "the group to launch another instance")
    account.until_health(id_, "Green")
    assert account.settings(EnvironmentName="shop-prod")[0]["InstanceTypes"] == "t3.micro,t3.small"
