from tests.support.beanstalk import PLATFORM
from tests.support.in_memory import VirtualBeanstalk


def test_solution_stacks_and_platform_versions_list_the_same_platforms(account: VirtualBeanstalk) -> None:
    stacks = account.client.list_available_solution_stacks()
    listed = account.client.list_platform_versions()["PlatformSummaryList"]

    assert PLATFORM in stacks["SolutionStacks"]
    assert len(stacks["SolutionStacks"]) == len(stacks["SolutionStackDetails"]) == len(listed)


def test_platform_versions_can_be_filtered(account: VirtualBeanstalk) -> None:
    branch = "Python 3.13 running on 64bit Amazon Linux 2023"

    found = account.client.list_platform_versions(
        Filters=[
            {"Type": "PlatformBranchName", "Operator": "=", "Values": [branch]},
            {"Type": "PlatformLifecycleState", "Operator": "=", "Values": ["Recommended"]},
            {"Type": "SupportedTier", "Operator": "begins_with", "Values": ["WebServer"]},
        ]
    )["PlatformSummaryList"]

    assert [platform["PlatformArn"] for platform in found] == [
        f"arn:aws:elasticbeanstalk:us-east-1::platform/{branch}/4.7.2"
    ]


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
