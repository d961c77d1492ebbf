from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.beanstalk import ENHANCED, PLATFORM, BeanstalkAccount, until

PROPERTY = {"Namespace": "aws:elasticbeanstalk:application:environment", "OptionName": "COLOUR", "Value": "blue"}
DATABASE = {"Namespace": "aws:rds:dbinstance", "OptionName": "HasCoupledDatabase", "Value": "true"}


def _settings(account: BeanstalkAccount, **which: str) -> list[dict[str, Any]]:
    found = account.client.describe_configuration_settings(ApplicationName="shop", **which)
    return [
        {"status": one.get("DeploymentStatus")}
        | {setting["OptionName"]: setting["Value"] for setting in one["OptionSettings"]}
        for one in found["ConfigurationSettings"]
    ]


def test_an_environment_has_default_settings_and_its_own(account: BeanstalkAccount) -> None:
    account.launched("shop-prod", PROPERTY, DATABASE)

    [settings] = _settings(account, EnvironmentName="shop-prod")

    assert (settings["status"], settings["SystemType"], settings["DeploymentPolicy"]) == (
        "deployed",
        "basic",
        "AllAtOnce",
    )
    assert (settings["COLOUR"], settings["HasCoupledDatabase"]) == ("blue", "true")


def test_new_settings_are_pending_until_they_are_deployed(account: BeanstalkAccount) -> None:
    account.service.durations.set({"configure": 60})
    id_ = account.healthy("shop-prod", VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, OptionSettings=[PROPERTY])  # type: ignore[list-item]

    assert [one["status"] for one in _settings(account, EnvironmentName="shop-prod")] == ["deployed", "pending"]
    account.until_status(id_, "Ready")
    [settings] = _settings(account, EnvironmentName="shop-prod")
    assert settings["COLOUR"] == "blue"
    assert "'COLOUR': 'blue'" in account.page(account.describe(id_)["CNAME"])
    assert "Successfully deployed new configuration to environment." in account.messages(EnvironmentId=id_)


def test_settings_that_are_no_property_leave_the_application_running(account: BeanstalkAccount) -> None:
    account.service.durations.set({"configure": 60})
    id_ = account.healthy("shop-prod", VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, OptionSettings=[ENHANCED])  # type: ignore[list-item]

    statuses = []

    def updated() -> bool:
        statuses.append(account.get(account.describe(id_)["CNAME"]).status)
        return account.describe(id_)["Status"] == "Ready"

    until(updated, lambda: "the update to end")
    assert set(statuses) == {200}


def test_removed_settings_are_at_their_defaults_again(account: BeanstalkAccount) -> None:
    id_ = account.launched("shop-prod", ENHANCED, PROPERTY)

    removed = [{"Namespace": one["Namespace"], "OptionName": one["OptionName"]} for one in (ENHANCED, PROPERTY)]
    account.client.update_environment(EnvironmentId=id_, OptionsToRemove=removed)  # type: ignore[arg-type]
    account.until_status(id_, "Ready")

    [settings] = _settings(account, EnvironmentName="shop-prod")
    assert settings["SystemType"] == "basic"
    assert "COLOUR" not in settings


def test_a_configuration_that_breaks_the_application_is_reverted(
    account: BeanstalkAccount, tmp_path_factory: Any
) -> None:
    flag = tmp_path_factory.mktemp("flag") / "broken"
    flag.touch()
    timeout = {"Namespace": "aws:elasticbeanstalk:command", "OptionName": "Timeout", "Value": "60"}
    id_ = account.healthy("shop-prod", timeout, VersionLabel="v1")

    breaking = {**PROPERTY, "OptionName": "BROKEN_WHEN_EXISTS", "Value": str(flag)}
    account.client.update_environment(EnvironmentId=id_, OptionSettings=[breaking])  # type: ignore[list-item]
    account.until_status(id_, "Ready")

    errors = account.messages(EnvironmentId=id_, Severity="ERROR")
    assert "Failed to deploy configuration." in errors
    assert errors[-1] == "The environment was reverted to the previous configuration setting."
    assert [one["status"] for one in _settings(account, EnvironmentName="shop-prod")] == ["deployed", "failed"]
    account.client.delete_environment_configuration(ApplicationName="shop", EnvironmentName="shop-prod")
    assert [one["status"] for one in _settings(account, EnvironmentName="shop-prod")] == ["deployed"]
    account.until_health(id_, "Green")


def test_an_aborted_configuration_update_leaves_the_settings_as_they_were(account: BeanstalkAccount) -> None:
    account.service.durations.set({"configure": 1000})
    id_ = account.launched("shop-prod", VersionLabel="v1")
    account.client.update_environment(EnvironmentId=id_, OptionSettings=[ENHANCED])  # type: ignore[list-item]

    account.client.abort_environment_update(EnvironmentId=id_)
    account.until_status(id_, "Ready")

    [settings] = _settings(account, EnvironmentName="shop-prod")
    assert settings["SystemType"] == "basic"


def test_a_platform_can_be_updated(account: BeanstalkAccount) -> None:
    older = PLATFORM.replace("4.7.2", "4.7.1")
    id_ = account.launched("shop-prod", SolutionStackName=older, VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, SolutionStackName=PLATFORM)
    account.until_status(id_, "Ready")

    assert account.describe(id_)["SolutionStackName"] == PLATFORM


@pytest.mark.parametrize(
    "setting",
    [
        {**ENHANCED, "Value": "fancy"},
        {"Namespace": "aws:elasticbeanstalk:command", "OptionName": "Timeout", "Value": "soon"},
        {"Namespace": "aws:elasticbeanstalk:command", "OptionName": "DeploymentPolicy", "Value": "Rolling"},
        {"Namespace": "mine", "OptionName": "Timeout", "Value": "1"},
    ],
)
def test_a_setting_that_cannot_be_is_refused_and_found_by_validation(
    account: BeanstalkAccount, setting: dict[str, str]
) -> None:
    with pytest.raises(
        ClientError, match=r"\(ConfigurationValidationException\).*OptionName: '" + setting["OptionName"]
    ):
        account.create("shop-prod", setting)

    answer = account.client.validate_configuration_settings(ApplicationName="shop", OptionSettings=[setting])  # type: ignore[list-item]
    assert [(message["Severity"], message["OptionName"]) for message in answer["Messages"]] == [
        ("error", setting["OptionName"])
    ]


def test_validation_finds_nothing_in_good_settings(account: BeanstalkAccount) -> None:
    answer = account.client.validate_configuration_settings(ApplicationName="shop", OptionSettings=[ENHANCED])  # type: ignore[list-item]

    assert answer["Messages"] == []


def test_an_environment_of_another_application_has_no_settings_here(account: BeanstalkAccount) -> None:
    account.client.create_application(ApplicationName="blog")
    account.create("blog-prod", ApplicationName="blog")

    with pytest.raises(ClientError, match=r"No Environment found for EnvironmentName = 'blog-prod'\."):
        _settings(account, EnvironmentName="blog-prod")
