"""Accounts with rules of their own: AWS's policy for environments, a permissions boundary, an encrypted bucket."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.assertions import Template

from emulator.identity import ACCOUNT_ID, REGION
from infra.beanstalk_policy import FILE
from infra.stage_permissions import STAGES
from rehearsal.account.account import Account
from tests.support.contexts import REPOSITORY_PIPELINE, UPLOAD_PIPELINE, settings_in
from tests.support.linters import findings, nag_conclusion, template_in
from tests.support.roles import OK, Role, administrator
from tests.support.template import Json, listed, managed_policies, pipeline_permissions, resolved, stage_role

KEY = f"arn:aws:kms:us-east-1:{ACCOUNT_ID}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ENCRYPTED = {"artifacts_bucket": "releases-of-shop", "artifacts_key": KEY}
AWSS_POLICY = "arn:aws:iam::aws:policy/AdministratorAccess-AWSElasticBeanstalk"
WITH_AWSS_POLICY = {
    "plan", "register_release", "clone_blue", "deploy_release", "terminate_green", "keep_green_live",
}  # fmt: skip
EVERY_ARN = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":elasticbeanstalk:*:*:*"]]}

# --- -c environment_policy=aws


MADE = dict.fromkeys(("AddTags", "CreateEnvironment"), "aws:RequestTag/bluegreen:blue")
TAGGED = {"AddTags": MADE["AddTags"]}
TERMINATED = {"TerminateEnvironment": "aws:ResourceTag/bluegreen:blue"}
"""The tag that is required, by action: of what is to be made, or of what stands."""


@pytest.fixture(scope="module")
def with_awss_policy(synthesize: Callable[..., Template]) -> Template:
    return synthesize(environment_policy="aws", applications="shop")


def denials(template: Template, stage: str) -> list[Json]:
    return [each for each in stage_role(template, stage)["statements"] if each["Effect"] == "Deny"]


@pytest.mark.parametrize("stage", STAGES)
def test_awss_policy_replaces_the_stacks_own(with_awss_policy: Template, stage: str) -> None:
    attached = resolved(stage_role(with_awss_policy, stage).get("ManagedPolicyArns", []), "aws", REGION, ACCOUNT_ID)
    assert attached == ([AWSS_POLICY] if stage in WITH_AWSS_POLICY else [])
    assert managed_policies(with_awss_policy) == {}


def test_the_stacks_own_policies_come_without_a_deny(template: Template) -> None:
    assert [denials(template, stage) for stage in STAGES] == [[]] * len(STAGES)


@pytest.mark.parametrize("stage", sorted(WITH_AWSS_POLICY))
def test_other_actions_and_other_applications_are_denied(with_awss_policy: Template, stage: str) -> None:
    other_actions, other_applications, *_ = denials(with_awss_policy, stage)
    assert other_actions["Resource"] == EVERY_ARN
    performed = {f"elasticbeanstalk:{action}" for action in STAGES[stage].beanstalk_actions}
    assert set(listed(other_actions["NotAction"])) == performed
    assert other_applications["Action"] == "elasticbeanstalk:*"
    arns = resolved(listed(other_applications["NotResource"]), "aws", REGION, ACCOUNT_ID)
    assert {arn.split(":", 5)[5].split("/")[1] for arn in arns} == {"shop"}


@pytest.mark.parametrize(
    ("stage", "keys"),
    [
        ("clone_blue", MADE | TERMINATED),
        ("terminate_green", TAGGED | TERMINATED),
        ("keep_green_live", TERMINATED),
    ],
)
def test_only_clones_may_be_created_or_terminated_with_awss_policy_too(
    with_awss_policy: Template, stage: str, keys: dict[str, str]
) -> None:
    found = {
        action: each["Condition"]
        for each in denials(with_awss_policy, stage)
        if "Condition" in each
        for action in listed(each["Action"])
    }
    assert found == {f"elasticbeanstalk:{action}": {"Null": {key: "true"}} for action, key in keys.items()}


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with Account(scale=0.01, home=tmp_path_factory.mktemp("account")) as account:
        beanstalk = administrator(account, "elasticbeanstalk")
        for name in ("shop", "blog"):
            beanstalk.create_application(ApplicationName=name)
            beanstalk.create_application_version(ApplicationName=name, VersionLabel="v1")
        yield account


@pytest.mark.parametrize(
    ("stage", "call", "arguments"),
    [
        ("register_release", "create_application_version", {"ApplicationName": "blog", "VersionLabel": "v2"}),
        ("register_release", "delete_application_version", {"ApplicationName": "shop", "VersionLabel": "v1"}),
        ("register_release", "check_dns_availability", {"CNAMEPrefix": "shop"}),
        ("plan", "create_application", {"ApplicationName": "other"}),
    ],
)
def test_iam_denies_what_the_stage_does_not_do(
    account: Account, with_awss_policy: Template, stage: str, call: str, arguments: Json
) -> None:
    answer = role_of(account, with_awss_policy, stage).call("elasticbeanstalk", call, **arguments)
    assert answer["status"] != OK
    assert "with an explicit deny" in answer["Message"]


def test_iam_allows_what_the_stage_does(account: Account, with_awss_policy: Template) -> None:
    role = role_of(account, with_awss_policy, "register_release")
    answer = role.call("elasticbeanstalk", "create_application_version", ApplicationName="shop", VersionLabel="v3")
    assert answer["status"] == OK, answer


def role_of(account: Account, template: Template, stage: str) -> Role:
    """Return a role with AWS's policy and what the stack denies a stage."""
    awss = json.loads(FILE.read_text())["Document"]["Statement"]
    return Role(account, *awss, *resolved(in_text(denials(template, stage)), "aws", REGION, ACCOUNT_ID))


