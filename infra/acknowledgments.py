"""Acknowledged findings of the security linter (cdk-nag, rules AwsSolutions), each with its reason."""

from collections.abc import Iterable

from aws_cdk import Acknowledgment, CfnElement, Stack, Validations
from constructs import Construct, IConstruct


def acknowledge(construct: Construct, finding: str, why: str) -> None:
    """Tell the linter why a finding is intended. `finding`: such as `S1`, or `IAM5[Resource::*]` for one wildcard."""
    Validations.of(construct).acknowledge(Acknowledgment(id=f"AwsSolutions::AwsSolutions-{finding}", reason=why))


def acknowledge_wildcards(
    construct: Construct, *, actions: Iterable[str] = (), resources: Iterable[str] = (), why: str
) -> None:
    """Tell the linter why the wildcards in these actions and resources are intended."""
    stack = Stack.of(construct)
    findings = [f"Action::{action}" for action in actions if "*" in action]
    for resource in resources:
        if "*" in resource:
            plain = resource.replace(stack.partition, "<AWS::Partition>").replace(stack.region, "<AWS::Region>")
            findings.append(f"Resource::{plain.replace(stack.account, '<AWS::AccountId>')}")
    for finding in findings:
        acknowledge(construct, f"IAM5[{finding}]", why)


def arn_in_findings(construct: IConstruct) -> str:
    """Return the ARN as the linter writes it, with the logical id; empty for a resource that the stack imports."""
    resource = construct.node.default_child
    return f"<{Stack.of(construct).get_logical_id(resource)}.Arn>" if isinstance(resource, CfnElement) else ""
