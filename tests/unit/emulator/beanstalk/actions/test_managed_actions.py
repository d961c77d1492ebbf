"""Managed platform updates.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environment-platform-update-managed.html
"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.beanstalk import platforms
from emulator.beanstalk.platforms import Platform
from tests.support.beanstalk import ENHANCED, PLATFORM, command_timeout
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

    [item] = history(EnvironmentId=id_)["ManagedActionHistoryItems"]
    assert (item["ActionId"], item["Status"], item["ActionType"]) == (action["ActionId"], "Completed", "PlatformUpdate")
    assert item["ExecutedTime"] < item["FinishedTime"]


def window(account: VirtualBeanstalk, after: timedelta) -> str:
    """Return the PreferredStartTime of the window that begins so long after now."""
    return (account.now() + after).strftime("%a:%H:%M")


def actions(account: VirtualBeanstalk, id_: str) -> list[dict[str, Any]]:
    return account.client.describe_environment_managed_actions(EnvironmentId=id_)["ManagedActions"]  # type: ignore[return-value]


def history(account: VirtualBeanstalk, id_: str) -> list[dict[str, Any]]:
    found = account.client.describe_environment_managed_action_history(EnvironmentId=id_)
    return found["ManagedActionHistoryItems"]  # type: ignore[return-value]


def test_an_update_begins_by_itself_in_the_window(account: VirtualBeanstalk) -> None:
    start = window(account, timedelta(hours=1))
    id_ = account.healthy("shop-prod", *managed_updates(start), SolutionStackName=OLDER)
    [scheduled] = actions(account, id_)
    assert scheduled["Status"] == "Scheduled"
    begins: datetime = scheduled["WindowStartTime"]
    assert begins.strftime("%a:%H:%M") == start
    assert account.now() < begins <= account.now() + timedelta(hours=1)
    account.memory.advance((begins - account.now()).total_seconds() - 1)
    assert account.describe(id_)["Status"] == "Ready"

    account.until_status(id_, "Updating")

    assert account.now() <= begins + timedelta(seconds=70)
    [running] = actions(account, id_)
    assert (running["Status"], running["ActionId"]) == ("Running", scheduled["ActionId"])
    account.until_status(id_, "Ready")
    assert account.describe(id_)["SolutionStackName"] == PLATFORM
    assert [item["Status"] for item in history(account, id_)] == ["Completed"]


def test_an_update_replaces_the_instances_while_users_are_served(account: VirtualBeanstalk) -> None:
    id_ = account.healthy("shop-prod", *managed_updates(), SolutionStackName=OLDER)
    [action] = actions(account, id_)
    cname = account.describe(id_)["CNAME"]

    account.client.apply_environment_managed_action(EnvironmentId=id_, ActionId=action["ActionId"])
    statuses = set()
    while account.describe(id_)["Status"] == "Updating":
        statuses.add(account.get(cname).status)
        account.memory.advance(2)

    assert statuses == {200}
    messages = account.messages(EnvironmentId=id_)
    assert any(message.startswith("Immutable deployment policy enabled.") for message in messages)


def test_an_update_is_pending_while_the_environment_is_busy(account: VirtualBeanstalk) -> None:
    start = window(account, timedelta(minutes=10))
    id_ = account.healthy("shop-prod", *managed_updates(start), SolutionStackName=OLDER)
    account.service.durations.set({"update": 800})
    account.client.update_environment(EnvironmentId=id_, VersionLabel="v1")

    account.memory.advance(700)

    assert [action["Status"] for action in actions(account, id_)] == ["Pending"]
    account.until_status(id_, "Ready")
    account.until_status(id_, "Updating")
    assert [action["Status"] for action in actions(account, id_)] == ["Running"]


def test_an_update_that_misses_its_window_waits_for_the_next_one(account: VirtualBeanstalk) -> None:
    start = window(account, timedelta(minutes=10))
    id_ = account.healthy("shop-prod", *managed_updates(start), SolutionStackName=OLDER)
    account.service.durations.set({"update": 9000})
    account.client.update_environment(EnvironmentId=id_, VersionLabel="v1")

    account.memory.advance(9100)

    [action] = actions(account, id_)
    assert (account.describe(id_)["Status"], action["Status"]) == ("Ready", "Scheduled")
    assert action["WindowStartTime"] > account.now() + timedelta(days=6)


def test_an_update_that_fails_is_rolled_back_and_told_in_the_history(account: VirtualBeanstalk) -> None:
    id_ = account.healthy("shop-prod", *managed_updates(), command_timeout(20), SolutionStackName=OLDER)
    [action] = actions(account, id_)
    account.hosting("shop-prod").order = 503

    account.client.apply_environment_managed_action(EnvironmentId=id_, ActionId=action["ActionId"])
    account.until_status(id_, "Ready")

    [item] = history(account, id_)
    assert (item["Status"], item["FailureType"]) == ("Failed", "RollbackSuccessful")
    assert account.describe(id_)["SolutionStackName"] == OLDER
    assert [one["Status"] for one in actions(account, id_)] == ["Scheduled"]


def test_an_aborted_update_is_cancelled_in_the_history(account: VirtualBeanstalk) -> None:
    id_ = account.healthy("shop-prod", *managed_updates(), SolutionStackName=OLDER)
    [action] = actions(account, id_)
    account.client.apply_environment_managed_action(EnvironmentId=id_, ActionId=action["ActionId"])
    account.memory.advance(6)

    account.client.abort_environment_update(EnvironmentId=id_)
    account.until_status(id_, "Ready")

    assert [item.get("FailureType") for item in history(account, id_)] == ["UpdateCancelled"]
    assert len(account.hosting("shop-prod").instances) == 1


def test_instances_are_replaced_each_week_on_request(account: VirtualBeanstalk) -> None:
    start = window(account, timedelta(hours=1))
    id_ = account.healthy("shop-prod", *managed_updates(start, InstanceRefreshEnabled="true"))
    account.memory.advance(2 * 3600)

    assert [item["ActionType"] for item in history(account, id_)] == ["InstanceRefresh"]
    [action] = actions(account, id_)
    assert action["WindowStartTime"].strftime("%a:%H:%M") == start
    assert action["WindowStartTime"] > account.now() + timedelta(days=6)


@pytest.mark.parametrize(("level", "expected"), [("patch", []), ("minor", ["platform-update-4.7.2"])])
def test_the_update_level_limits_the_version(
    account: VirtualBeanstalk, monkeypatch: pytest.MonkeyPatch, level: str, expected: list[str]
) -> None:
    branch = "Python 3.13 running on 64bit Amazon Linux 2023"
    older = Platform(branch, "4.6.9", "us-east-1")
    offered = platforms.available("us-east-1")
    monkeypatch.setattr(platforms, "available", lambda _region: [*offered, older])
    id_ = account.launched("shop-prod", *managed_updates(level=level), SolutionStackName=older.solution_stack)

    assert [action["ActionId"] for action in actions(account, id_)] == expected
