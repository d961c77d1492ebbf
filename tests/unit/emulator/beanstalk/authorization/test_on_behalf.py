"""What Elastic Beanstalk takes from its caller, and how a denial is told: at once, or as an ERROR event later."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.beanstalk import BUCKET, ENHANCED, PLATFORM
from tests.support.fake_caller import PRINCIPAL, FakeDeniedCaller
from tests.support.in_memory import VirtualBeanstalk

OWN_BUCKET = "arn:aws:s3:::elasticbeanstalk-us-east-1-123456789012"
BUNDLE = f"arn:aws:s3:::{BUCKET}/v2.zip"
PATCHES = "arn:aws:s3:::elasticbeanstalk-env-resources-us-east-1/*"
NO_COPY = "You don't have permission to copy an Amazon S3 object."
NEW = {"ApplicationName": "shop", "EnvironmentName": "shop-green", "SolutionStackName": PLATFORM, "VersionLabel": "v2"}


def denied(account: VirtualBeanstalk, call: str, **arguments: Any) -> tuple[str, str]:
    """Make a call that must fail; return the error's code and message."""
    with pytest.raises(ClientError) as refused:
        getattr(account.client, call)(**arguments)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("describe_configuration_settings", {"ApplicationName": "shop"}),
        ("update_environment", {"VersionLabel": "v2"}),
        ("update_environment", {"OptionSettings": [ENHANCED]}),
    ],
)
def test_settings_and_updates_need_an_object_in_a_bucket_of_aws(
    account: VirtualBeanstalk, call: str, arguments: dict[str, Any]
) -> None:
    """https://github.com/hashicorp/terraform-provider-aws/issues/32977"""
    account.launched(VersionLabel="v1")
    account.memory.caller = FakeDeniedCaller("s3:GetObject", resource=PATCHES)

    code, message = denied(account, call, EnvironmentName="shop-prod", **arguments)

    assert code == "InvalidParameterValue"
    assert message == (
        "Access Denied: S3Bucket=elasticbeanstalk-env-resources-us-east-1,"
        " S3Key=eb_patching_resources/instance_patch_extension.linux"
    )


def test_saved_settings_need_nothing_of_an_environment(account: VirtualBeanstalk) -> None:
    id_ = account.launched(VersionLabel="v1")
    account.client.create_configuration_template(ApplicationName="shop", TemplateName="saved", EnvironmentId=id_)
    account.memory.caller = FakeDeniedCaller("s3:*", "ec2:*", "autoscaling:*", "cloudformation:*")

    assert account.settings(TemplateName="saved")


def test_a_launch_needs_the_platform_assets_of_aws(account: VirtualBeanstalk) -> None:
    account.memory.caller = FakeDeniedCaller("s3:GetObject", resource="*platform-assets*")

    code, message = denied(account, "create_environment", **NEW)

    assert code == "InvalidParameterValue"
    assert message.startswith("Access Denied: S3Bucket=elasticbeanstalk-platform-assets-us-east-1, S3Key=")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        *((f"s3:{each}", f"{OWN_BUCKET}/resources/environments/e-*/_runtime/_versions/*")
          for each in ("GetObject", "GetObjectAcl", "PutObject", "PutObjectAcl")),
        *((f"s3:{each}", OWN_BUCKET)
          for each in ("CreateBucket", "GetBucketPolicy", "ListBucket", "PutBucketOwnershipControls",
                       "PutBucketPolicy", "PutBucketPublicAccessBlock")),
    ],
)  # fmt: skip
def test_launches_updates_and_processing_write_to_the_services_own_bucket(
    account: VirtualBeanstalk, action: str, resource: str
) -> None:
    """The words are those for s3:CreateBucket; other reports name the other actions, also with Process.

    https://github.com/jenkinsci/aws-beanstalk-publisher-plugin/issues/27
    https://github.com/grails/grails-core/issues/16260
    """
    account.launched(VersionLabel="v1")
    account.memory.caller = FakeDeniedCaller(action, resource=resource)
    message = (
        f"You do not have permission to perform the '{action}' action."
        " Verify that your S3 policies and your ACLs allow you to perform these actions."
    )
    expected = ("InsufficientPrivilegesException", message)
    source = {"S3Bucket": BUCKET, "S3Key": "v1.zip"}
    version: dict[str, Any] = {"ApplicationName": "shop", "VersionLabel": "v3", "SourceBundle": source}

    assert denied(account, "create_environment", **NEW) == expected
    assert denied(account, "update_environment", EnvironmentName="shop-prod", VersionLabel="v2") == expected
    assert denied(account, "rebuild_environment", EnvironmentName="shop-prod") == expected
    assert denied(account, "create_application_version", **version, Process=True) == expected
    account.client.create_application_version(**version)


