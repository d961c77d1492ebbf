"""The actions that describe groups, instances, activities and policies."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.auto_scaling import ScalingShop


def test_a_group_shows_its_sizes_and_its_instances(shop: ScalingShop) -> None:
    """The name is CloudFormation's: awseb-e-47p3mk2m83-stack-AWSEBAutoScalingGroup-5WNFZCg4Fdq2 was recorded."""
    group = shop.group()

    assert group["AutoScalingGroupName"].startswith(f"awseb-{shop.id}-stack-AWSEBAutoScalingGroup-")
    assert group["AutoScalingGroupARN"].endswith(f":autoScalingGroupName/{group['AutoScalingGroupName']}")
    assert (group["MinSize"], group["MaxSize"], group["DesiredCapacity"]) == (2, 4, 2)
    assert (group["DefaultCooldown"], group["HealthCheckType"], group["SuspendedProcesses"]) == (360, "EC2", [])
    assert [(one["LifecycleState"], one["HealthStatus"]) for one in group["Instances"]] == [
        ("InService", "Healthy")
    ] * 2
    tags = {tag["Key"]: tag["Value"] for tag in group["Tags"]}
    assert tags["elasticbeanstalk:environment-name"] == "shop-prod"


def test_groups_are_found_by_tag(shop: ScalingShop) -> None:
    """https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html."""

    def found(name: str, value: str) -> int:
        filters = [{"Name": name, "Values": [value]}]
        return len(shop.autoscaling.describe_auto_scaling_groups(Filters=filters)["AutoScalingGroups"])

    assert found("tag:elasticbeanstalk:environment-id", shop.id) == 1
    assert found("tag:elasticbeanstalk:environment-id", "e-other") == 0
    assert found("tag-key", "elasticbeanstalk:environment-name") == 1
    assert found("tag-value", "shop-prod") == 1
    with pytest.raises(ClientError, match="tag-key"):
        found("name", "shop-prod")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ([], 4),
        ([{"Name": "value", "Values": ["shop-prod"]}], 2),
        ([{"Name": "value", "Values": ["shop-prod"]}, {"Name": "key", "Values": ["Name"]}], 1),
        ([{"Name": "auto-scaling-group", "Values": ["other"]}], 0),
        ([{"Name": "propagate-at-launch", "Values": ["true"]}], 4),
    ],
)
def test_tags_of_groups_are_listed(shop: ScalingShop, filters: list[dict[str, Any]], found: int) -> None:
    """https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeTags.html.

    A deployment tool finds groups so: https://github.com/hirokiky/ebi, `bgdeploy --capacity`.
    """
    tags = shop.autoscaling.describe_tags(Filters=filters)["Tags"]

    assert len(tags) == found
    assert {(tag["ResourceId"], tag["ResourceType"]) for tag in tags} <= {(shop.name, "auto-scaling-group")}


def test_a_filter_of_tags_that_does_not_exist_is_refused(shop: ScalingShop) -> None:
    with pytest.raises(ClientError, match="Filter name colour is not supported"):
        shop.autoscaling.describe_tags(Filters=[{"Name": "colour", "Values": ["red"]}])


def test_unknown_groups_and_groups_of_terminated_environments_are_left_out(shop: ScalingShop) -> None:
    name = shop.name
    assert shop.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=["other"])["AutoScalingGroups"] == []

    shop.account.client.terminate_environment(EnvironmentId=shop.id)
    shop.account.until_status(shop.id, "Terminated")

    assert shop.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"] == []


def test_instances_name_their_group(shop: ScalingShop) -> None:
    first, second = shop.instances()

    found = shop.autoscaling.describe_auto_scaling_instances(InstanceIds=[second])["AutoScalingInstances"]

    assert [(one["InstanceId"], one["AutoScalingGroupName"]) for one in found] == [(second, shop.name)]
    everyone = shop.autoscaling.describe_auto_scaling_instances()["AutoScalingInstances"]
    assert {one["InstanceId"] for one in everyone} == {first, second}


