"""The tables in docs/permissions.md: what each role of a synthesized stack may do, on what, and why."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from aws_cdk import CfnElement, Stack
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template

from emulator.identity import ACCOUNT_ID, REGION
from infra.beanstalk_policy import EXCLUDED_ACTIONS, EXCLUDED_VALUES
from infra.policies import reasons
from tools.demanded_permissions import Demand, demanded_permissions

Json = dict[str, Any]

PSEUDO_PARAMETERS = {"AWS::Partition": "aws", "AWS::Region": "REGION", "AWS::AccountId": "ACCOUNT"}
HEADER = ["| actions | on | if | why |", "|---|---|---|---|"]
DEMANDS_HEADER = ["| actions | on | if | demanded by the emulator |", "|---|---|---|---|"]
NOT_DEMANDED = "none: granted on AWS's word alone"


@dataclass(frozen=True)
class PermissionRow:
    """The actions of one statement that have the same reason."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: str
    why: str


def rows_by_policy(stack: Stack) -> dict[str, list[PermissionRow]]:
    """Return what each role and each managed policy of the stack allows, by the path of its construct."""
    template, names = Template.from_stack(stack), _names(stack)
    found: dict[str, list[PermissionRow]] = {}
    for each in stack.node.find_all():
        if isinstance(each, iam.Role | iam.ManagedPolicy) and isinstance(each.node.default_child, CfnElement):
            logical_id, whys = stack.get_logical_id(each.node.default_child), reasons(each)
            statements = _statements(template, logical_id)
            found[names[logical_id]] = [row for one in statements for row in _rows(one, whys, names)]
    return found


def roles_by_managed_policy(stack: Stack) -> dict[str, list[str]]:
    """Return the roles that have a managed policy, by the policy; both as paths of constructs."""
    names = _names(stack)
    found: dict[str, list[str]] = {}
    for logical_id, role in Template.from_stack(stack).find_resources("AWS::IAM::Role").items():
        for reference in role["Properties"].get("ManagedPolicyArns", []):
            found.setdefault(names[reference["Ref"]], []).append(names[logical_id])
    return found


def _names(stack: Stack) -> dict[str, str]:
    """Return the paths of constructs, without the stack's name, by logical id."""
    return {
        stack.get_logical_id(each): each.node.path.split("/", 1)[1].removesuffix("/Resource")
        for each in stack.node.find_all()
        if isinstance(each, CfnElement)
    }


def _statements(template: Template, logical_id: str) -> Iterator[Json]:
    """Return the statements of a role's inline policies, or of a managed policy."""
    managed = template.find_resources("AWS::IAM::ManagedPolicy").get(logical_id)
    inline = template.find_resources("AWS::IAM::Policy").values()
    policies = [managed] if managed else [each for each in inline if {"Ref": logical_id} in each["Properties"]["Roles"]]
    for policy in policies:
        yield from policy["Properties"]["PolicyDocument"]["Statement"]


def _rows(statement: Json, whys: Mapping[str, list[str]], names: Mapping[str, str]) -> Iterator[PermissionRow]:
    by_reason: dict[str, list[str]] = {}
    for action in _as_list(statement["Action"]):
        by_reason.setdefault(" ".join(whys.get(action, [])), []).append(action)
    resources = tuple(_readable(each, names) for each in _as_list(statement["Resource"]))
    condition = json.dumps(statement["Condition"]) if "Condition" in statement else ""
    for why, actions in by_reason.items():
        yield PermissionRow(tuple(actions), resources, condition, why)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _readable(resource: Any, names: Mapping[str, str]) -> str:
    """Return an ARN for readers; a resource of the stack is its path in angle brackets: `<Records>`."""
    if isinstance(resource, str):
        return resource
    if "Fn::Join" in resource:
        return "".join(_readable(part, names) for part in resource["Fn::Join"][1])
    if "Fn::Select" in resource:  # the name in an ARN
        return _readable(resource["Fn::Select"][1]["Fn::Split"][1], names)
    if "Fn::GetAtt" in resource:
        return f"<{names[resource['Fn::GetAtt'][0]]}>"
    return PSEUDO_PARAMETERS.get(resource["Ref"]) or f"<{names[resource['Ref']]}>"


def markdown(stack: Stack) -> str:
    """Return a table for each role and each managed policy that allows something."""
    roles, lines = roles_by_managed_policy(stack), []
    demands = [each for found in demanded_permissions().values() for each in found]
    for path, found in rows_by_policy(stack).items():
        if not found:
            continue
        lines += [f"### {path}", ""]
        if path in roles:
            whys = " ".join(dict.fromkeys(row.why for row in found))
            lines += [f"A managed policy of {', '.join(roles[path])}. {whys}", ""]
            lines += [*DEMANDS_HEADER, *(_row(row, _demanded(row, demands)) for row in found), ""]
        else:
            lines += [*HEADER, *(_row(row, row.why) for row in found), ""]
    return "\n".join(lines).rstrip()


def exclusions() -> str:
    """Return a table of what the stack's policies leave out of AWS's policy, with the reasons."""
    rows = [f"| `{pattern}` | {reason} |" for pattern, reason in EXCLUDED_ACTIONS.items()]
    rows += [f"| `{value}` in a condition | {reason} |" for value, reason in EXCLUDED_VALUES.items()]
    return "\n".join(["| left out | why |", "|---|---|", *rows])


def _demanded(row: PermissionRow, demands: Iterable[Demand]) -> str:
    """Return the actions that the emulator demands of those in a row, in their plain names."""
    patterns = [each.replace("REGION", REGION).replace("ACCOUNT", ACCOUNT_ID) for each in row.resources]
    matches = {
        demand.action
        for demand in demands
        if any(fnmatchcase(demand.action, pattern) for pattern in row.actions)
        and any(fnmatchcase(demand.resource, pattern) for pattern in patterns)
    }
    return "<br>".join(f"`{each}`" for each in sorted(matches)) or NOT_DEMANDED


def _row(row: PermissionRow, last: str) -> str:
    cells = ("<br>".join(f"`{each}`" for each in words) for words in (row.actions, row.resources))
    condition = f"`{row.condition}`" if row.condition else ""
    return f"| {' | '.join([*cells, condition, last])} |"
