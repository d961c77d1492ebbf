"""The policies for an environment's resources have all of AWS's policy that a release needs, and nothing wider.

AWS's policy stays as AWS publishes it, in infra/aws_policy:
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess-AWSElasticBeanstalk.html
"""

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import pytest
from aws_cdk.assertions import Template

from infra.beanstalk_policy import EXCLUDED_ACTIONS, EXCLUDED_VALUES, FILE
from infra.stage_permissions import STAGES
from tests.support.template import Json, listed, managed_policies, resolved, stage_role

PARTITION, REGION, ACCOUNT = "aws", "us-east-1", "123456789012"
MAX_POLICY_CHARACTERS = 6_144
"""Without white space: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
MAX_POLICIES_OF_A_ROLE = 10
OWN_BUCKET_ONLY = {
    "s3:Delete*",
    "s3:Put*",
    "s3:CreateBucket",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketOwnershipControls",
}
"""Elastic Beanstalk writes to the bucket of its region and account, and reads from AWS's buckets too."""


class Right(NamedTuple):
    """One action on one resource. `condition` is JSON with sorted keys."""

    action: str
    resource: str
    condition: str


def rights(statements: list[Json]) -> Iterator[Right]:
    for statement in statements:
        assert statement["Effect"] == "Allow"
        condition = {
            operator: {key: sorted(listed(values)) for key, values in keys.items()}
            for operator, keys in statement.get("Condition", {}).items()
        }
        for action in listed(statement["Action"]):
            for resource in listed(statement["Resource"]):
                yield Right(action, resource, json.dumps(condition, sort_keys=True))


@pytest.fixture(scope="module")
def published() -> Json:
    found: Json = json.loads(FILE.read_text())
    return found


@pytest.fixture(scope="module")
def policies(template: Template) -> Mapping[str, list[Json]]:
    """Return the statements of the managed policies, with ARNs as text."""
    return {
        name: resolved(document, PARTITION, REGION, ACCOUNT)["Statement"]
        for name, document in managed_policies(template).items()
    }


@pytest.fixture(scope="module")
def granted(policies: Mapping[str, list[Json]]) -> set[Right]:
    return {right for statements in policies.values() for right in rights(statements)}


def exclusion(action: str) -> str | None:
    return next((reason for pattern, reason in EXCLUDED_ACTIONS.items() if fnmatchcase(action, pattern)), None)


def confined(right: Right) -> Right:
    """Return a right of AWS's policy in this region and account, without excluded values."""

    def place(text: str) -> str:
        iam = text.replace("arn:aws:iam::*:", f"arn:aws:iam::{ACCOUNT}:")
        return iam.replace(":*:*:", f":{REGION}:{ACCOUNT}:", 1)

    resource = place(right.resource)
    if right.action in OWN_BUCKET_ONLY:
        resource = resource.replace("elasticbeanstalk-*", f"elasticbeanstalk-{REGION}-{ACCOUNT}")
    condition = {
        operator: {key: [place(each) for each in values if each not in EXCLUDED_VALUES] for key, values in keys.items()}
        for operator, keys in json.loads(right.condition).items()
    }
    return Right(right.action, resource, json.dumps(condition, sort_keys=True))


def test_the_fixture_is_version_9_of_awss_policy(published: Json) -> None:
    assert (published["VersionId"], published["CreateDate"]) == ("v9", "2026-02-12T18:00:37Z")
    assert FILE.name == "AdministratorAccess-AWSElasticBeanstalk.v9.json"
    assert len(published["Document"]["Statement"]) == 22


def test_each_right_of_awss_policy_is_granted_or_excluded_with_a_reason(published: Json, granted: set[Right]) -> None:
    expected = {confined(each) for each in rights(published["Document"]["Statement"]) if not exclusion(each.action)}
    assert len(expected) > 100
    assert expected - granted == set(), "missing"
    assert granted - expected == set(), "wider than AWS's policy"


def test_each_exclusion_has_a_reason_and_leaves_something_out(published: Json) -> None:
    actions = {each.action for each in rights(published["Document"]["Statement"])}
    values = json.dumps(published["Document"])
    for pattern, reason in EXCLUDED_ACTIONS.items():
        assert reason.endswith("."), pattern
        assert any(fnmatchcase(action, pattern) for action in actions), f"{pattern} leaves nothing out"
    for value, reason in EXCLUDED_VALUES.items():
        assert reason.endswith("."), value
        assert json.dumps(value) in values, f"{value} leaves nothing out"


def test_only_tiers_engines_and_builds_that_no_release_has_are_excluded() -> None:
    assert set(EXCLUDED_ACTIONS) == {
        f"{service}:*"
        for service in ("cloudtrail", "codebuild", "codecommit", "dynamodb", "ecs", "elasticbeanstalk", "rds", "sqs")
    }
    assert set(EXCLUDED_VALUES) == {"ecs.amazonaws.com"}


