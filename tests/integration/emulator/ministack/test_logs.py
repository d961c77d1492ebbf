"""CloudFormation creates, updates and deletes saved queries of Logs Insights."""

import json
from typing import Any

import pytest

from rehearsal.account.account import Account
from tests.support.waiting import eventually

QUERY = {"Name": "folder/Failures", "QueryString": "filter error", "LogGroupNames": ["functions"]}


def template(**properties: Any) -> str:
    return json.dumps({"Resources": {"Query": {"Type": "AWS::Logs::QueryDefinition", "Properties": properties}}})


def saved(account: Account, prefix: str = "folder/") -> list[dict[str, Any]]:
    found = account.client("logs").describe_query_definitions(queryDefinitionNamePrefix=prefix)["queryDefinitions"]
    return [
        {name: each[name] for name in ("queryDefinitionId", "name", "queryString", "logGroupNames")} for each in found
    ]


def until(account: Account, name: str, status: str) -> None:
    formation = account.client("cloudformation")
    eventually(lambda: formation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] == status)


def test_a_query_is_created_updated_in_place_and_deleted_with_its_stack(account: Account) -> None:
    formation = account.client("cloudformation")
    stack = formation.create_stack(StackName="queries", TemplateBody=template(**QUERY))["StackId"]
    until(account, stack, "CREATE_COMPLETE")
    (made,) = saved(account)
    assert made | {"queryDefinitionId": ""} == {
        "queryDefinitionId": "",
        "name": "folder/Failures",
        "queryString": "filter error",
        "logGroupNames": ["functions"],
    }
    assert saved(account, "another/") == []
    formation.update_stack(StackName="queries", TemplateBody=template(**{**QUERY, "QueryString": "filter cause"}))
    until(account, stack, "UPDATE_COMPLETE")
    assert saved(account) == [{**made, "queryString": "filter cause"}]
    formation.delete_stack(StackName="queries")
    until(account, stack, "DELETE_COMPLETE")
    assert saved(account) == []


@pytest.mark.parametrize("wrong", [{"Name": ""}, {"Name": "n" * 256}, {"QueryString": "q" * 10_001}])
def test_a_query_beyond_the_limits_of_aws_fails_its_stack(account: Account, wrong: dict[str, str]) -> None:
    name = f"wrong-{next(iter(wrong)).lower()}-{len(next(iter(wrong.values())))}"
    stack = account.client("cloudformation").create_stack(StackName=name, TemplateBody=template(**{**QUERY, **wrong}))
    until(account, stack["StackId"], "ROLLBACK_COMPLETE")
    assert account.client("logs").describe_query_definitions()["queryDefinitions"] == []
