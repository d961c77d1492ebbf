"""IAM in the account: a function acts in its role, and every service enforces the role's policies."""

import json
import textwrap
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.identity import ACCOUNT_ID, REGION
from rehearsal.account import samples
from rehearsal.account.account import Account
from rehearsal.account.control import Control
from tests.support.roles import OK, Role, administrator, client, statement
from tests.support.source_bundles import packed

BEANSTALK = f"arn:aws:elasticbeanstalk:{REGION}:{ACCOUNT_ID}"
TRIES = """
    import boto3
    from botocore.exceptions import ClientError

    def handler(event, context):
        client = boto3.client(event["service"])
        try:
            getattr(client, event["call"])(**event["arguments"])
        except ClientError as error:
            return error.response["Error"]["Code"]
    """
ENCRYPTED_ONLY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::bundles", "arn:aws:s3:::bundles/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
"""The statement that the CDK writes for buckets with enforce_ssl."""
STACK = "64bit Amazon Linux 2023 v4.7.2 running Python 3.13"


def application(name: str) -> str:
    return f"{BEANSTALK}:application/{name}"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with Account(scale=0.01, home=tmp_path_factory.mktemp("account")) as account:
        s3 = administrator(account, "s3")
        s3.create_bucket(Bucket="bundles")
        s3.put_bucket_policy(
            Bucket="bundles", Policy=json.dumps({"Version": "2012-10-17", "Statement": [ENCRYPTED_ONLY]})
        )
        beanstalk = administrator(account, "elasticbeanstalk")
        for name in ("shop", "blog"):
            beanstalk.create_application(ApplicationName=name)
        yield account


def test_a_function_is_denied_what_its_role_does_not_allow(account: Account) -> None:
    role = Role(
        account, statement("s3:ListAllMyBuckets"), statement("elasticbeanstalk:UpdateApplication", application("blog"))
    )
    functions = administrator(account, "lambda")
    code = {"ZipFile": packed({"app.py": textwrap.dedent(TRIES)})}
    functions.create_function(
        FunctionName="tries", Runtime="python3.13", Role=role.arn, Handler="app.handler", Timeout=30, Code=code
    )

    def attempt(service: str, call: str, **arguments: Any) -> Any:
        event = json.dumps({"service": service, "call": call, "arguments": arguments})
        return json.load(functions.invoke(FunctionName="tries", Payload=event)["Payload"])

    assert attempt("s3", "list_buckets") is None
    assert attempt("s3", "list_objects_v2", Bucket="bundles") == "AccessDenied"
    assert attempt("elasticbeanstalk", "update_application", ApplicationName="blog") is None
    assert attempt("elasticbeanstalk", "update_application", ApplicationName="shop") == "AccessDenied"


def test_a_denial_names_the_caller_the_action_and_the_resource(account: Account) -> None:
    role = Role(account, statement("s3:ListAllMyBuckets"))
    denied = role.call("elasticbeanstalk", "update_application", ApplicationName="shop")
    assert (denied["status"], denied["Code"]) == (403, "AccessDenied")
    assert denied["Message"] == role.denial("elasticbeanstalk:UpdateApplication", application("shop"))


def test_a_wrong_signature_is_refused_even_when_the_answer_would_be_empty(account: Account) -> None:
    role = Role(account, statement("*"))
    keys = administrator(account, "sts").assume_role(RoleArn=role.arn, RoleSessionName="session")["Credentials"]
    forged = client(account, "elasticbeanstalk", keys["AccessKeyId"], "guessed", keys["SessionToken"])
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        forged.describe_environments(EnvironmentNames=["nobody"])


def test_lists_leave_out_what_the_caller_may_not_describe(account: Account) -> None:
    role = Role(account, statement("elasticbeanstalk:DescribeApplications", application("b*")))
    seen = role.call("elasticbeanstalk", "describe_applications")
    assert [each["ApplicationName"] for each in seen["Applications"]] == ["blog"]
    assert role.call("elasticbeanstalk", "describe_events")["Events"] == []


@pytest.mark.parametrize(
    ("key", "right", "wrong"),
    [
        ("elasticbeanstalk:InApplication", application("shop"), application("blog")),
        ("elasticbeanstalk:FromSolutionStack", f"arn:aws:elasticbeanstalk:{REGION}::solutionstack/{STACK}", "arn:*"),
        ("aws:RequestTag/team", "checkout", "search"),
        ("aws:ResourceTag/team", "checkout", "search"),
    ],
)
def test_conditions_use_the_request_and_the_resources_that_exist(
    account: Account, key: str, right: str, wrong: str
) -> None:
    """aws:ResourceTag is tested with a saved configuration that has the tag."""
    call = {"ApplicationName": "shop", "TemplateName": key.replace(":", ".").replace("/", ".")}
    make = (
        "create_configuration_template",
        {"SolutionStackName": STACK, "Tags": [{"Key": "team", "Value": "checkout"}]},
    )
    if "ResourceTag" in key:
        administrator(account, "elasticbeanstalk").create_configuration_template(**call, **make[1])
        make = ("delete_configuration_template", {})
    role = Role(
        account, statement("elasticbeanstalk:*", StringEquals={key: wrong}), statement("elasticbeanstalk:AddTags")
    )
    assert role.call("elasticbeanstalk", make[0], **call, **make[1])["Code"] == "AccessDenied"
    role.allow(statement("elasticbeanstalk:*", StringEquals={key: right}), statement("elasticbeanstalk:AddTags"))
    assert role.call("elasticbeanstalk", make[0], **call, **make[1])["status"] == OK


