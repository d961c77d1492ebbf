"""The permissions that each operation takes.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticbeanstalk.html
"""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.beanstalk.authorization import required, visibility
from emulator.beanstalk.protocol.service_model import service_model
from tests.support.fake_caller import FakeDeniedCaller
from tests.support.in_memory import VirtualBeanstalk

ENVIRONMENT = {"EnvironmentName": "shop-prod"}
VERSION = {"ApplicationName": "shop", "VersionLabel": "v1"}
ROLE = "arn:aws:iam::123456789012:role/operations"
PLATFORM_ARN = "arn:aws:elasticbeanstalk:us-east-1::platform/Python 3.13 running on 64bit Amazon Linux 2023/4.7.2"


def test_every_operation_asks_for_a_permission() -> None:
    """Lists leave out what the caller may not see, instead."""
    assert sorted({*required._FINDERS, *visibility._LISTS}) == sorted(service_model().operation_names)


@pytest.mark.parametrize(
    ("name", "arguments", "resource"),
    [
        ("associate_environment_operations_role", ENVIRONMENT | {"OperationsRole": ROLE}, "environment/shop/shop-prod"),
        ("compose_environments", {"ApplicationName": "shop", "VersionLabels": ["v1"]}, "applicationversion/shop/v1"),
        ("create_storage_location", {}, "*"),
        ("delete_platform_version", {"PlatformArn": PLATFORM_ARN}, "platform/*"),
        ("describe_configuration_options", ENVIRONMENT | {"ApplicationName": "shop"}, "environment/shop/shop-prod"),
        ("describe_environment_managed_action_history", ENVIRONMENT, "environment/shop/shop-prod"),
        ("describe_platform_version", {"PlatformArn": PLATFORM_ARN}, "platform/*"),
        ("disassociate_environment_operations_role", ENVIRONMENT, "environment/shop/shop-prod"),
        ("list_platform_branches", {}, "*"),
        ("request_environment_info", ENVIRONMENT | {"InfoType": "tail"}, "environment/shop/shop-prod"),
        ("retrieve_environment_info", ENVIRONMENT | {"InfoType": "tail"}, "environment/shop/shop-prod"),
        (
            "update_application_resource_lifecycle",
            {"ApplicationName": "shop", "ResourceLifecycleConfig": {"ServiceRole": ROLE}},
            "application/shop",
        ),
        ("update_application_version", VERSION, "applicationversion/shop/v1"),
        (
            "update_configuration_template",
            {"ApplicationName": "shop", "TemplateName": "t"},
            "configurationtemplate/shop/t",
        ),
    ],
)
def test_an_operation_is_authorised_on_its_resource(
    account: VirtualBeanstalk, name: str, arguments: dict[str, Any], resource: str
) -> None:
    account.launched()
    account.memory.caller = FakeDeniedCaller("elasticbeanstalk:*", resource=f"*{resource}")

    with pytest.raises(ClientError, match=r"\(AccessDenied\)"):
        getattr(account.client, name)(**arguments)


def test_the_caller_passes_an_operations_role(account: VirtualBeanstalk) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/iam-operationsrole.html."""
    account.launched()
    account.memory.caller = FakeDeniedCaller("iam:PassRole", resource=ROLE)

    with pytest.raises(ClientError, match=r"\(AccessDenied\)"):
        account.client.associate_environment_operations_role(**ENVIRONMENT, OperationsRole=ROLE)


def test_with_an_operations_role_the_caller_needs_nothing_of_the_resources(account: VirtualBeanstalk) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/iam-operationsrole.html."""
    id_ = account.launched(VersionLabel="v1")
    account.client.associate_environment_operations_role(**ENVIRONMENT, OperationsRole=ROLE)
    account.memory.caller = FakeDeniedCaller("s3:*", "autoscaling:*", "ec2:*", "cloudformation:*")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    account.until_status(id_, "Ready")

    assert account.describe(id_)["VersionLabel"] == "v2"


def test_the_storage_location_takes_a_bucket_from_the_caller(account: VirtualBeanstalk) -> None:
    """Source: https://github.com/jenkinsci/aws-beanstalk-publisher-plugin/issues/27."""
    account.memory.caller = FakeDeniedCaller("s3:CreateBucket", resource="*")

    with pytest.raises(ClientError, match="InsufficientPrivilegesException"):
        account.client.create_storage_location()
