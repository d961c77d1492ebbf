"""DescribeConfigurationOptions."""

from typing import Any

import pytest

from tests.support.beanstalk import PLATFORM, environment_property
from tests.support.in_memory import VirtualBeanstalk
from tests.support.option_settings import option

PYTHON = "aws:elasticbeanstalk:container:python"


def described(account: VirtualBeanstalk, **which: Any) -> dict[tuple[str, str], dict[str, Any]]:
    found = account.client.describe_configuration_options(**which)["Options"]
    return {(one["Namespace"], one["Name"]): dict(one) for one in found}


@pytest.mark.parametrize(
    ("namespace", "name", "expected"),
    [
        (
            "aws:autoscaling:asg",
            "MinSize",
            {"DefaultValue": "1", "MinValue": 0, "MaxValue": 10000, "ChangeSeverity": "NoInterruption"},
        ),
        (
            "aws:autoscaling:launchconfiguration",
            "MonitoringInterval",
            {"ValueOptions": ["1 minute", "5 minute"], "ChangeSeverity": "RestartEnvironment"},
        ),
        ("aws:elasticbeanstalk:command", "IgnoreHealthCheck", {"ValueType": "Boolean", "DefaultValue": "false"}),
        ("aws:elasticbeanstalk:managedactions", "PreferredStartTime", {"MaxLength": 9}),
        (PYTHON, "NumThreads", {"DefaultValue": "15", "ChangeSeverity": "RestartApplicationServer"}),
        ("aws:elasticbeanstalk:environment:process:default", "Port", {"DefaultValue": "80", "MaxValue": 65535}),
    ],
)
def test_an_option_has_its_type_range_default_and_severity(
    account: VirtualBeanstalk, namespace: str, name: str, expected: dict[str, Any]
) -> None:
    """https://docs.aws.amazon.com/cli/latest/reference/elasticbeanstalk/describe-configuration-options.html"""
    found = described(account, SolutionStackName=PLATFORM)[namespace, name]

    assert {key: found.get(key) for key in expected} == expected
    assert found["UserDefined"] is False


def test_options_of_an_environment_include_its_properties_and_its_own_processes(account: VirtualBeanstalk) -> None:
    process = option("aws:elasticbeanstalk:environment:process:api", "Port", "8080")
    account.create("shop-prod", environment_property("COLOUR", "blue"), process)

    found = described(account, ApplicationName="shop", EnvironmentName="shop-prod")

    assert found["aws:elasticbeanstalk:application:environment", "COLOUR"]["UserDefined"] is True
    assert found["aws:elasticbeanstalk:environment:process:api", "Port"]["MaxValue"] == 65535


def test_the_answer_has_only_the_options_that_the_call_names(account: VirtualBeanstalk) -> None:
    wanted = [{"Namespace": "aws:elasticbeanstalk:trafficsplitting"}, {"Namespace": PYTHON, "OptionName": "WSGIPath"}]

    found = described(account, SolutionStackName=PLATFORM, Options=wanted)

    assert [name for _, name in found] == ["WSGIPath", "EvaluationTime", "NewVersionPercent"]


def test_settings_are_described_with_those_that_nobody_set(account: VirtualBeanstalk) -> None:
    """https://docs.aws.amazon.com/cli/latest/reference/elasticbeanstalk/describe-configuration-settings.html"""
    account.create("shop-prod")

    [found] = account.client.describe_configuration_settings(ApplicationName="shop", EnvironmentName="shop-prod")[
        "ConfigurationSettings"
    ]

    settings = {(one["Namespace"], one["OptionName"]): one for one in found["OptionSettings"]}
    assert settings["aws:autoscaling:trigger", "UpperThreshold"] == {
        "ResourceName": "AWSEBCloudwatchAlarmHigh",
        "Namespace": "aws:autoscaling:trigger",
        "OptionName": "UpperThreshold",
        "Value": "6000000",
    }
    assert "Value" not in settings["aws:autoscaling:launchconfiguration", "EC2KeyName"]
    assert ("aws:elasticbeanstalk:sqsd", "HttpPath") not in settings


def test_the_resource_that_has_an_option_may_be_left_out(account: VirtualBeanstalk) -> None:
    id_ = account.launched("shop-prod", option("aws:autoscaling:asg", "MaxSize", "6"))
    own = {**option("aws:autoscaling:asg", "MaxSize", "8"), "ResourceName": "AWSEBAutoScalingGroup"}

    account.client.update_environment(EnvironmentId=id_, OptionSettings=[own])  # type: ignore[list-item]
    account.until_status(id_, "Ready")

    [found] = account.client.describe_configuration_settings(ApplicationName="shop", EnvironmentName="shop-prod")[
        "ConfigurationSettings"
    ]
    sizes = [one for one in found["OptionSettings"] if one["OptionName"] == "MaxSize"]
    assert [(one.get("ResourceName"), one["Value"]) for one in sizes] == [("AWSEBAutoScalingGroup", "8")]
