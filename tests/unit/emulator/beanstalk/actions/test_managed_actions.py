import pytest
from botocore.exceptions import ClientError

from tests.support.beanstalk import ENHANCED, PLATFORM
from tests.support.in_memory import VirtualBeanstalk
from tests.support.option_settings import managed_updates

OLDER = PLATFORM.replace("4.7.2", "4.7.1")


def test_an_old_platform_has_a_scheduled_update_with_managed_actions(account: VirtualBeanstalk) -> None:
    id_ = account.launched("shop-prod", *managed_updates(), SolutionStackName=OLDER)
    current = account.launched("shop-new", *managed_updates())
    unmanaged = account.launched("shop-old", ENHANCED, SolutionStackName=OLDER)

    [action] = account.client.describe_environment_managed_actions(EnvironmentId=id_)["ManagedActions"]

    assert (action["ActionType"], action["Status"]) == ("PlatformUpdate", "Scheduled")
    for other in (current, unmanaged):
        assert account.client.describe_environment_managed_actions(EnvironmentId=other)["ManagedActions"] == []


def test_an_applied_platform_update_runs_and_ends(account: VirtualBeanstalk) -> None:
    account.service.durations.set({"configure": 60})
    id_ = account.launched("shop-prod", *managed_updates(), SolutionStackName=OLDER)
    [action] = account.client.describe_environment_managed_actions(EnvironmentId=id_)["ManagedActions"]

    account.client.apply_environment_managed_action(EnvironmentId=id_, ActionId=action["ActionId"])

    running = account.client.describe_environment_managed_actions(EnvironmentId=id_, Status="Running")
    assert [one["ActionId"] for one in running["ManagedActions"]] == [action["ActionId"]]
    assert account.describe(id_)["Status"] == "Updating"
    account.until_status(id_, "Ready")
    assert account.describe(id_)["SolutionStackName"] == PLATFORM
    assert account.client.describe_environment_managed_actions(EnvironmentId=id_)["ManagedActions"] == []


def test_an_unknown_managed_action_cannot_be_applied(account: VirtualBeanstalk) -> None:
    id_ = account.launched("shop-prod", *managed_updates())

    with pytest.raises(ClientError, match="ManagedActionInvalidStateException"):
        account.client.apply_environment_managed_action(EnvironmentId=id_, ActionId="none")


def test_managed_actions_need_enhanced_health(account: VirtualBeanstalk) -> None:
    id_ = account.launched()

    with pytest.raises(ClientError, match=r"\(InvalidRequestException\)"):
        account.client.describe_environment_managed_actions(EnvironmentId=id_)


def test_a_finished_platform_update_is_in_the_history(account: VirtualBeanstalk) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_ManagedActionHistoryItem.html."""
    id_ = account.launched("shop-prod", *managed_updates(), SolutionStackName=OLDER)
    history = account.client.describe_environment_managed_action_history
    assert history(EnvironmentId=id_)["ManagedActionHistoryItems"] == []
    [action] = account.client.describe_environment_managed_actions(EnvironmentId=id_)["ManagedActions"]

    account.client.apply_environment_managed_action(EnvironmentId=id_, ActionId=action["ActionId"])
    account.until_status(id_, "Ready")
    account.memory.advance(2)

    [item] = history(EnvironmentId=id_)["ManagedActionHistoryItems"]
    assert (item["ActionId"], item["Status"], item["ActionType"]) == (action["ActionId"], "Completed", "PlatformUpdate")
    assert item["ExecutedTime"] < item["FinishedTime"]
