"""Option settings in a bundle's configuration files.

Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options.html#configuration-options-precedence
"""

import json
from typing import Any

from tests.support import source_bundles
from tests.support.beanstalk import environment_property
from tests.support.in_memory import VirtualBeanstalk

PROPERTIES = "aws:elasticbeanstalk:application:environment"


def bundle(document: dict[str, Any] | str) -> bytes:
    text = document if isinstance(document, str) else json.dumps(document)
    return source_bundles.packed({"Procfile": "web: serve", ".ebextensions/a.config": text})


def with_settings(**values: str) -> bytes:
    return bundle({"option_settings": {PROPERTIES: values, "aws:autoscaling:asg": {"MaxSize": "2"}}})


def setting(account: VirtualBeanstalk, name: str) -> str | None:
    (found, *_) = account.client.describe_configuration_settings(ApplicationName="shop", EnvironmentName="shop-prod")[
        "ConfigurationSettings"
    ]
    values = {option["OptionName"]: option.get("Value") for option in found["OptionSettings"]}
    return values.get(name)


def test_a_launch_applies_them_below_what_the_call_says(account: VirtualBeanstalk) -> None:
    account.version("configured", with_settings(COLOUR="blue", LEVEL="1"))

    account.launched("shop-prod", environment_property("LEVEL", "2"), VersionLabel="configured")

    assert [setting(account, name) for name in ("COLOUR", "LEVEL", "MaxSize")] == ["blue", "2", "2"]


def test_a_deployment_replaces_those_of_the_last_bundle(account: VirtualBeanstalk) -> None:
    account.version("first", with_settings(COLOUR="blue", SIZE="s"))
    account.version("second", bundle({"option_settings": {PROPERTIES: {"COLOUR": "red"}}}))
    id_ = account.launched("shop-prod", VersionLabel="first")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="second")
    account.until_status(id_, "Ready")

    assert [setting(account, name) for name in ("COLOUR", "SIZE", "MaxSize")] == ["red", None, "4"]


def test_a_removed_setting_goes_back_to_the_bundle_s(account: VirtualBeanstalk) -> None:
    account.version("configured", with_settings(COLOUR="blue"))
    id_ = account.launched("shop-prod", environment_property("COLOUR", "red"), VersionLabel="configured")
    account.client.update_environment(EnvironmentId=id_, VersionLabel="v1")
    account.until_status(id_, "Ready")
    account.client.update_environment(
        EnvironmentId=id_, OptionsToRemove=[{"Namespace": PROPERTIES, "OptionName": "COLOUR"}]
    )
    account.until_status(id_, "Ready")
    account.client.update_environment(EnvironmentId=id_, VersionLabel="configured")
    account.until_status(id_, "Ready")

    assert setting(account, "COLOUR") == "blue"


def test_a_file_that_is_no_yaml_fails_the_deployment_in_aws_s_words(account: VirtualBeanstalk) -> None:
    """Recorded in https://github.com/awsdocs/aws-elastic-beanstalk-developer-guide/issues/126"""
    account.version("broken", bundle("option_settings:\n  a\n    b: c\n"))
    id_ = account.launched("shop-prod", VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="broken")
    account.until_status(id_, "Ready")

    errors = account.messages(EnvironmentId=id_, Severity="ERROR")
    assert errors[0].startswith(
        "The configuration file .ebextensions/a.config in application version broken contains invalid YAML or JSON."
    )
    assert errors[1:] == ["Failed to deploy application."]
    assert account.describe(id_)["VersionLabel"] == "v1"


def test_an_unknown_option_fails_the_deployment(account: VirtualBeanstalk) -> None:
    account.version("unknown", bundle({"option_settings": {"aws:autoscaling:asg": {"Colour": "blue"}}}))
    id_ = account.launched("shop-prod", VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="unknown")
    account.until_status(id_, "Ready")

    problem, failed = account.messages(EnvironmentId=id_, Severity="ERROR")
    where = "(Namespace: 'aws:autoscaling:asg', OptionName: 'Colour')"
    assert problem == f"Invalid option specification {where}: Unknown configuration setting."
    assert failed == "Failed to deploy application."


def test_a_file_with_an_unknown_key_is_skipped_with_a_warning(account: VirtualBeanstalk) -> None:
    """Recorded in https://github.com/blueimp/aws-lambda/pull/8"""
    account.version("odd", bundle({"OptionSettings": {}}))
    id_ = account.launched("shop-prod", VersionLabel="odd")

    (warning, *_) = account.messages(EnvironmentId=id_, Severity="WARN")
    assert warning.startswith("Error processing file (Skipping): '.ebextensions/a.config' - Contains invalid key")


def test_one_instance_of_a_deployment_is_the_leader(account: VirtualBeanstalk) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/customize-containers-ec2.html#linux-container-commands"""
    size = [{"Namespace": "aws:autoscaling:asg", "OptionName": name, "Value": "3"} for name in ("MinSize", "MaxSize")]
    id_ = account.launched("shop-prod", *size, VersionLabel="v1")
    leaders = [[instance.leads for instance in account.memory.hostings["shop-prod"].instances]]
    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    account.until_status(id_, "Ready")
    leaders.append([instance.leads for instance in account.memory.hostings["shop-prod"].instances])
    account.client.update_environment(
        EnvironmentId=id_,
        OptionSettings=[environment_property("A", "1")],  # type: ignore[list-item]
    )
    account.until_status(id_, "Ready")
    leaders.append([instance.leads for instance in account.memory.hostings["shop-prod"].instances])

    assert leaders == [[True, False, False], [True, False, False], [False, False, False]]
