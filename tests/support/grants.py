"""What the deployed roles of the stages were granted, what they used, and how a release goes without a part of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any

from tests.support.testbed import Testbed

Grant = tuple[str, str]
"""An action and a resource; granted ones are patterns."""

UNUSED = {
    "s3:ListBucket": "in a stage that acts: a record that somebody deleted must not look like a denial",
    "logs:CreateLogStream": "Lambda writes the log",
    "logs:PutLogEvents": "Lambda writes the log",
    "xray:PutTraceSegments": "Lambda sends the traces",
    "xray:PutTelemetryRecords": "Lambda sends the traces",
}
"""What no course shows, and why it is granted all the same."""


def roles(testbed: Testbed) -> dict[str, str]:
    """The names of the stages' roles, by stage."""
    client = testbed.account.client("lambda")
    found = {stage: client.get_function_configuration(FunctionName=name) for stage, name in testbed.functions.items()}
    return {stage: each["Role"].rpartition("/")[2] for stage, each in found.items()}


def granted(testbed: Testbed, role: str) -> list[Grant]:
    """What the role's own policies allow; the managed policy is held to its use by tests/infra."""
    iam = testbed.account.client("iam")
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    documents = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
    parsed = [json.loads(each) if isinstance(each, str) else each for each in documents]
    return [
        (action, resource)
        for document in parsed
        for statement in document["Statement"]
        for action in _listed(statement["Action"])
        for resource in _listed(statement["Resource"])
    ]


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def used(testbed: Testbed, role: str) -> list[Grant]:
    """What the role asked for so far, and was allowed."""
    asked = testbed.control.permissions().get(role, [])
    return [(each["action"], each["resource"]) for each in asked if each["allowed"]]


def unused(grants: list[Grant], uses: list[Grant]) -> list[Grant]:
    return [
        (action, resource)
        for action, resource in grants
        if action not in UNUSED and not any(fnmatchcase(one, action) and fnmatchcase(on, resource) for one, on in uses)
    ]


@contextmanager
def without(testbed: Testbed, role: str, action: str) -> Iterator[None]:
    """The role lacks that permission while the block runs."""
    testbed.control.deny({"role": role, "action": action})
    try:
        yield
    finally:
        testbed.control.deny()