def test_a_swap_needs_permission_on_both_environments(account: Account) -> None:
    environments = [f"{BEANSTALK}:environment/shop/{name}" for name in ("swap-blue", "swap-green")]
    for arn in environments:
        launch(account, arn.rpartition("/")[2])
    names = {"SourceEnvironmentName": "swap-blue", "DestinationEnvironmentName": "swap-green"}
    swap = "elasticbeanstalk:SwapEnvironmentCNAMEs"
    role = Role(account, statement(swap, environments[0]))
    denied = role.call("elasticbeanstalk", "swap_environment_cnames", **names)
    assert denied["Message"] == role.denial(swap, environments[1])
    role.allow(statement(swap, StringEquals={"elasticbeanstalk:FromEnvironment": environments[0]}))
    denied = role.call("elasticbeanstalk", "swap_environment_cnames", **names)
    assert denied["Message"] == role.denial(swap, environments[0])
    role.allow(statement(swap, *environments))
    assert role.call("elasticbeanstalk", "swap_environment_cnames", **names)["Code"] != "AccessDenied"


def test_creating_an_environment_needs_permissions_on_its_resources(account: Account) -> None:
    role = Role(account, statement("elasticbeanstalk:*"))
    made = {"ApplicationName": "shop", "EnvironmentName": "made", "SolutionStackName": STACK}
    denied = role.call("elasticbeanstalk", "create_environment", **made)
    assert (denied["status"], denied["Code"]) == (403, "InsufficientPrivilegesException")
    assert denied["Message"].startswith(role.denial("autoscaling:DescribeAutoScalingGroups", "*"))
    assert not administrator(account, "elasticbeanstalk").describe_environments(EnvironmentNames=["made"])[
        "Environments"
    ]
    role.allow(statement("*"))
    assert role.call("elasticbeanstalk", "create_environment", **made)["status"] == OK


def test_registering_a_version_needs_permission_to_read_its_bundle(account: Account) -> None:
    administrator(account, "s3").put_object(Bucket="bundles", Key="v1.zip", Body=samples.bundle("v1"))
    version = {
        "ApplicationName": "shop",
        "VersionLabel": "v1",
        "SourceBundle": {"S3Bucket": "bundles", "S3Key": "v1.zip"},
    }
    role = Role(account, statement("elasticbeanstalk:*"))
    denied = role.call("elasticbeanstalk", "create_application_version", **version)
    assert denied["Message"].endswith("(Bucket: bundles  Key: v1.zip). Reason: Forbidden")
    role.allow(statement("elasticbeanstalk:*"), statement("s3:GetObject", "arn:aws:s3:::bundles/v1.zip"))
    assert role.call("elasticbeanstalk", "create_application_version", **version)["status"] == OK


def test_only_callers_that_may_list_a_bucket_get_404_for_a_missing_object(account: Account) -> None:
    role = Role(account, statement("s3:GetObject", "arn:aws:s3:::bundles/*"))
    missing = {"Bucket": "bundles", "Key": "nowhere.zip"}
    assert (
        role.call("s3", "get_object", **missing)["status"] == role.call("s3", "head_object", **missing)["status"] == 403
    )
    role.allow(statement("s3:GetObject", "arn:aws:s3:::bundles/*"), statement("s3:ListBucket", "arn:aws:s3:::bundles"))
    assert role.call("s3", "get_object", **missing)["Code"] == "NoSuchKey"
    assert role.call("s3", "head_object", **missing)["status"] == 404


def test_the_requests_of_roles_are_recorded(account: Account) -> None:
    role = Role(account, statement("elasticbeanstalk:UpdateApplication", application("shop")))
    for name in ("shop", "shop", "blog"):
        role.call("elasticbeanstalk", "update_application", ApplicationName=name)
    role.call("s3", "list_buckets")
    update = "elasticbeanstalk:UpdateApplication"
    assert Control(account.url).permissions()[role.name] == [
        {"action": update, "resource": application("blog"), "allowed": False, "count": 1},
        {"action": update, "resource": application("shop"), "allowed": True, "count": 2},
        {"action": "s3:ListAllMyBuckets", "resource": "*", "allowed": False, "count": 1},
    ]


@pytest.mark.parametrize("caller", ["role", "function"])
def test_the_control_api_can_deny_one_action_that_the_policies_allow(account: Account, caller: str) -> None:
    role, other, control = Role(account, statement("*")), Role(account, statement("*")), Control(account.url)
    update = "elasticbeanstalk:UpdateApplication"
    name = role.name if caller == "role" else "session"
    control.deny({caller: name, "action": update}, {caller: name, "action": "s3:ListAllMyBuckets"})
    denied = role.call("elasticbeanstalk", "update_application", ApplicationName="shop")
    why = "with an explicit deny in an identity-based policy"
    assert denied["Message"] == role.denial(update, application("shop"), why)
    assert role.call("s3", "list_buckets")["Code"] == "AccessDenied"
    assert role.call("elasticbeanstalk", "describe_applications")["status"] == OK
    if caller == "role":
        assert other.call("elasticbeanstalk", "update_application", ApplicationName="shop")["status"] == OK
    control.deny()
    assert role.call("elasticbeanstalk", "update_application", ApplicationName="shop")["status"] == OK


@pytest.mark.parametrize("denial", [{"action": "s3:GetObject"}, {"role": "r", "action": "GetObject"}, "everything"])
def test_a_denial_that_is_not_valid_is_refused(account: Account, denial: Any) -> None:
    with pytest.raises(ValueError, match="These denials are not valid: Expected"):
        Control(account.url).deny(denial)


def launch(account: Account, name: str) -> None:
    administrator(account, "elasticbeanstalk").create_environment(
        ApplicationName="shop", EnvironmentName=name, SolutionStackName=STACK
    )
