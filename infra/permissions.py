"""Allowing with a reason: no wildcard without one, where a reader and the linter see it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aws_cdk import Acknowledgment, CfnElement, Stack, Validations
from aws_cdk import aws_iam as iam
from constructs import Construct, IConstruct

REASON = "bluegreen:reason"


def allow(
    to: iam.Role | iam.ManagedPolicy,
    actions: Sequence[str],
    resources: Sequence[str],
    *,
    why: str,
    conditions: Mapping[str, Any] | None = None,
) -> None:
    """Add a statement to a role or a policy; `why` is its reason, and that for its wildcards."""
    statement = iam.PolicyStatement(actions=actions, resources=resources, conditions=conditions)
    if isinstance(to, iam.Role):
        to.add_to_policy(statement)
    else:
        to.add_statements(statement)
    explain(to, actions, why)
    accept_wildcards(to, actions=actions, resources=resources, why=why)


def explain(role: IConstruct, actions: Sequence[str], why: str) -> None:
    """Say why a role or a policy has these actions, for docs/permissions.md."""
    role.node.add_metadata(REASON, {"actions": list(actions), "why": why})


def reasons(role: IConstruct) -> dict[str, list[str]]:
    """Why a role or a policy has each of its actions."""
    found: dict[str, list[str]] = {}
    for entry in role.node.metadata:
        if entry.type == REASON:
            for action in entry.data["actions"]:
                whys = found.setdefault(action, [])
                whys += [entry.data["why"]] if entry.data["why"] not in whys else []
    return found


def accept_wildcards(
    construct: Construct, *, actions: Iterable[str] = (), resources: Iterable[str] = (), why: str
) -> None:
    """Tell the linter (rules AwsSolutions) that these wildcards are meant."""
    stack = Stack.of(construct)
    findings = [f"Action::{action}" for action in actions if "*" in action]
    for resource in resources:
        if "*" in resource:
            plain = resource.replace(stack.partition, "<AWS::Partition>").replace(stack.region, "<AWS::Region>")
            findings.append(f"Resource::{plain.replace(stack.account, '<AWS::AccountId>')}")
    for finding in findings:
        accept(construct, f"IAM5[{finding}]", why)


def accept(construct: Construct, rule: str, why: str) -> None:
    """Tell the linter (rules AwsSolutions) why a rule does not hold here."""
    Validations.of(construct).acknowledge(Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason=why))


def arn_in_findings(construct: IConstruct) -> str:
    """The construct's ARN as the linter writes it, by its logical id; empty for what another stack made."""
    resource = construct.node.default_child
    return f"<{Stack.of(construct).get_logical_id(resource)}.Arn>" if isinstance(resource, CfnElement) else ""
