"""Permissions that the emulator cannot enforce one by one: the machine's role, and the policy for environments."""

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.assertions import Template

from emulator.beanstalk import option_settings, platforms
from emulator.beanstalk.authorization import on_behalf
from emulator.beanstalk.call import Call
from emulator.beanstalk.durations import Durations
from emulator.beanstalk.hosting.process_hosting import ProcessHosting
from emulator.beanstalk.model import Application, Environment
from emulator.beanstalk.state import State
from emulator.clock import Clock
from tests.support.template import Json, listed

REGION, ACCOUNT = "us-east-1", "123456789012"
LOG_DELIVERY = {
    f"logs:{action}"
    for action in [
        "CreateLogDelivery",
        "DeleteLogDelivery",
        "DescribeLogGroups",
        "DescribeResourcePolicies",
        "GetLogDelivery",
        "ListLogDeliveries",
        "PutResourcePolicy",
        "UpdateLogDelivery",
    ]
}
"""https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html"""
TRACING = {
    f"xray:{action}" for action in ["GetSamplingRules", "GetSamplingTargets", "PutTelemetryRecords", "PutTraceSegments"]
}
"""https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html"""
ENCRYPTED_PUBLISH = {"kms:Decrypt", "kms:GenerateDataKey*"}
"""https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html"""


def logical(reference: Any) -> str:
    """Return a resource's logical id, with `:*` behind it for a function's versions."""
    match reference:
        case str():
            return reference
        case {"Ref": name} | {"Fn::GetAtt": [name, "Arn"]}:
            return str(name)
        case {"Fn::Join": ["", parts]}:
            return "".join(map(logical, parts))
    raise AssertionError(f"expected a reference to a resource, found {reference}")


def role_of(machine: Mapping[str, Any]) -> str:
    return logical(machine["Properties"]["RoleArn"])


def granted(template: Template, role: str) -> set[tuple[str, str]]:
    """Return each action that the role's policies allow, with each of its resources."""
    policies = template.find_resources("AWS::IAM::Policy").values()
    statements = [
        statement
        for policy in policies
        if {"Ref": role} in policy["Properties"]["Roles"]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]
    return {
        (action, logical(resource))
        for statement in statements
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }


def called(task: Json, template: Template) -> Iterator[tuple[str, str]]:
    """Return each action that a task calls, with its resource."""
    if task["Resource"].endswith(":states:::lambda:invoke"):
        function = task["Arguments"]["FunctionName"].rpartition(":")[2]
        yield "lambda:InvokeFunction", function
        yield "lambda:InvokeFunction", f"{function}:*"  # its versions, which the CDK adds
    elif "states:::sns:publish" in task["Resource"]:
        topic = task["Arguments"]["TopicArn"].rpartition(":")[2]
        yield "sns:Publish", topic
        key = template.find_resources("AWS::SNS::Topic")[topic]["Properties"]["KmsMasterKeyId"]
        yield from ((action, logical(key)) for action in ENCRYPTED_PUBLISH)
    else:
        raise AssertionError(f"expected a Lambda or SNS task, found {task['Resource']}: add its permissions here")


def test_the_machines_role_allows_exactly_the_calls_of_its_definition(
    template: Template, tasks: dict[str, Json]
) -> None:
    (machine,) = template.find_resources("AWS::StepFunctions::StateMachine").values()
    calls = {call for task in tasks.values() for call in called(task, template)}
    if machine["Properties"]["LoggingConfiguration"]["Level"] != "OFF":
        calls |= {(action, "*") for action in LOG_DELIVERY}
    if machine["Properties"]["TracingConfiguration"]["Enabled"]:
        calls |= {(action, "*") for action in TRACING}
    assert granted(template, role_of(machine)) == calls
    role = template.find_resources("AWS::IAM::Role")[role_of(machine)]["Properties"]
    assert role.keys() <= {"AssumeRolePolicyDocument", "Tags"}, "no other policies"


class FakeCaller:
    """A caller with these policy statements only."""

    def __init__(self, statements: list[Json]) -> None:
        self._statements = statements

    def authenticate(self) -> None:
        """Accept the caller."""

    def refusal(self, action: str, resource: str, conditions: Mapping[str, Any] | None = None) -> str | None:
        allowed = any(_allows(statement, action, resource, conditions or {}) for statement in self._statements)
        return None if allowed else f"{action} on {resource}"


def _allows(statement: Json, action: str, resource: str, keys: Mapping[str, Any]) -> bool:
    conditions = statement.get("Condition", {}).get("StringLikeIfExists", {})
    return (
        any(fnmatchcase(action, pattern) for pattern in listed(statement["Action"]))
        and any(fnmatchcase(resource, _arn(pattern)) for pattern in listed(statement["Resource"]))
        and all(key not in keys or keys[key] in listed(values) for key, values in conditions.items())
    )


def _arn(reference: Any) -> str:
    if isinstance(reference, dict) and "Fn::Join" in reference:
        return "".join(map(_arn, reference["Fn::Join"][1]))
    if isinstance(reference, dict):
        return {"AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": ACCOUNT}[reference["Ref"]]
    return str(reference)


@pytest.fixture(scope="module")
def statements(template: Template) -> list[Json]:
    (policy,) = template.find_resources("AWS::IAM::ManagedPolicy").values()
    found: list[Json] = policy["Properties"]["PolicyDocument"]["Statement"]
    return found


@pytest.fixture
def state(tmp_path: Path) -> State:
    """Return an account with one environment, `shop-prod`, of one application."""
    state = State(clock=Clock(1), region=REGION, account_id=ACCOUNT, durations=Durations())
    state.applications["shop"] = Application("shop", "", 0, 0)
    platform = platforms.available(REGION)[0]
    environment = Environment(
        "e-abcdefghij", "shop-prod", "shop", "", None, platform, dict(option_settings.DEFAULTS), "v1", "v1", 0, 0,
        ProcessHosting("shop-prod", tmp_path),
    )  # fmt: skip
    state.environments[environment.id] = environment
    return state


def refusals(state: State, caller: FakeCaller) -> list[str]:
    """Return the calls of a release that these permissions refuse."""
    named = {"EnvironmentName": "shop-prod"}
    calls = {
        "CreateEnvironment": {"ApplicationName": "shop", "EnvironmentName": "shop-prod-green"},
        "UpdateEnvironment": {**named, "VersionLabel": "v2"},
        "TerminateEnvironment": named,
    }
    acts = [
        act
        for name, call in calls.items()
        for act in on_behalf.required_permissions(name, Call("", call, caller), state)
    ]
    return [refusal for act in acts if (refusal := caller.refusal(*act))]


def test_the_policy_allows_to_create_update_and_terminate(state: State, statements: list[Json]) -> None:
    assert refusals(state, FakeCaller(statements)) == []


def test_the_policy_has_no_statement_that_a_release_does_not_need(state: State, statements: list[Json]) -> None:
    for statement in statements:
        others = [each for each in statements if each is not statement]
        assert refusals(state, FakeCaller(others)), f"no release needs {json.dumps(statement['Action'])}"
