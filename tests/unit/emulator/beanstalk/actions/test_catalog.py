from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.beanstalk import PLATFORM
from tests.support.in_memory import VirtualBeanstalk

BRANCH = "Python 3.13 running on 64bit Amazon Linux 2023"
ARN = f"arn:aws:elasticbeanstalk:us-east-1::platform/{BRANCH}/4.7.2"


def test_solution_stacks_and_platform_versions_list_the_same_platforms(account: VirtualBeanstalk) -> None:
    stacks = account.client.list_available_solution_stacks()
    listed = account.client.list_platform_versions()["PlatformSummaryList"]

    assert PLATFORM in stacks["SolutionStacks"]
    assert len(stacks["SolutionStacks"]) == len(stacks["SolutionStackDetails"]) == len(listed)


def test_platform_versions_can_be_filtered(account: VirtualBeanstalk) -> None:
    found = account.client.list_platform_versions(
        Filters=[
            {"Type": "PlatformBranchName", "Operator": "=", "Values": [BRANCH]},
            {"Type": "PlatformLifecycleState", "Operator": "=", "Values": ["Recommended"]},
            {"Type": "SupportedTier", "Operator": "begins_with", "Values": ["WebServer"]},
        ]
    )["PlatformSummaryList"]

    assert [platform["PlatformArn"] for platform in found] == [ARN]


@pytest.mark.parametrize(
    ("kind", "operator", "value", "passes"),
    [
        ("PlatformName", "=", BRANCH, True),
        ("PlatformName", "contains", "Node.js", False),
        ("PlatformVersion", ">=", "4.7.2", True),
        ("PlatformVersion", ">", "4.7.10", False),
        ("PlatformVersion", "<", "4.7.10", True),
        ("PlatformVersion", "<=", "4.7.1", False),
        ("PlatformStatus", "=", "Ready", True),
        ("PlatformBranchName", "ends_with", "Amazon Linux 2023", True),
        ("PlatformLifecycleState", "!=", "Recommended", False),
        ("PlatformOwner", "=", "AWSElasticBeanstalk", True),
        ("PlatformOwner", "=", "self", False),
        ("SupportedTier", "!=", "Worker/SQS/HTTP", False),
        ("SupportedAddon", "=", "Log/S3", True),
        ("ProgrammingLanguageName", "=", "Python", True),
        ("OperatingSystemName", "=", "Ubuntu", False),
    ],
)
def test_platform_versions_have_every_documented_filter(
    account: VirtualBeanstalk, kind: str, operator: str, value: str, passes: bool
) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_PlatformFilter.html.

    The EB CLI looks a platform up by PlatformName, which is the name in the ARN:
    https://github.com/aws/aws-elastic-beanstalk-cli/blob/master/ebcli/operations/platform_version_ops.py.
    """
    conditions: Any = [{"Type": kind, "Operator": operator, "Values": [value]}]

    found = account.client.list_platform_versions(Filters=conditions)["PlatformSummaryList"]

    assert (ARN in [platform["PlatformArn"] for platform in found]) is passes


@pytest.mark.parametrize(
    ("attribute", "operator", "values", "passes"),
    [
        ("BranchName", "=", [BRANCH], True),
        ("BranchName", "begins_with", ["Node.js"], False),
        ("BranchName", "in", ["x", BRANCH], True),
        ("BranchName", "not_in", ["x", BRANCH], False),
        ("PlatformName", "=", ["Python"], True),
        ("LifecycleState", "!=", ["Retired"], True),
        ("LifecycleState", "=", ["supported"], True),
        ("TierType", "=", ["WebServer/Standard"], True),
    ],
)
def test_platform_branches_have_every_documented_filter(
    account: VirtualBeanstalk, attribute: str, operator: str, values: list[str], passes: bool
) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_ListPlatformBranches.html."""
    conditions: Any = [{"Attribute": attribute, "Operator": operator, "Values": values}]

    found = account.client.list_platform_branches(Filters=conditions)["PlatformBranchSummaryList"]

    assert (BRANCH in [branch["BranchName"] for branch in found]) is passes


