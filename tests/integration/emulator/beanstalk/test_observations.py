import pytest
from botocore.exceptions import ClientError

from tests.support.beanstalk import ENHANCED, PLATFORM, BeanstalkAccount

MANAGED = {"Namespace": "aws:elasticbeanstalk:managedactions", "OptionName": "ManagedActionsEnabled", "Value": "true"}
OLDER = PLATFORM.replace("4.7.2", "4.7.1")


def test_the_resources_of_a_launched_environment_are_named(account: BeanstalkAccount) -> None:
    id_ = account.launched()

    resources = account.client.describe_environment_resources(EnvironmentId=id_)["EnvironmentResources"]

    assert resources["EnvironmentName"] == "shop-prod"
    assert resources["AutoScalingGroups"] == [{"Name": f"awseb-{id_}-stack-AWSEBAutoScalingGroup"}]
    assert resources["LoadBalancers"] == [{"Name": account.describe(id_)["EndpointURL"].split(".")[0]}]
    assert resources["Instances"][0]["Id"].startswith("i-0")


def test_a_launching_environment_has_no_resources_yet(account: BeanstalkAccount) -> None:
    account.service.durations.set({"launch": 1000})
    id_ = account.create()

    resources = account.client.describe_environment_resources(EnvironmentId=id_)["EnvironmentResources"]

    assert resources["Instances"] == resources["LoadBalancers"] == []


def test_an_outdated_platform_has_an_update_scheduled_if_managed(account: BeanstalkAccount) -> None:
    id_ = account.launched("shop-prod", ENHANCED, MANAGED, SolutionStackName=OLDER)
    current = account.launched("shop-new", ENHANCED, MANAGED)
    unmanaged = account.launched("shop-old", ENHANCED, SolutionStackName=OLDER)

    [action] = account.client.describe_environment_managed_actions(EnvironmentId=id_)["ManagedActions"]

    assert (action["ActionType"], action["Status"]) == ("PlatformUpdate", "Scheduled")
    for other in (current, unmanaged):
        assert account.client.describe_environment_managed_actions(EnvironmentId=other)["ManagedActions"] == []


def test_a_managed_platform_update_that_is_applied_runs_and_is_done(account: BeanstalkAccount) -> None:
    account.service.durations.set({"configure": 60})
    id_ = account.launched("shop-prod", ENHANCED, MANAGED, SolutionStackName=OLDER)
    [action] = account.client.describe_environment_managed_actions(EnvironmentId=id_)["ManagedActions"]

    account.client.apply_environment_managed_action(EnvironmentId=id_, ActionId=action["ActionId"])

    running = account.client.describe_environment_managed_actions(EnvironmentId=id_, Status="Running")
    assert [one["ActionId"] for one in running["ManagedActions"]] == [action["ActionId"]]
    assert account.describe(id_)["Status"] == "Updating"
    account.until_status(id_, "Ready")
    assert account.describe(id_)["SolutionStackName"] == PLATFORM
    assert account.client.describe_environment_managed_actions(EnvironmentId=id_)["ManagedActions"] == []


def test_a_managed_action_that_is_not_there_cannot_be_applied(account: BeanstalkAccount) -> None:
    id_ = account.launched("shop-prod", ENHANCED, MANAGED)

    with pytest.raises(ClientError, match="ManagedActionInvalidStateException"):
        account.client.apply_environment_managed_action(EnvironmentId=id_, ActionId="none")


def test_managed_actions_need_enhanced_health(account: BeanstalkAccount) -> None:
    id_ = account.launched()

    with pytest.raises(ClientError, match=r"\(InvalidRequestException\)"):
        account.client.describe_environment_managed_actions(EnvironmentId=id_)


def test_solution_stacks_and_platform_versions_are_the_same_platforms(account: BeanstalkAccount) -> None:
    stacks = account.client.list_available_solution_stacks()
    listed = account.client.list_platform_versions()["PlatformSummaryList"]

    assert PLATFORM in stacks["SolutionStacks"]
    assert len(stacks["SolutionStacks"]) == len(stacks["SolutionStackDetails"]) == len(listed)


def test_platform_versions_can_be_filtered(account: BeanstalkAccount) -> None:
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


def test_an_environment_can_be_made_from_a_platform_arn(account: BeanstalkAccount) -> None:
    arn = account.client.list_platform_versions()["PlatformSummaryList"][0]["PlatformArn"]

    answer = account.client.create_environment(ApplicationName="shop", EnvironmentName="shop-prod", PlatformArn=arn)

    assert answer["PlatformArn"] == arn


def test_the_account_s_quotas_are_told(account: BeanstalkAccount) -> None:
    account.service.quotas.environments = 7

    quotas = account.client.describe_account_attributes()["ResourceQuotas"]

    assert quotas["EnvironmentQuota"]["Maximum"] == 7