@pytest.mark.parametrize(
    ("action", "resource", "operator", "key"),
    [
        ("ec2:RunInstances", "*", "ArnLike", "ec2:LaunchTemplate"),
        (
            "ec2:TerminateInstances",
            f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/*",
            "StringLike",
            "ec2:ResourceTag/aws:cloudformation:stack-id",
        ),
        ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/*", "StringEquals", "iam:PassedToService"),
    ],
)
def test_instances_and_roles_are_granted_under_awss_conditions_only(
    granted: set[Right], action: str, resource: str, operator: str, key: str
) -> None:
    (found,) = [each for each in granted if fnmatchcase(action, each.action)]
    assert found.resource == resource
    assert list(json.loads(found.condition)) == [operator]
    assert list(json.loads(found.condition)[operator]) == [key]


def test_roles_may_be_passed_to_instances_in_china_too(granted: set[Right]) -> None:
    (passed,) = [each for each in granted if each.action == "iam:PassRole"]
    assert {"ec2.amazonaws.com", "ec2.amazonaws.com.cn"} <= set(
        json.loads(passed.condition)["StringEquals"]["iam:PassedToService"]
    )


def test_no_policy_allows_an_action_of_elastic_beanstalk_or_every_action(granted: set[Right]) -> None:
    assert [each for each in granted if each.action.startswith("elasticbeanstalk:") or each.action == "*"] == []


@pytest.mark.parametrize(
    ("partition", "region"),
    [("aws", "ap-northeast-1"), ("aws-cn", "cn-northwest-1"), ("aws-us-gov", "us-gov-west-1")],
)
def test_each_policy_fits_into_iams_limit(template: Template, partition: str, region: str) -> None:
    for name, document in managed_policies(template).items():
        text = json.dumps(resolved(document, partition, region, ACCOUNT), separators=(",", ":"))
        assert len("".join(text.split())) <= MAX_POLICY_CHARACTERS, name


def test_each_role_has_at_most_ten_managed_policies(template: Template) -> None:
    for name, role in template.find_resources("AWS::IAM::Role").items():
        assert len(role["Properties"].get("ManagedPolicyArns", [])) <= MAX_POLICIES_OF_A_ROLE, name


def parts_of(template: Template, stage: str) -> set[str]:
    """Return the names of the managed policies of a stage's role."""
    attached = stage_role(template, stage).get("ManagedPolicyArns", [])
    return {each["Ref"].removeprefix("Stages").rstrip("0123456789ABCDEF") for each in attached}


EVERYTHING = {"EnvironmentReads", "EnvironmentBucket", "EnvironmentResources"}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_has_the_parts_that_elastic_beanstalk_takes_from_it(template: Template, stage: str) -> None:
    expected: dict[str, set[str]] = {
        "plan": {"EnvironmentReads"},
        "register_release": {"EnvironmentReads", "EnvironmentBucket"},
        **dict.fromkeys(["clone_blue", "deploy_release", "terminate_green", "keep_green_live"], EVERYTHING),
    }
    assert parts_of(template, stage) == expected.get(stage, set())


@pytest.mark.parametrize(
    ("part", "services"),
    [
        ("EnvironmentReads", {"acm", "autoscaling", "cloudformation", "cloudwatch", "ec2", "elasticloadbalancing",
                              "iam", "logs", "s3", "sns"}),
        ("EnvironmentBucket", {"s3"}),
    ],
)  # fmt: skip
def test_plan_and_register_release_may_change_no_resource_of_an_environment(
    policies: Mapping[str, list[Json]], part: str, services: set[str]
) -> None:
    (statements,) = [found for name, found in policies.items() if part in name]
    actions = {right.action for right in rights(statements)}
    assert {action.split(":")[0] for action in actions} == services
    if part == "EnvironmentReads":
        reads = ("Describe", "Estimate", "Get", "List", "Validate")
        assert [action for action in actions if not action.split(":")[1].startswith(reads)] == []


def test_the_bucket_of_elastic_beanstalk_is_the_only_one_written(policies: Mapping[str, list[Json]]) -> None:
    (statements,) = [found for name, found in policies.items() if "EnvironmentBucket" in name]
    bucket = f"arn:aws:s3:::elasticbeanstalk-{REGION}-{ACCOUNT}"
    assert {right.resource for right in rights(statements)} == {bucket, f"{bucket}/*"}


def readers(template: Template, action: str) -> dict[str, Any]:
    """Return the resources of an action on all objects of the bucket for bundles, by stage."""
    found: dict[str, Any] = {}
    for stage in STAGES:
        for statement in stage_role(template, stage)["statements"]:
            if action in listed(statement["Action"]) and json.dumps(statement["Resource"]).endswith('"/*"]]}'):
                found[stage] = statement["Resource"]
    return found


@pytest.mark.parametrize("action", ["s3:GetObject", "s3:GetObjectAcl", "s3:GetObjectVersion"])
def test_stages_whose_call_makes_elastic_beanstalk_read_a_bundle_may_read_it(template: Template, action: str) -> None:
    looks = set() if action == "s3:GetObjectAcl" else {"plan"}  # in a dry run
    assert set(readers(template, action)) == {"register_release", "clone_blue", "deploy_release", *looks}
