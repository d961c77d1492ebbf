"""The files of saved configurations in the service's own bucket.

Sources: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environment-configuration-savedconfig.html, and
https://github.com/aws/aws-elastic-beanstalk-cli/blob/master/ebcli/operations/saved_configs.py
"""

import pytest
import yaml
from botocore.exceptions import ClientError

from tests.support.beanstalk import PLATFORM, environment_property
from tests.support.in_memory import VirtualBeanstalk

FILE = "/elasticbeanstalk-us-east-1-123456789012/resources/templates/shop/saved"
ARN = "arn:aws:elasticbeanstalk:us-east-1::platform/Python 3.13 running on 64bit Amazon Linux 2023/4.7.2"
COLOUR = environment_property("COLOUR", "blue")
OWN = f"""
Platform: {{PlatformArn: {ARN}}}
OptionSettings:
  aws:elasticbeanstalk:application:environment: {{COLOUR: red}}
  AWSEBAutoScalingGroup.aws:autoscaling:asg: {{MaxSize: '3'}}
"""


def _save(account: VirtualBeanstalk) -> None:
    id_ = account.launched("shop-blue", COLOUR)
    account.client.create_configuration_template(ApplicationName="shop", TemplateName="saved", EnvironmentId=id_)


def test_a_saved_configuration_is_a_file_in_the_bucket(account: VirtualBeanstalk) -> None:
    _save(account)

    document = yaml.safe_load(account.objects[FILE])
    assert document["Platform"] == {"PlatformArn": ARN}
    assert document["OptionSettings"]["aws:elasticbeanstalk:application:environment"] == {"COLOUR": "blue"}
    assert document["OptionSettings"]["AWSEBAutoScalingGroup.aws:autoscaling:asg"]["MinSize"] == "1"


def test_the_file_goes_with_its_configuration(account: VirtualBeanstalk) -> None:
    _save(account)

    account.client.delete_configuration_template(ApplicationName="shop", TemplateName="saved")

    assert FILE not in account.objects


def test_without_the_bucket_there_is_no_file(account: VirtualBeanstalk) -> None:
    account.client.create_configuration_template(
        ApplicationName="shop", TemplateName="saved", SolutionStackName=PLATFORM
    )

    assert FILE not in account.objects


def test_a_changed_file_changes_the_saved_configuration(account: VirtualBeanstalk) -> None:
    _save(account)
    account.objects[FILE] = account.objects[FILE].replace(b"COLOUR: blue", b"COLOUR: green")

    account.create("shop-green", TemplateName="saved")

    assert account.settings(EnvironmentName="shop-green")[0]["COLOUR"] == "green"


def test_a_file_that_a_caller_put_there_is_a_saved_configuration(account: VirtualBeanstalk) -> None:
    account.client.create_storage_location()
    account.objects[FILE] = OWN.encode()

    account.create("shop-green", TemplateName="saved")

    [settings] = account.settings(EnvironmentName="shop-green")
    assert (settings["COLOUR"], settings["MaxSize"]) == ("red", "3")
    [environment] = account.client.describe_environments()["Environments"]
    assert environment["SolutionStackName"] == PLATFORM


def test_a_file_that_is_not_valid_is_refused(account: VirtualBeanstalk) -> None:
    _save(account)
    account.objects[FILE] = b"- not a configuration"

    with pytest.raises(ClientError, match="The configuration file is not valid"):
        account.create("shop-green", TemplateName="saved")


def test_an_updated_configuration_has_an_updated_file(account: VirtualBeanstalk) -> None:
    _save(account)

    account.client.update_configuration_template(ApplicationName="shop", TemplateName="saved", Description="newer")

    assert yaml.safe_load(account.objects[FILE])["EnvironmentConfigurationMetadata"]["Description"] == "newer"
