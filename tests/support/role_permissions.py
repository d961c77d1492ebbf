"""The permissions of the stages' roles: those granted, those used, and a way to deny one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any

from tests.support.testbed import ScenarioTestbed

Grant = tuple[str, str]
"""An action and a resource. In a granted permission both are patterns."""

UNUSED = {
    "s3:ListBucket": "in a stage that acts: without it, S3 answers a deleted record with a denial",
    "logs:CreateLogStream": "Lambda writes the log",
    "logs:PutLogEvents": "Lambda writes the log",
    "xray:PutTraceSegments": "Lambda sends the traces",
    "xray:PutTelemetryRecords": "Lambda sends the traces",
}
"""Actions that no release path uses, and the reason for granting them."""
UNUSED_BY_STAGE = {
    ("plan", "wafv2:GetWebACL"): "AWS asks for it in GetWebACLForResource; MiniStack does not",
    ("call_hooks", "elasticbeanstalk:DescribeEvents"): "green is unhealthy at a hook, but neither Severe nor Red",
    ("drain_blue", "elasticbeanstalk:DescribeEvents"): "green is unhealthy in the drain, but neither Severe nor Red",
    ("terminate_green", "elasticbeanstalk:AddTags"): "a green that was taken over: tests/scenarios/test_moving_over.py",
    ("watch_approval", "elasticbeanstalk:DescribeEnvironments"): "no path asks people; their watch moves no users",
    ("watch_approval", "elasticbeanstalk:DescribeEvents"): "no path asks people; their watch moves no users",
    ("register_release", "s3:GetObjectAcl"): "AWS reads a bundle with it, and does not say at which of its calls",
}
"""Actions that no release path uses in one stage, and the reason for granting them."""
BEST_EFFORT = {
    "events:PutEvents": "without it the log says so, and a release goes on: tests/unit/lambdas",
    "states:SendTaskFailure": "without it the function raises the error, so the cause is Lambda's JSON",
}
"""Actions that a release uses and does not miss, and why."""
BEST_EFFORT_BY_STAGE = {
    ("keep_green_live", "autoscaling:DescribeScheduledActions"): "users move with what is known of the instances",
    ("keep_green_live", "elasticbeanstalk:DescribeEnvironmentHealth"): "users move with what is known of the instances",
}
"""Actions that one stage uses and does not miss, and why (lambdas/recovery.py)."""
FORMER_RECORDS = "/records/*/*.json"
"""Records in the stack's bucket. Stages that act read them only in a release that runs during an upgrade."""
SHARED = ("/bluegreen/snapshot", "/bluegreen/begun-releases")
"""What all executions share. Without the look, each looks by itself; without the line, each begins at once."""
REPORTING = "write_report"
"""Runs when a release has ended, so no release misses what it may do: tests/scenarios/test_notifications.py."""
BEANSTALKS_BUCKETS = "arn:aws:s3:::elasticbeanstalk-"


def roles(testbed: ScenarioTestbed) -> dict[str, str]:
    """Return the names of the stages' roles, by stage."""
    client = testbed.lambdas
    found = {stage: client.get_function_configuration(FunctionName=name) for stage, name in testbed.functions.items()}
    return {stage: each["Role"].rpartition("/")[2] for stage, each in found.items()}


def granted(testbed: ScenarioTestbed, role: str) -> list[Grant]:
    """Return what the role's inline policies allow. Tests of infra/ check the managed policy."""
    iam = testbed.account.client("iam")
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    documents = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
    parsed = [json.loads(each) if isinstance(each, str) else each for each in documents]
    return [
        (action, resource)
        for document in parsed
        for statement in document["Statement"]
        for action in _as_list(statement["Action"])
        for resource in _as_list(statement["Resource"])
    ]


def _as_list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def used(testbed: ScenarioTestbed, role: str) -> list[Grant]:
    """Return the permissions that the role has used so far."""
    asked = testbed.control.permissions().get(role, [])
    return [(each["action"], each["resource"]) for each in asked if each["allowed"]]


def unused(stage: str, grants: list[Grant], uses: list[Grant]) -> list[Grant]:
    """Return the granted permissions of a stage that no use matches."""
    return [
        (action, resource)
        for action, resource in grants
        if not granted_unused(stage, action)
        and not resource.endswith((FORMER_RECORDS, *SHARED))
        and not any(fnmatchcase(one, action) and fnmatchcase(on, resource) for one, on in uses)
    ]


def granted_unused(stage: str, action: str) -> bool:
    """Return whether a stage has an action that no release path uses."""
    return action in UNUSED or (stage, action) in UNUSED_BY_STAGE


def missed(stage: str, use: Grant) -> bool:
    """Return whether a release misses a permission that it used. In Elastic Beanstalk's buckets it misses each."""
    action, resource = use
    best_effort = action in BEST_EFFORT or (stage, action) in BEST_EFFORT_BY_STAGE
    if resource.endswith(SHARED) or best_effort or stage == REPORTING:
        return False
    return not granted_unused(stage, action) or resource.startswith(BEANSTALKS_BUCKETS)


@contextmanager
def without(testbed: ScenarioTestbed, role: str, action: str) -> Iterator[None]:
    """Deny the role that action while the block runs."""
    testbed.control.deny({"role": role, "action": action})
    try:
        yield
    finally:
        testbed.control.deny()
