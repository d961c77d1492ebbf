"""Option settings are checked as AWS checks them."""

import pytest
from botocore.exceptions import ClientError

from tests.support.beanstalk import ENHANCED
from tests.support.in_memory import VirtualBeanstalk
from tests.support.option_settings import managed_updates, option

COMMAND = "aws:elasticbeanstalk:command"
MANAGED = "aws:elasticbeanstalk:managedactions"
PROCESS = "aws:elasticbeanstalk:environment:process"
ENVIRONMENT = "aws:elasticbeanstalk:environment"
UNKNOWN = "Unknown configuration setting."
SIZES = "aws:autoscaling:asg"
NEEDS_ENHANCED = (
    "Managed platform updates require enhanced health reporting (option SystemType in namespace"
    " aws:elasticbeanstalk:healthreporting:system)."
)
NEEDS_ROLE = (
    "You can't enable managed platform updates when your environment uses the service-linked role"
    " 'AWSServiceRoleForElasticBeanstalk'. Select a service role that has the"
    " 'AWSElasticBeanstalkManagedUpdatesCustomerRolePolicy' managed policy."
)


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        # https://github.com/aws/aws-elastic-beanstalk-cli/issues/532
        (option(ENVIRONMENT, "Domain", "x"), UNKNOWN),
        # https://github.com/pulumi/pulumi-aws/issues/3461
        (option("aws:elb:loadbalancer", "LoadBalancerType", "application"), UNKNOWN),
        # https://github.com/keymetrics/pm2-ebs-demo/issues/4: not on Amazon Linux 2 and later
        (option("aws:elasticbeanstalk:container:nodejs", "NodeCommand", "npm start"), UNKNOWN),
        # https://github.com/hashicorp/terraform-provider-aws/issues/7475: a space before the name
        (option("aws:autoscaling:trigger", " LowerThreshold", "1"), UNKNOWN),
        (option("mine", "Timeout", "1"), UNKNOWN),
        (option(f"{PROCESS}:api", "Colour", "blue"), UNKNOWN),
        (option("aws:elasticbeanstalk:healthreporting:system", "SystemType", "fancy"), "[basic, enhanced]"),
        (option(COMMAND, "DeploymentPolicy", "Canary"), "Value is not one of the allowed values: [AllAtOnce, "),
        (option(COMMAND, "IgnoreHealthCheck", "yes"), "Value is not one of the allowed values: [true, false]"),
        # https://github.com/ThoughtWorksStudios/eb_deployer/pull/44
        (
            option("aws:autoscaling:updatepolicy:rollingupdate", "MaxBatchSize", "0"),
            "Value is less than minimum allowed value: 1",
        ),
        (option(COMMAND, "Timeout", "3601"), "Value is greater than maximum allowed value: 3600"),
        (option(COMMAND, "Timeout", "soon"), "Value is not a whole number."),
        (option(f"{PROCESS}:api", "Port", "80000"), "Value is greater than maximum allowed value: 65535"),
        (option(MANAGED, "PreferredStartTime", "false"), "Value does not meet the required minimum length: 9"),
        (option(MANAGED, "PreferredStartTime", "Day:09:00"), "Value does not satisfy regex: '^(Mon|Tue"),
        # https://github.com/aws/aws-elastic-beanstalk-cli/issues/77
        (
            option(f"{PROCESS}:default", "MatcherHTTPCode", ""),
            r"Value does not satisfy regex: '^((\d{3}(-\d{3})?)|(\d{3}(,\d{3})*))$' [The configured value for",
        ),
        (option("aws:elasticbeanstalk:application", "Application Healthcheck URL", "/" * 201), "maximum length: 200"),
    ],
)
def test_an_invalid_setting_is_refused_and_found_by_validation(
    account: VirtualBeanstalk, setting: dict[str, str], problem: str
) -> None:
    where = f"(Namespace: '{setting['Namespace']}', OptionName: '{setting['OptionName']}'): "
    start = f"Invalid option value: '{setting['Value']}' " if problem != UNKNOWN else "Invalid option specification "
    with pytest.raises(ClientError) as refused:
        account.create("shop-prod", setting)

    error = refused.value.response["Error"]
    [message] = validated(account, setting)
    assert error["Code"] == "ConfigurationValidationException"
    assert error["Message"] == f"Configuration validation exception: {message['Message']}"
    assert message["Message"].startswith(f"{start}{where}")
    assert problem in message["Message"]
    assert (message["Severity"], message["OptionName"]) == ("error", setting["OptionName"])


