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
