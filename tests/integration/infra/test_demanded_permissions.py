"""Each stage is allowed what the emulated Elastic Beanstalk demands of it, under the conditions of AWS's policy."""

import json
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase

import pytest
from aws_cdk.assertions import Template

from infra.stage_permissions import STAGES
from tests.support.template import Json, listed, managed_policies, resolved, stage_role
from tools.demanded_permissions import Demand, demanded_permissions

PARTITION, REGION, ACCOUNT = "aws", "us-east-1", "123456789012"


@pytest.fixture(scope="module")
def demands() -> Mapping[str, list[Demand]]:
    return demanded_permissions()


@pytest.fixture(scope="module")
def narrow(synthesize: Callable[..., Template]) -> Template:
    """Return the template of a stack whose bucket holds the bundle that the emulator is called with."""
    return synthesize(artifacts_bucket="bundles")


def statements_of(template: Template, stage: str) -> list[Json]:
    """Return the statements of a stage's role, those of its managed policies too."""
    role, documents = stage_role(template, stage), managed_policies(template)
    attached = [each for one in role.get("ManagedPolicyArns", []) for each in documents[one["Ref"]]["Statement"]]
    own = [each for each in role["statements"] if "GetAtt" not in json.dumps(each["Resource"])]
    found: list[Json] = resolved([*own, *attached], PARTITION, REGION, ACCOUNT)
    return found


def allows(statement: Json, demand: Demand) -> bool:
    """Return whether a statement allows what is demanded, under its conditions."""
    return (
        any(fnmatchcase(demand.action, pattern) for pattern in listed(statement["Action"]))
        and any(fnmatchcase(demand.resource, pattern) for pattern in listed(statement["Resource"]))
        and all(
            key in demand.keys and any(fnmatchcase(demand.keys[key], value) for value in listed(values))
            for keys in statement.get("Condition", {}).values()
            for key, values in keys.items()
        )
    )


@pytest.mark.parametrize(
    "stage", ["plan", "register_release", "clone_blue", "deploy_release", "terminate_green", "keep_green_live"]
)
def test_a_stage_is_allowed_everything_that_the_emulator_demands(
    narrow: Template, demands: Mapping[str, list[Demand]], stage: str
) -> None:
    statements = statements_of(narrow, stage)
    assert len(demands[stage]) > 5
    assert [each for each in demands[stage] if not any(allows(one, each) for one in statements)] == []


@pytest.mark.parametrize(
    ("action", "key"),
    [
        ("ec2:RunInstances", "ec2:LaunchTemplate"),
        ("ec2:TerminateInstances", "ec2:ResourceTag/aws:cloudformation:stack-id"),
        ("iam:PassRole", "iam:PassedToService"),
    ],
)
def test_without_the_condition_key_of_awss_policy_a_demand_is_denied(
    narrow: Template, demands: Mapping[str, list[Demand]], action: str, key: str
) -> None:
    stage = "terminate_green" if action == "ec2:TerminateInstances" else "clone_blue"
    (demand, *_) = [each for each in demands[stage] if each.action == action]
    bare = demand._replace(keys={name: value for name, value in demand.keys.items() if name != key})
    assert key in demand.keys
    assert not any(allows(statement, bare) for statement in statements_of(narrow, stage))


def test_each_part_has_something_that_the_emulator_demands(
    template: Template, demands: Mapping[str, list[Demand]]
) -> None:
    every = [each for found in demands.values() for each in found]
    for name, document in managed_policies(template).items():
        statements = resolved(document["Statement"], PARTITION, REGION, ACCOUNT)
        assert any(allows(statement, each) for statement in statements for each in every), name


def test_waiting_stages_are_not_asked_for_anything_on_resources(demands: Mapping[str, list[Demand]]) -> None:
    assert set(demands) == {stage for stage, permissions in STAGES.items() if permissions.policy_parts}