def in_text(statements: list[Json]) -> Any:
    return json.loads(json.dumps(statements))


@pytest.mark.parametrize("applications", ["*", "shop,blog"])
def test_the_template_with_awss_policy_is_valid_and_its_wildcards_have_reasons(
    applications: str, tmp_path: Path
) -> None:
    context = {"environment_policy": "aws", "applications": applications}
    assert nag_conclusion(settings_in(context), tmp_path) == "success"
    assert findings(template_in(tmp_path)) == []


# --- -c permissions_boundary=


@pytest.mark.parametrize(
    ("given", "arn"),
    [
        ("team-limits", f"arn:aws:iam::{ACCOUNT_ID}:policy/team-limits"),
        (f"arn:aws:iam::{ACCOUNT_ID}:policy/teams/limits", f"arn:aws:iam::{ACCOUNT_ID}:policy/teams/limits"),
    ],
)
def test_the_boundary_limits_every_role_of_the_stack(synthesize: Callable[..., Template], given: str, arn: str) -> None:
    limited = synthesize(permissions_boundary=given, **UPLOAD_PIPELINE)
    roles = [each["Properties"] for each in limited.find_resources("AWS::IAM::Role").values()]
    assert len(roles) > len(STAGES) + 2
    assert {resolved(in_text(role["PermissionsBoundary"]), "aws", REGION, ACCOUNT_ID) for role in roles} == {arn}
    assert findings(dict(limited.to_json())) == []


def test_without_a_boundary_no_role_has_one(template: Template) -> None:
    assert "PermissionsBoundary" not in json.dumps(template.to_json())


# --- -c artifacts_key=


@pytest.fixture(scope="module")
def encrypted(synthesize: Callable[..., Template]) -> Template:
    return synthesize(**ENCRYPTED)


@pytest.mark.parametrize("stage", STAGES)
def test_functions_that_use_the_bucket_may_use_its_key(encrypted: Template, stage: str) -> None:
    granted = {
        action
        for statement in stage_role(encrypted, stage)["statements"]
        for action in listed(statement["Action"])
        if statement["Resource"] == KEY
    }
    readers = {"plan", "register_release", "swap_traffic", "keep_green_live"}
    readers |= {"call_hooks", "clone_blue", "drain_blue", "deploy_release", "terminate_green"}
    expected = {"kms:Decrypt", "kms:GenerateDataKey"} if stage == "register_release" else {"kms:Decrypt"}
    assert granted == (expected if stage in readers else set())


@pytest.mark.parametrize(
    ("pipeline", "actions"),
    [(UPLOAD_PIPELINE, {"kms:Decrypt"}), (REPOSITORY_PIPELINE, {"kms:Decrypt", "kms:GenerateDataKey"})],
    ids=["upload", "repository"],
)
def test_the_pipeline_may_use_the_key_of_the_bucket_that_it_reads_or_writes(
    synthesize: Callable[..., Template], pipeline: Json, actions: set[str]
) -> None:
    granted = pipeline_permissions(synthesize(**ENCRYPTED, **pipeline))
    assert [allowed for allowed, resources in granted if KEY in resources] == [actions]


def test_a_bucket_without_a_key_needs_no_permission_on_one(template: Template) -> None:
    for stage in STAGES:
        assert "kms:" not in json.dumps(stage_role(template, stage)["statements"]), stage
