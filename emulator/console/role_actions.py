"""The roles of functions, and the actions that a role's policies allow."""

import json
from collections.abc import Iterator
from typing import Any


def roles_of_functions(lambdas: Any) -> list[dict[str, str]]:
    """Return the "function", the "module" of its handler and the "role" of each Lambda function, by name.

    `lambdas`: a client of Lambda. Names that CloudFormation makes are long; the module is what people know.
    """
    pages = lambdas.get_paginator("list_functions").paginate()
    functions = [each for page in pages for each in page["Functions"]]
    return [
        {
            "function": each["FunctionName"],
            "module": each.get("Handler", "").rpartition(".")[0].rpartition(".")[2],
            "role": each["Role"].rpartition("/")[2],
        }
        for each in sorted(functions, key=lambda function: str(function["FunctionName"]))
    ]


def actions_of(iam: Any, role: str) -> list[str]:
    """Return the actions that the policies of a role allow, sorted. `iam`: a client of IAM."""
    statements = (each for policy in _policies(iam, role) for each in _as_list(policy["Statement"]))
    allowed = (each for each in statements if each["Effect"] == "Allow")
    return sorted({action for each in allowed for action in _as_list(each.get("Action", []))})


def _policies(iam: Any, role: str) -> Iterator[Any]:
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        yield _document(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
    for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        policy = iam.get_policy(PolicyArn=attached["PolicyArn"])["Policy"]
        version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
        yield _document(version["PolicyVersion"]["Document"])


def _document(policy: Any) -> Any:
    return json.loads(policy) if isinstance(policy, str) else policy


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