def test_a_platform_branch_has_its_platform_state_order_and_tiers(account: VirtualBeanstalk) -> None:
    """The state is in capitals, as recorded: https://github.com/aws/aws-elastic-beanstalk-cli/issues/154."""
    listed = account.client.list_platform_branches()["PlatformBranchSummaryList"]

    [newer, older] = [one for one in listed if one["BranchName"].startswith(("Python 3.13", "Python 3.12"))]
    assert newer["BranchOrder"] > older["BranchOrder"]
    assert (newer["PlatformName"], newer["LifecycleState"]) == ("Python", "Supported")
    assert newer["SupportedTierList"] == ["WebServer/Standard", "Worker/SQS/HTTP"]


@pytest.mark.parametrize("name", ["list_platform_branches", "list_platform_versions"])
def test_platforms_are_listed_by_pages(account: VirtualBeanstalk, name: str) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_ListPlatformVersions.html."""
    listing = getattr(account.client, name)
    [member] = [key for key in listing() if key.endswith("List")]

    first = listing(MaxRecords=2)
    rest = listing(NextToken=first["NextToken"])

    assert first[member] + rest[member] == listing()[member]
    assert "NextToken" not in rest


def test_an_unknown_filter_is_refused(account: VirtualBeanstalk) -> None:
    with pytest.raises(ClientError, match="Invalid filter type 'Colour'"):
        account.client.list_platform_versions(Filters=[{"Type": "Colour", "Operator": "=", "Values": ["red"]}])
    with pytest.raises(ClientError, match="Invalid filter operator '<'"):
        account.client.list_platform_branches(Filters=[{"Attribute": "TierType", "Operator": "<", "Values": ["a"]}])


def test_a_platform_version_is_described(account: VirtualBeanstalk) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_PlatformDescription.html."""
    platform = account.client.describe_platform_version(PlatformArn=ARN)["PlatformDescription"]

    assert (platform["PlatformName"], platform["SolutionStackName"]) == (BRANCH, PLATFORM)
    assert (platform["PlatformCategory"], platform["ProgrammingLanguages"]) == (
        "Python",
        [{"Name": "Python", "Version": "3.13"}],
    )


def test_an_unknown_platform_version_does_not_exist(account: VirtualBeanstalk) -> None:
    """Source: https://github.com/aws/aws-elastic-beanstalk-cli/issues/35."""
    with pytest.raises(ClientError, match=r"\(InvalidParameterValue\).*Platform 'arn:none' does not exist\."):
        account.client.describe_platform_version(PlatformArn="arn:none")


def test_custom_platforms_are_refused_by_their_quota(account: VirtualBeanstalk) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_CreatePlatformVersion.html."""
    bundle: Any = {"S3Bucket": "bundles", "S3Key": "platform.zip"}

    with pytest.raises(ClientError, match="TooManyPlatformsException"):
        account.client.create_platform_version(
            PlatformName="own", PlatformVersion="1.0.0", PlatformDefinitionBundle=bundle
        )


def test_a_platform_of_aws_cannot_be_deleted(account: VirtualBeanstalk) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_DeletePlatformVersion.html."""
    with pytest.raises(ClientError, match="InvalidParameterCombination"):
        account.client.delete_platform_version(PlatformArn=ARN)
    with pytest.raises(ClientError, match="No Platform named 'arn:none' found"):
        account.client.delete_platform_version(PlatformArn="arn:none")
    account.create()
    with pytest.raises(ClientError, match="PlatformVersionStillReferencedException"):
        account.client.delete_platform_version(PlatformArn=ARN)


def test_the_account_attributes_show_the_quotas(account: VirtualBeanstalk) -> None:
    account.service.quotas.environments = 7

    quotas = account.client.describe_account_attributes()["ResourceQuotas"]

    assert quotas["EnvironmentQuota"]["Maximum"] == 7


def test_a_node_platform_is_among_the_solution_stacks(account: VirtualBeanstalk) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/platforms/platforms-supported.html"""
    platforms = account.client.list_platform_versions()["PlatformSummaryList"]
    node = [platform for platform in platforms if platform["PlatformCategory"] == "Node.js"]
    stacks = account.client.list_available_solution_stacks()["SolutionStacks"]

    assert "Node.js 22 running on 64bit Amazon Linux 2023" in {platform["PlatformBranchName"] for platform in node}
    assert any(stack.startswith("64bit Amazon Linux 2023 v6.") and stack.endswith("Node.js 22") for stack in stacks)
    assert "Python" in stacks[0]
