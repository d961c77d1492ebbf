"""The settings of environments and saved configurations.

Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_DescribeConfigurationSettings.html
"""

import pytest
from botocore.exceptions import ClientError

from tests.support.beanstalk import ENHANCED, PLATFORM, environment_property
from tests.support.in_memory import VirtualBeanstalk

PROPERTY = environment_property("COLOUR", "blue")
DATABASE = {"Namespace": "aws:rds:dbinstance", "OptionName": "HasCoupledDatabase", "Value": "true"}


def test_an_environment_has_the_default_settings_and_its_own(account: VirtualBeanstalk) -> None:
    account.launched("shop-prod", PROPERTY, DATABASE)

    [settings] = account.settings(EnvironmentName="shop-prod")

    assert (settings["status"], settings["SystemType"], settings["DeploymentPolicy"]) == (
        "deployed",
        "basic",
        "AllAtOnce",
    )
    assert (settings["COLOUR"], settings["HasCoupledDatabase"]) == ("blue", "true")


def test_new_settings_are_pending_until_they_are_deployed(account: VirtualBeanstalk) -> None:
    account.service.durations.set({"configure": 60})
    id_ = account.healthy("shop-prod", VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, OptionSettings=[PROPERTY])  # type: ignore[list-item]

    assert [one["status"] for one in account.settings(EnvironmentName="shop-prod")] == ["deployed", "pending"]
    account.until_status(id_, "Ready")
    [settings] = account.settings(EnvironmentName="shop-prod")
    assert settings["COLOUR"] == "blue"
    assert "Successfully deployed new configuration to environment." in account.messages(EnvironmentId=id_)


def test_a_setting_other_than_a_property_leaves_the_application_running(account: VirtualBeanstalk) -> None:
    account.service.durations.set({"configure": 60})
    id_ = account.healthy("shop-prod", VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, OptionSettings=[ENHANCED])  # type: ignore[list-item]

    statuses = []

    def updated() -> bool:
        statuses.append(account.get(account.describe(id_)["CNAME"]).status)
        return account.describe(id_)["Status"] == "Ready"

    account.until(updated, lambda: "the update to end")
    assert set(statuses) == {200}


def test_a_removed_setting_goes_back_to_its_default(account: VirtualBeanstalk) -> None:
    id_ = account.launched("shop-prod", ENHANCED, PROPERTY)

    removed = [{"Namespace": one["Namespace"], "OptionName": one["OptionName"]} for one in (ENHANCED, PROPERTY)]
    account.client.update_environment(EnvironmentId=id_, OptionsToRemove=removed)  # type: ignore[arg-type]
    account.until_status(id_, "Ready")

    [settings] = account.settings(EnvironmentName="shop-prod")
    assert settings["SystemType"] == "basic"
    assert "COLOUR" not in settings


def test_an_aborted_configuration_update_leaves_the_settings_as_they_were(account: VirtualBeanstalk) -> None:
    account.service.durations.set({"configure": 1000})
    id_ = account.launched("shop-prod", VersionLabel="v1")
    account.client.update_environment(EnvironmentId=id_, OptionSettings=[ENHANCED])  # type: ignore[list-item]

    account.client.abort_environment_update(EnvironmentId=id_)
    account.until_status(id_, "Ready")

    [settings] = account.settings(EnvironmentName="shop-prod")
    assert settings["SystemType"] == "basic"


def test_a_platform_can_be_updated(account: VirtualBeanstalk) -> None:
    older = PLATFORM.replace("4.7.2", "4.7.1")
    id_ = account.launched("shop-prod", SolutionStackName=older, VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, SolutionStackName=PLATFORM)
    account.until_status(id_, "Ready")

    assert account.describe(id_)["SolutionStackName"] == PLATFORM


def test_settings_of_an_environment_of_another_application_are_not_found(account: VirtualBeanstalk) -> None:
    account.client.create_application(ApplicationName="blog")
    account.create("blog-prod", ApplicationName="blog")

    with pytest.raises(ClientError, match=r"No Environment found for EnvironmentName = 'blog-prod'\."):
        account.settings(EnvironmentName="blog-prod")
