"""AWS's managed policy is enough for every operation, and Elastic Beanstalk's own actions are not.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess-AWSElasticBeanstalk.html
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator.identity import ACCOUNT_ID, REGION
from rehearsal.account import samples
from rehearsal.account.account import Account
from rehearsal.wait import until
from tests.support.beanstalk import ENHANCED
from tests.support.beanstalk import PLATFORM as STACK
from tests.support.roles import OK, Role, administrator, statement

POLICY = Path(__file__).parents[4] / "infra" / "aws_policy" / "AdministratorAccess-AWSElasticBeanstalk.v9.json"
OWN_BUCKET = f"elasticbeanstalk-{REGION}-{ACCOUNT_ID}"
NO_COPY = "You don't have permission to copy an Amazon S3 object."
AUTOSCALING = "autoscaling:DescribeAutoScalingGroups"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with Account(scale=0.005, home=tmp_path_factory.mktemp("account")) as account:
        s3 = administrator(account, "s3")
        for bucket in (OWN_BUCKET, "bundles"):
            s3.create_bucket(Bucket=bucket)
            s3.put_object(Bucket=bucket, Key="v1.zip", Body=samples.bundle("v1"))
        beanstalk = administrator(account, "elasticbeanstalk")
        beanstalk.create_application(ApplicationName="shop")
        for label, bucket in (("own", OWN_BUCKET), ("elsewhere", "bundles")):
            location = {"S3Bucket": bucket, "S3Key": "v1.zip"}
            beanstalk.create_application_version(
                ApplicationName="shop", VersionLabel=label, SourceBundle=location, Process=True
            )
        yield account


@pytest.fixture
def user(account: Account) -> Role:
    """A role with AWS's managed policy, and nothing else."""
    role = Role(account, statement("elasticbeanstalk:*"))
    role.allow_as(json.loads(POLICY.read_text())["Document"])
    return role


def call(role: Role, name: str, **arguments: Any) -> dict[str, Any]:
    return role.call("elasticbeanstalk", name, **arguments)


def launch(role: Role, name: str, version: str, **more: Any) -> dict[str, Any]:
    return call(
        role,
        "create_environment",
        ApplicationName="shop",
        EnvironmentName=name,
        SolutionStackName=STACK,
        VersionLabel=version,
        **more,
    )


def until_status(account: Account, name: str, status: str) -> None:
    beanstalk = administrator(account, "elasticbeanstalk")

    def reached() -> bool:
        found = beanstalk.describe_environments(EnvironmentNames=[name])["Environments"]
        return found[0]["Status"] == status if found else False

    until(reached, f"{name} to be {status}", 60)


def errors(account: Account, name: str) -> list[str]:
    events = administrator(account, "elasticbeanstalk").describe_events(EnvironmentName=name, Severity="ERROR")
    return [event["Message"] for event in reversed(events["Events"])]


def test_the_managed_policy_is_enough_for_every_operation(account: Account, user: Role) -> None:
    location = {"S3Bucket": OWN_BUCKET, "S3Key": "v1.zip"}
    version = {"ApplicationName": "shop", "VersionLabel": "more", "SourceBundle": location}
    named = {"EnvironmentName": "everything"}
    assert call(user, "create_application_version", **version, Process=True)["status"] == OK
    assert call(user, "create_storage_location")["status"] == OK
    assert launch(user, "everything", "own")["status"] == OK
    until_status(account, "everything", "Ready")
    for name, arguments in (
        ("update_environment", {"VersionLabel": "own"}),
        ("update_environment", {"OptionSettings": [ENHANCED]}),
        ("update_environment", {"VersionLabel": "own", "OptionSettings": [ENHANCED]}),
        ("rebuild_environment", {}),
    ):
        assert call(user, name, **named, **arguments)["status"] == OK
        until_status(account, "everything", "Ready")
    assert call(user, "describe_configuration_settings", ApplicationName="shop", **named)["status"] == OK
    assert call(user, "terminate_environment", **named)["status"] == OK
    until_status(account, "everything", "Terminated")
    assert errors(account, "everything") == []


def test_the_managed_policy_is_not_enough_for_a_bundle_elsewhere(account: Account, user: Role) -> None:
    assert launch(user, "elsewhere", "elsewhere")["status"] == OK
    until_status(account, "elsewhere", "Terminated")
    assert errors(account, "elsewhere") == [NO_COPY, "Failed to launch environment."]


def test_the_policy_of_a_bucket_can_allow_to_copy_a_bundle(account: Account, user: Role) -> None:
    actions = ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectAcl"]
    allowed = {
        "Effect": "Allow",
        "Principal": {"AWS": user.arn},
        "Action": actions,
        "Resource": "arn:aws:s3:::bundles/*",
    }
    s3 = administrator(account, "s3")
    s3.put_bucket_policy(Bucket="bundles", Policy=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}))
    try:
        assert launch(user, "allowed", "elsewhere")["status"] == OK
        until_status(account, "allowed", "Ready")
    finally:
        s3.delete_bucket_policy(Bucket="bundles")
    assert errors(account, "allowed") == []


def test_the_policy_of_a_bucket_can_deny_to_copy_a_bundle(account: Account) -> None:
    denied = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObjectAcl", "Resource": "arn:aws:s3:::bundles/*"}
    role, s3 = Role(account, statement("*")), administrator(account, "s3")
    s3.put_bucket_policy(Bucket="bundles", Policy=json.dumps({"Version": "2012-10-17", "Statement": [denied]}))
    try:
        assert launch(role, "denied", "elsewhere")["status"] == OK
    finally:
        s3.delete_bucket_policy(Bucket="bundles")
    until_status(account, "denied", "Terminated")
    assert errors(account, "denied")[0] == NO_COPY


def test_elastic_beanstalks_own_actions_are_not_enough(account: Account) -> None:
    role = Role(account, statement("elasticbeanstalk:*"))
    launch(Role(account, statement("*")), "other", "own")
    until_status(account, "other", "Ready")
    named = {"EnvironmentName": "other"}
    patches = f"Access Denied: S3Bucket=elasticbeanstalk-env-resources-{REGION}, S3Key=eb_patching_resources/"
    insufficient, reads = "InsufficientPrivilegesException", role.denial(AUTOSCALING, "*")
    location = {"S3Bucket": OWN_BUCKET, "S3Key": "v1.zip"}
    version = {"ApplicationName": "shop", "VersionLabel": "v3", "SourceBundle": location, "Process": True}

    answers = {
        "create": launch(role, "refused", "own"),
        "settings": call(role, "describe_configuration_settings", ApplicationName="shop", **named),
        "update": call(role, "update_environment", VersionLabel="own", **named),
        "rebuild": call(role, "rebuild_environment", **named),
        "terminate": call(role, "terminate_environment", **named),
        "process": call(role, "create_application_version", **version),
    }

    found = {name: (each.get("Code"), str(each.get("Message"))) for name, each in answers.items()}
    assert found["create"] == found["rebuild"] == found["terminate"] == (insufficient, reads)
    assert [code for code, message in (found["settings"], found["update"]) if message.startswith(patches)] == [
        "InvalidParameterValue"
    ] * 2
    assert found["process"][0] == insufficient
    assert found["process"][1].startswith("You do not have permission to perform the 's3:CreateBucket' action.")
