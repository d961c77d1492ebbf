"""The TemplateSpecification, which AWS's EB CLI sends and the public model leaves out.

Source: https://github.com/aws/aws-elastic-beanstalk-cli/blob/master/ebcli/lib/elasticbeanstalk.py
"""

import json
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as Xml

from tests.support.beanstalk import PLATFORM, environment_property
from tests.support.in_memory import VirtualBeanstalk

COLOUR = environment_property("COLOUR", "blue")
SOURCE = "TemplateSpecification.TemplateSource"
FILE = """
OptionSettings:
  aws:elasticbeanstalk:application:environment:
    COLOUR: red
    LOUD: true
  AWSEBAutoScalingGroup.aws:autoscaling:asg:
    MaxSize: '2'
"""


def _call(account: VirtualBeanstalk, action: str, **parameters: Any) -> tuple[int, str]:
    """Send a call as the EB CLI does, without the public model. Return the status and the message of an error."""
    status, _, body = account.service.handle(urlencode({"Action": action, **parameters}).encode(), {})
    message = Xml.fromstring(body).find(".//{*}Message")  # noqa: S314 - our own service wrote it
    return status, (message.text or "") if message is not None else ""


def test_a_saved_configuration_alone_is_validated(account: VirtualBeanstalk) -> None:
    """`eb config put` does so; the EB CLI's model does not require OptionSettings, botocore's does.

    https://github.com/aws/aws-elastic-beanstalk-cli/blob/master/ebcli/lib/botocoredata/elasticbeanstalk/2010-12-01/service-2.json
    """
    account.client.create_configuration_template(
        ApplicationName="shop", TemplateName="saved", SolutionStackName=PLATFORM
    )
    parameters = {"Action": "ValidateConfigurationSettings", "ApplicationName": "shop", "TemplateName": "saved"}

    status, _, answer = account.service.handle(urlencode(parameters).encode(), {"accept": "application/json"})

    content = json.loads(answer)["ValidateConfigurationSettingsResponse"]
    assert (status, content["ValidateConfigurationSettingsResult"]["Messages"]) == (200, [])


def test_an_environment_is_cloned_from_another_one(account: VirtualBeanstalk) -> None:
    older = PLATFORM.replace("4.7.2", "4.7.1")
    account.launched("shop-blue", COLOUR, SolutionStackName=older)

    status = _call(
        account,
        "CreateEnvironment",
        ApplicationName="shop",
        EnvironmentName="shop-green",
        **{f"{SOURCE}.EnvironmentName": "shop-blue"},
    )

    [clone] = account.client.describe_environments(EnvironmentNames=["shop-green"])["Environments"]
    assert status == (200, "")
    assert clone["SolutionStackName"] == older
    assert account.settings(EnvironmentName="shop-green")[0]["COLOUR"] == "blue"


def test_a_clone_may_get_another_platform(account: VirtualBeanstalk) -> None:
    account.launched("shop-blue", COLOUR, SolutionStackName=PLATFORM.replace("4.7.2", "4.7.1"))

    _call(
        account,
        "CreateEnvironment",
        ApplicationName="shop",
        EnvironmentName="shop-green",
        SolutionStackName=PLATFORM,
        **{f"{SOURCE}.EnvironmentName": "shop-blue"},
    )

    [clone] = account.client.describe_environments(EnvironmentNames=["shop-green"])["Environments"]
    assert clone["SolutionStackName"] == PLATFORM
    assert account.settings(EnvironmentName="shop-green")[0]["COLOUR"] == "blue"


def test_a_configuration_is_saved_from_an_environment_by_its_name(account: VirtualBeanstalk) -> None:
    account.launched("shop-blue", COLOUR)

    _call(
        account,
        "CreateConfigurationTemplate",
        ApplicationName="shop",
        TemplateName="saved",
        **{f"{SOURCE}.EnvironmentName": "shop-blue"},
    )

    assert account.settings(TemplateName="saved")[0]["COLOUR"] == "blue"


def test_an_environment_is_updated_from_the_file_of_a_saved_configuration(account: VirtualBeanstalk) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environment-configuration-savedconfig.html."""
    id_ = account.launched("shop-blue", COLOUR)

    _call(account, "UpdateEnvironment", EnvironmentName="shop-blue", **{f"{SOURCE}.SourceContents": FILE})
    account.until_status(id_, "Ready")

    [settings] = account.settings(EnvironmentName="shop-blue")
    assert (settings["COLOUR"], settings["LOUD"], settings["MaxSize"]) == ("red", "true", "2")


def test_a_file_that_is_no_configuration_is_refused(account: VirtualBeanstalk) -> None:
    account.launched("shop-blue")

    status, message = _call(
        account, "UpdateEnvironment", EnvironmentName="shop-blue", **{f"{SOURCE}.SourceContents": "- 1"}
    )

    assert status == 400
    assert message.startswith("The configuration file is not valid. Expected YAML with OptionSettings")


def test_a_database_inside_the_environment_is_refused(account: VirtualBeanstalk) -> None:
    status, message = _call(
        account,
        "CreateEnvironment",
        ApplicationName="shop",
        EnvironmentName="shop-green",
        SolutionStackName=PLATFORM,
        **{"TemplateSpecification.TemplateSnippets.member.1.SnippetName": "RdsExtensionEB"},
    )

    assert (status, "RdsExtensionEB" in message) == (400, True)


def test_settings_show_the_tier(account: VirtualBeanstalk) -> None:
    """The EB CLI's `eb clone` reads it.

    https://github.com/aws/aws-elastic-beanstalk-cli/blob/master/ebcli/operations/cloneops.py
    """
    account.launched("shop-blue")
    parameters = {"Action": "DescribeConfigurationSettings", "ApplicationName": "shop", "EnvironmentName": "shop-blue"}

    _, _, body = account.service.handle(urlencode(parameters).encode(), {})

    tier = Xml.fromstring(body).find(".//{*}Tier")  # noqa: S314 - our own service wrote it
    assert tier is not None
    assert [element.text for element in tier] == ["WebServer", "Standard", "1.0"]
