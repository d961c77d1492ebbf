from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support import source_bundles
from tests.support.beanstalk import ENHANCED, PLATFORM, environment_property
from tests.support.in_memory import VirtualBeanstalk

PROPERTY = environment_property("COLOUR", "blue")


def _saved(account: VirtualBeanstalk, environment: str, name: str = "saved") -> None:
    account.client.create_configuration_template(ApplicationName="shop", TemplateName=name, EnvironmentId=environment)


def test_a_template_has_settings_platform_and_tags_but_no_version_and_no_cname(
    account: VirtualBeanstalk,
) -> None:
    blue = account.launched(
        "shop-blue", ENHANCED, PROPERTY, VersionLabel="v1", CNAMEPrefix="shop", Tags=[{"Key": "team", "Value": "web"}]
    )
    _saved(account, blue)

    green = account.launched("shop-green", TemplateName="saved")

    environment = account.describe(green)
    assert (environment["SolutionStackName"], environment["TemplateName"]) == (PLATFORM, "saved")
    assert environment["VersionLabel"] == "Sample Application"
    assert environment["CNAME"].startswith("shop-green.eba-")
    [settings] = account.settings(EnvironmentName="shop-green")
    assert (settings["SystemType"], settings["COLOUR"]) == ("enhanced", "blue")
    tags = account.client.list_tags_for_resource(ResourceArn=environment["EnvironmentArn"])["ResourceTags"]
    assert {"Key": "team", "Value": "web"} in tags


def test_tags_of_the_call_replace_the_tags_of_the_template(account: VirtualBeanstalk) -> None:
    blue = account.launched("shop-blue", Tags=[{"Key": "team", "Value": "web"}])
    _saved(account, blue)

    green = account.create("shop-green", TemplateName="saved", Tags=[{"Key": "clone", "Value": "yes"}])

    arn = account.describe(green)["EnvironmentArn"]
    keys = {tag["Key"] for tag in account.client.list_tags_for_resource(ResourceArn=arn)["ResourceTags"]}
    assert "clone" in keys
    assert "team" not in keys


def test_an_environment_keeps_its_settings_when_its_template_is_deleted(account: VirtualBeanstalk) -> None:
    blue = account.launched("shop-blue", PROPERTY)
    _saved(account, blue)
    account.launched("shop-green", TemplateName="saved")

    account.client.delete_configuration_template(ApplicationName="shop", TemplateName="saved")

    assert account.settings(EnvironmentName="shop-green")[0]["COLOUR"] == "blue"
    with pytest.raises(ClientError, match=r"No Configuration Template named 'saved' found\."):
        account.settings(TemplateName="saved")


def test_the_settings_of_a_template_can_be_described(account: VirtualBeanstalk) -> None:
    _saved(account, account.launched("shop-blue", PROPERTY))

    [settings] = account.settings(TemplateName="saved")

    assert (settings["COLOUR"], settings["status"]) == ("blue", None)


def test_a_template_can_be_made_from_a_template(account: VirtualBeanstalk) -> None:
    _saved(account, account.launched("shop-blue", PROPERTY))

    account.client.create_configuration_template(
        ApplicationName="shop",
        TemplateName="copy",
        SourceConfiguration={"ApplicationName": "shop", "TemplateName": "saved"},
        OptionSettings=[ENHANCED],  # type: ignore[list-item]
    )

    [settings] = account.settings(TemplateName="copy")
    assert (settings["COLOUR"], settings["SystemType"]) == ("blue", "enhanced")


def test_a_template_is_listed_with_its_application(account: VirtualBeanstalk) -> None:
    _saved(account, account.launched("shop-blue"))

    [application] = account.client.describe_applications(ApplicationNames=["shop"])["Applications"]

    assert application["ConfigurationTemplates"] == ["saved"]


def test_a_second_template_of_the_same_name_is_refused(account: VirtualBeanstalk) -> None:
    blue = account.launched("shop-blue")
    _saved(account, blue)

    with pytest.raises(ClientError, match=r"\(InvalidParameterValue\).*Configuration Template saved already exists\."):
        _saved(account, blue)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"EnvironmentId": "e-none"}, "No Environment found for EnvironmentId = 'e-none'."),
        ({}, "Unable to determine base for template pack"),
        ({"ApplicationName": "blog"}, "No Application named 'blog' found."),
        (
            {"SourceConfiguration": {"ApplicationName": "shop", "TemplateName": "none"}},
            "No Configuration Template named 'none' found.",
        ),
    ],
)
def test_a_template_without_a_valid_source_is_refused(
    account: VirtualBeanstalk, parameters: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError) as refused:
        account.client.create_configuration_template(**{"ApplicationName": "shop", "TemplateName": "t", **parameters})

    assert message in refused.value.response["Error"]["Message"]


def test_a_template_above_the_quota_is_refused(account: VirtualBeanstalk) -> None:
    account.service.quotas.configuration_templates = 0

    with pytest.raises(ClientError, match="TooManyConfigurationTemplatesException"):
        account.client.create_configuration_template(
            ApplicationName="shop", TemplateName="t", SolutionStackName=PLATFORM
        )


@pytest.mark.parametrize("which", [{}, {"TemplateName": "saved", "EnvironmentName": "shop-prod"}])
def test_settings_need_either_a_template_or_an_environment(account: VirtualBeanstalk, which: dict[str, str]) -> None:
    with pytest.raises(ClientError, match="InvalidParameterCombination"):
        account.settings(**which)


def test_a_broken_environment_can_be_saved_and_cloned_with_another_version(account: VirtualBeanstalk) -> None:
    account.version("dying", source_bundles.dying())
    blue = account.launched("shop-blue", PROPERTY, VersionLabel="dying")

    _saved(account, blue)
    green = account.healthy("shop-green", TemplateName="saved", VersionLabel="v1")

    assert account.describe(green)["VersionLabel"] == "v1"


def test_a_template_gets_other_settings_and_another_description(account: VirtualBeanstalk) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_UpdateConfigurationTemplate.html."""
    _saved(account, account.launched("shop-blue", PROPERTY))

    answer = account.client.update_configuration_template(
        ApplicationName="shop",
        TemplateName="saved",
        Description="newer",
        OptionSettings=[ENHANCED],  # type: ignore[list-item]
        OptionsToRemove=[{"Namespace": PROPERTY["Namespace"], "OptionName": PROPERTY["OptionName"]}],
    )

    [settings] = account.settings(TemplateName="saved")
    assert (answer["Description"], settings["SystemType"]) == ("newer", "enhanced")
    assert "COLOUR" not in settings
