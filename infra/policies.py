"""Policy statements with a reason for each action. docs/permissions.md and the linter get the reasons."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_iam as iam
from constructs import IConstruct

from infra.acknowledgments import acknowledge_wildcards

REASON = "bluegreen:reason"
"""The type of the construct's metadata that holds reasons."""


def allow(
    to: iam.Role | iam.ManagedPolicy,
    actions: Sequence[str],
    resources: Sequence[str],
    *,
    why: str,
    conditions: Mapping[str, Any] | None = None,
) -> None:
    """Add a statement to a role or a policy. `why`: the reason for the statement and for its wildcards."""
    statement = iam.PolicyStatement(actions=list(actions), resources=list(resources), conditions=conditions)
    if isinstance(to, iam.Role):
        to.add_to_policy(statement)
    else:
        to.add_statements(statement)
    explain(to, actions, why)
    acknowledge_wildcards(to, actions=actions, resources=resources, why=why)


def explain(role: IConstruct, actions: Sequence[str], why: str) -> None:
    """Record why a role or a policy has these actions."""
    role.node.add_metadata(REASON, {"actions": list(actions), "why": why})


def reasons(role: IConstruct) -> dict[str, list[str]]:
    """Return the recorded reasons for each action of a role or a policy."""
    found: dict[str, list[str]] = {}
    for entry in role.node.metadata:
        if entry.type == REASON:
            for action in entry.data["actions"]:
                whys = found.setdefault(action, [])
                whys += [entry.data["why"]] if entry.data["why"] not in whys else []
    return found
