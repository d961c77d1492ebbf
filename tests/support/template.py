"""What tests read in a synthesized template."""

import json
from pathlib import Path
from typing import Any

from aws_cdk.assertions import Template

CONTEXT = json.loads(Path("cdk.json").read_text())["context"]
FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:"
FAILURE_BRANCH = {"KeepGreenLive", "NotifyFailure", "HoldForRedrive"}

Json = dict[str, Any]


def machine_in(template: Template, *, fleets: bool = False) -> Json:
    """Return the state machine of releases, or that of fleets."""
    machines = template.find_resources("AWS::StepFunctions::StateMachine").values()
    (found,) = [each for each in machines if each["Properties"]["StateMachineName"].endswith("-fleet") == fleets]
    return dict(found)


def definition_in(template: Template, *, fleets: bool = False) -> Json:
    """Return a state machine's definition, with the functions' logical ids for their names."""
    machine = machine_in(template, fleets=fleets)
    parts = machine["Properties"]["DefinitionString"]["Fn::Join"][1]
    parsed: Json = json.loads("".join(part if isinstance(part, str) else _reference(part) for part in parts))
    return parsed


def all_states(definition: Json) -> dict[str, Json]:
    """Return all states by name, with those in the branches of Parallel states and in the processors of Maps."""
    found: dict[str, Json] = {}
    for name, state in definition["States"].items():
        found[name] = state
        inner = state.get("Branches", []) + [state[key] for key in ("ItemProcessor",) if key in state]
        for each in inner:
            found |= all_states(each)
    return found


def _reference(part: Json) -> str:
    if "Fn::GetAtt" in part:
        return FUNCTION_ARN + str(part["Fn::GetAtt"][0])
    return {"AWS::Partition": "aws"}.get(part["Ref"], f"arn:aws:sns:us-east-1:123456789012:{part['Ref']}")


def text(value: Any) -> str:
    """Return a value as CloudFormation joins it, with a logical id in lower case for each reference."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        return "".join(text(part) for part in value["Fn::Join"][1])
    return str(value.get("Ref") or value["Fn::GetAtt"][0]).lower()


def listed(value: Any) -> list[Any]:
    """Return a list for what a policy may write as one value or as a list."""
    return value if isinstance(value, list) else [value]


def stage_statements(template: Template, stage: str) -> list[Json]:
    """Return the statements of the inline policies of a stage's role."""
    found: list[Json] = stage_role(template, stage)["statements"]
    return found


def stage_actions(template: Template, stage: str) -> set[str]:
    """Return the actions that the inline policies of a stage's role allow."""
    return {action for statement in stage_statements(template, stage) for action in listed(statement["Action"])}


def role_statements(template: Template, role: str) -> list[Json]:
    """Return the statements of the inline policies of a role, by its logical id."""
    return [
        statement
        for policy in template.find_resources("AWS::IAM::Policy").values()
        if {"Ref": role} in policy["Properties"]["Roles"]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def stage_role(template: Template, stage: str) -> Json:
    """Return the properties of a stage's role, and in `statements` those of its inline policies."""
    return handlers_role(template, f"lambdas.stages.{stage}.handler")


def handlers_role(template: Template, handler: str) -> Json:
    """Return the properties of the role of a handler's function, and in `statements` those of its inline policies."""
    (function,) = [
        each["Properties"]
        for each in template.find_resources("AWS::Lambda::Function").values()
        if each["Properties"]["Handler"] == handler
    ]
    role = function["Role"]["Fn::GetAtt"][0]
    properties: Json = template.find_resources("AWS::IAM::Role")[role]["Properties"]
    return properties | {"statements": role_statements(template, role)}


def managed_policies(template: Template) -> dict[str, Json]:
    """Return the documents of the stack's managed policies, by logical id."""
    found = template.find_resources("AWS::IAM::ManagedPolicy")
    return {name: policy["Properties"]["PolicyDocument"] for name, policy in found.items()}


def resolved(value: Any, partition: str, region: str, account: str) -> Any:
    """Return a value with texts for joins and for references to these pseudo parameters."""
    pseudo = {"AWS::Partition": partition, "AWS::Region": region, "AWS::AccountId": account}
    if isinstance(value, list):
        return [resolved(each, partition, region, account) for each in value]
    if not isinstance(value, dict):
        return value
    if "Fn::Join" in value:
        return "".join(resolved(value["Fn::Join"][1], partition, region, account))
    if value.keys() == {"Ref"}:
        return pseudo[value["Ref"]]
    return {key: resolved(each, partition, region, account) for key, each in value.items()}


def pipeline_actions(template: Template) -> dict[str, Json]:
    """Return the pipeline's actions by name, in their order."""
    (pipeline,) = template.find_resources("AWS::CodePipeline::Pipeline").values()
    return {action["Name"]: action for stage in pipeline["Properties"]["Stages"] for action in stage["Actions"]}


def pipeline_permissions(template: Template) -> list[tuple[set[str], list[str]]]:
    """Return the statements of the pipeline's role: actions, and resources as text."""
    (pipeline,) = template.find_resources("AWS::CodePipeline::Pipeline").values()
    return [
        (set(listed(statement["Action"])), [text(each) for each in listed(statement["Resource"])])
        for statement in role_statements(template, pipeline["Properties"]["RoleArn"]["Fn::GetAtt"][0])
    ]