def test_groups_come_in_pages(shop: ScalingShop) -> None:
    shop.account.launched("shop-other", VersionLabel="v1")

    first = shop.autoscaling.describe_auto_scaling_groups(MaxRecords=1)
    second = shop.autoscaling.describe_auto_scaling_groups(MaxRecords=1, NextToken=first["NextToken"])

    names = [page["AutoScalingGroups"][0]["AutoScalingGroupName"] for page in (first, second)]
    assert len(set(names)) == 2
    assert "NextToken" not in second


def test_the_launch_of_an_environment_is_an_activity_for_each_instance(shop: ScalingShop) -> None:
    """Recorded: `At 2013-08-19T20:53:25Z a user request created an AutoScalingGroup changing the desired capacity ...`.

    https://docs.aws.amazon.com/cli/latest/reference/autoscaling/describe-scaling-activities.html
    """
    activities = shop.activities()

    assert {one["Description"].rpartition(" ")[2] for one in activities} == set(shop.instances())
    assert (
        "a user request created an AutoScalingGroup changing the desired capacity from 0 to 2."
        in activities[0]["Cause"]
    )
    assert {one["StatusCode"] for one in activities} == {"Successful"}


def test_an_environment_has_two_scaling_policies(shop: ScalingShop) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.managing.as.html."""
    policies = shop.autoscaling.describe_policies(AutoScalingGroupName=shop.name)["ScalingPolicies"]

    assert [(one["PolicyType"], one["ScalingAdjustment"]) for one in policies] == [
        ("SimpleScaling", 1), ("SimpleScaling", -1),
    ]  # fmt: skip
    assert "AWSEBCloudwatchAlarmHigh" in policies[0]["Alarms"][0]["AlarmName"]


def test_activities_of_an_unknown_group_are_refused(shop: ScalingShop) -> None:
    with pytest.raises(ClientError, match="AutoScalingGroup name not found") as raised:
        shop.autoscaling.describe_scaling_activities(AutoScalingGroupName="awseb-e-0-stack-AWSEBAutoScalingGroup-0")

    assert raised.value.response["Error"]["Code"] == "ValidationError"


def test_a_description_may_be_older_than_a_change(shop: ScalingShop) -> None:
    """The API is eventually consistent: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/."""
    stale = {"kind": "stale", "service": "autoscaling", "age": 20, "for_seconds": 60}
    shop.account.memory.set_faults(stale)
    shop.account.memory.advance(30)
    name = shop.name

    shop.set_desired(3)
    shop.account.memory.advance(10)
    before = shop.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]
    shop.account.memory.advance(20)

    assert (before["DesiredCapacity"], len(before["Instances"])) == (2, 2)
    assert (shop.group()["DesiredCapacity"], len(shop.instances())) == (3, 3)


def test_other_actions_of_auto_scaling_are_refused(shop: ScalingShop) -> None:
    with pytest.raises(ClientError, match="not supported for groups of environments"):
        shop.autoscaling.delete_auto_scaling_group(AutoScalingGroupName=shop.name)


@pytest.mark.parametrize(
    ("call", "here"),
    [
        ("Action=DescribeAutoScalingGroups", True),
        ("Action=DescribeAutoScalingGroups&AutoScalingGroupNames.member.1={group}", True),
        ("Action=SetDesiredCapacity&AutoScalingGroupName=awseb-e-gone-stack-AWSEBAutoScalingGroup-0", True),
        ("Action=SetDesiredCapacity&AutoScalingGroupName=of-a-stack", False),
        ("Action=TerminateInstanceInAutoScalingGroup&InstanceId={instance}", True),
        ("Action=TerminateInstanceInAutoScalingGroup&InstanceId=i-other", False),
        ("Action=CreateAutoScalingGroup&AutoScalingGroupName=of-a-stack", False),
    ],
)
def test_calls_about_groups_of_environments_are_answered_here(shop: ScalingShop, call: str, here: bool) -> None:
    body = call.format(group=shop.name, instance=shop.instances()[0]).encode()

    assert shop.account.memory.autoscaling.answers(body) is here