@pytest.mark.parametrize("action", ["s3:GetObject", "s3:GetObjectAcl", "s3:GetObjectVersion"])
def test_a_launch_whose_bundle_the_caller_may_not_read_is_terminated(account: VirtualBeanstalk, action: str) -> None:
    """A recorded launch with a bundle in CodePipeline's bucket ended so; S3 denies another launch in this issue.

    https://github.com/hashicorp/terraform-provider-aws/issues/1995
    """
    account.memory.caller = FakeDeniedCaller(action, resource=BUNDLE)

    id_ = account.client.create_environment(**NEW)["EnvironmentId"]  # type: ignore[arg-type]

    assert account.messages(EnvironmentId=id_, Severity="ERROR") == []
    account.until_status(id_, "Terminated")
    assert account.messages(EnvironmentId=id_, Severity="ERROR") == [NO_COPY, "Failed to launch environment."]


def test_an_update_whose_bundle_the_caller_may_not_read_changes_nothing(account: VirtualBeanstalk) -> None:
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")
    account.memory.caller = FakeDeniedCaller("s3:GetObject", resource=BUNDLE)

    answer = account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")

    assert answer["Status"] == "Updating"
    account.until_status(id_, "Ready")
    environment = account.describe(id_)
    assert (environment["VersionLabel"], environment["HealthStatus"]) == ("v1", "Ok")
    assert account.answered_by(id_) == "shop-prod/v1"
    assert account.messages(EnvironmentId=id_, Severity="ERROR") == [NO_COPY, "Failed to deploy application."]


def test_an_update_of_the_configuration_does_not_copy_the_bundle(account: VirtualBeanstalk) -> None:
    id_ = account.launched(VersionLabel="v2")
    account.memory.caller = FakeDeniedCaller("s3:GetObject", resource=BUNDLE)

    account.client.update_environment(EnvironmentId=id_, OptionSettings=[ENHANCED])  # type: ignore[list-item]
    account.until_status(id_, "Ready")

    assert account.messages(EnvironmentId=id_, Severity="ERROR") == []


def test_a_rebuild_copies_the_bundle(account: VirtualBeanstalk) -> None:
    id_ = account.launched(VersionLabel="v2")
    account.memory.caller = FakeDeniedCaller("s3:GetObject", resource=BUNDLE)

    account.client.rebuild_environment(EnvironmentId=id_)
    account.until_status(id_, "Ready")

    assert account.messages(EnvironmentId=id_, Severity="ERROR") == [NO_COPY]