@pytest.mark.parametrize(
    "setting",
    [
        ENHANCED,
        option(COMMAND, "Timeout", "1"),
        option(f"{PROCESS}:api", "Port", "8080"),
        option("aws:elbv2:listener:443", "Protocol", "HTTPS"),
        option("aws:elbv2:listenerrule:api", "PathPatterns", "/api/*"),
        option("aws:elb:listener:443", "ListenerProtocol", "HTTPS"),
        option("aws:elasticbeanstalk:application:environment", "ANY_NAME", ""),
        option("aws:elasticbeanstalk:environment:proxy:staticfiles", "/static", "static"),
        option("aws:autoscaling:updatepolicy:rollingupdate", "PauseTime", "PT1H30M"),
        option("aws:elasticbeanstalk:container:python", "WSGIPath", "shop:application"),
        option("aws:ec2:instances", "InstanceTypes", "t3.micro,t3.small"),
        {**option(SIZES, "MaxSize", "8"), "ResourceName": "AWSEBAutoScalingGroup"},
    ],
)
def test_a_valid_setting_passes(account: VirtualBeanstalk, setting: dict[str, str]) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html"""
    assert validated(account, setting) == []


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        # Recorded: the first and the fourth. https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/
        # environment-platform-update-managed.html and command-options-general.html: what managed updates need.
        (
            managed_updates()[1:],
            NEEDS_ENHANCED,
        ),
        ([ENHANCED, *managed_updates()[1:3], managed_updates()[4]], "a value for option PreferredStartTime in"),
        (managed_updates()[:4], "a value for option UpdateLevel in"),
        (
            [ENHANCED, *managed_updates()[2:]],
            NEEDS_ROLE,
        ),
        ([option(SIZES, "MinSize", "5")], "MinSize must not be greater than MaxSize, which is 4."),
        ([option(COMMAND, "DeploymentPolicy", "Immutable")], "Immutable deployments require enhanced health reporting"),
        (
            [ENHANCED, option(COMMAND, "DeploymentPolicy", "TrafficSplitting")],
            "TrafficSplitting deployments require an Application Load Balancer.",
        ),
        (
            [option("aws:autoscaling:updatepolicy:rollingupdate", "RollingUpdateType", "Immutable")],
            "Immutable updates require enhanced health reporting",
        ),
        ([option(COMMAND, "BatchSize", "150")], "BatchSize must be from 1 to 100 when BatchSizeType is Percentage."),
    ],
)
def test_settings_that_disagree_are_refused(
    account: VirtualBeanstalk, settings: list[dict[str, str]], problem: str
) -> None:
    with pytest.raises(ClientError) as refused:
        account.create("shop-prod", *settings)

    assert problem in refused.value.response["Error"]["Message"]
    assert problem in validated(account, *settings)[0]["Message"]


def test_managed_updates_are_accepted_with_all_that_they_need(account: VirtualBeanstalk) -> None:
    account.launched("shop-prod", *managed_updates())

    [settings] = account.settings(EnvironmentName="shop-prod")
    assert (settings["PreferredStartTime"], settings["UpdateLevel"]) == ("Tue:09:00", "minor")


def test_an_update_is_checked_together_with_what_the_environment_has(account: VirtualBeanstalk) -> None:
    id_ = account.launched("shop-prod", *managed_updates())
    basic = option("aws:elasticbeanstalk:healthreporting:system", "SystemType", "basic")

    with pytest.raises(ClientError, match="Managed platform updates require enhanced health reporting"):
        account.client.update_environment(EnvironmentId=id_, OptionSettings=[basic])  # type: ignore[list-item]


def validated(account: VirtualBeanstalk, *settings: dict[str, str]) -> list[dict[str, str]]:
    answer = account.client.validate_configuration_settings(ApplicationName="shop", OptionSettings=list(settings))  # type: ignore[arg-type]
    return answer["Messages"]  # type: ignore[return-value]