@pytest.mark.parametrize(
    ("action", "service"),
    [
        ("autoscaling:CreateAutoScalingGroup", "AmazonAutoScaling"),
        ("cloudformation:CreateStack", "AmazonCloudFormation"),
        ("cloudwatch:PutMetricAlarm", "AmazonCloudWatch"),
        ("ec2:RunInstances", "AmazonEC2"),
        ("elasticloadbalancing:CreateLoadBalancer", "AmazonElasticLoadBalancing"),
        ("iam:PassRole", "AmazonIdentityManagement"),
    ],
)
def test_a_launch_whose_resources_cannot_be_made_is_terminated(
    account: VirtualBeanstalk, action: str, service: str
) -> None:
    """https://github.com/codeship/documentation/issues/338 has the form of the message."""
    account.memory.caller = FakeDeniedCaller(action)

    id_ = account.create(VersionLabel="v1")

    account.until_status(id_, "Terminated")
    first, last = account.messages(EnvironmentId=id_, Severity="ERROR")
    assert first.startswith(
        f"Service:{service}, Message:User: {PRINCIPAL} is not authorized to perform: {action} on resource: "
    )
    assert last == "Failed to launch environment."


@pytest.mark.parametrize(
    ("action", "update", "message"),
    [
        ("autoscaling:SuspendProcesses", {"VersionLabel": "v2"}, "Failed to deploy application."),
        ("elasticloadbalancing:DeregisterTargets", {"VersionLabel": "v2"}, "Failed to deploy application."),
        ("cloudformation:UpdateStack", {"OptionSettings": [ENHANCED]}, "Failed to deploy configuration."),
    ],
)
def test_an_update_without_a_permission_fails_later(
    account: VirtualBeanstalk, action: str, update: dict[str, Any], message: str
) -> None:
    """https://github.com/grails/grails-core/issues/16262 for autoscaling:SuspendProcesses"""
    id_ = account.launched(VersionLabel="v1")
    account.memory.caller = FakeDeniedCaller(action)

    account.client.update_environment(EnvironmentId=id_, **update)
    account.until_status(id_, "Ready")

    errors = account.messages(EnvironmentId=id_, Severity="ERROR")
    assert (len(errors), errors[1]) == (2, message)
    assert f"is not authorized to perform: {action}" in errors[0]
    assert account.settings(EnvironmentName="shop-prod")[0]["SystemType"] == "basic"
    account.memory.caller = FakeDeniedCaller()
    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    account.until_status(id_, "Ready")
    assert account.describe(id_)["VersionLabel"] == "v2"


def test_a_termination_without_a_permission_is_denied_at_once(account: VirtualBeanstalk) -> None:
    id_ = account.launched(VersionLabel="v1")
    account.memory.caller = FakeDeniedCaller("ec2:TerminateInstances")

    code, message = denied(account, "terminate_environment", EnvironmentId=id_)

    assert code == "InsufficientPrivilegesException"
    assert "is not authorized to perform: ec2:TerminateInstances on resource: arn:aws:ec2:" in message
    assert account.describe(id_)["Status"] == "Ready"


def test_the_condition_keys_of_awss_policy_are_known(account: VirtualBeanstalk) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/AWSHowTo.iam.managed-policies.html"""
    caller = account.memory.caller = FakeDeniedCaller()
    id_ = account.launched(VersionLabel="v1")
    account.client.terminate_environment(EnvironmentId=id_)

    keys = {action: keys for action, _, keys in caller.asked if keys and not action.startswith("elasticbeanstalk:")}

    stack = f"arn:aws:cloudformation:us-east-1:123456789012:stack/awseb-{id_}-stack/0"
    assert keys == {
        "ec2:RunInstances": {"ec2:LaunchTemplate": "arn:aws:ec2:us-east-1:123456789012:launch-template/lt-0"},
        "ec2:TerminateInstances": {"ec2:ResourceTag/aws:cloudformation:stack-id": stack},
        "iam:PassRole": {"iam:PassedToService": "ec2.amazonaws.com"},
    }
    passed = {keys["iam:PassedToService"] for action, _, keys in caller.asked if action == "iam:PassRole"}
    assert passed == {"ec2.amazonaws.com", "elasticbeanstalk.amazonaws.com"}


def test_the_sample_application_has_no_bundle_to_copy(account: VirtualBeanstalk) -> None:
    account.memory.caller = FakeDeniedCaller("s3:GetObjectVersion")

    assert account.messages(EnvironmentId=account.launched(), Severity="ERROR") == []
