"""The stack, synthesized once in a session, as a template and as the definition of its state machine."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App
from aws_cdk.assertions import Template

from infra.bluegreen_stack import BlueGreenStack

CONTEXT = json.loads(Path("cdk.json").read_text())["context"]

Json = dict[str, Any]

FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:"


@pytest.fixture(scope="session")
def synthesize() -> Callable[..., Template]:
    def synthesized(**arguments: Any) -> Template:
        stack = BlueGreenStack(App(context=CONTEXT), "Test", **{"applications": ["*"], **arguments})
        return Template.from_stack(stack)

    return synthesized


@pytest.fixture(scope="session")
def template(synthesize: Callable[..., Template]) -> Template:
    return synthesize()


@pytest.fixture(scope="session")
def definition(template: Template) -> Json:
    return definition_in(template)


def definition_in(template: Template) -> Json:
    """The state machine's definition, with its functions by their logical ids."""
    (machine,) = template.find_resources("AWS::StepFunctions::StateMachine").values()
    parts = machine["Properties"]["DefinitionString"]["Fn::Join"][1]
    parsed: Json = json.loads("".join(part if isinstance(part, str) else _reference(part) for part in parts))
    return parsed


@pytest.fixture(scope="session")
def tasks(definition: Json) -> dict[str, Json]:
    return {name: state for name, state in definition["States"].items() if state["Type"] == "Task"}


def _reference(part: Json) -> str:
    if "Fn::GetAtt" in part:
        return FUNCTION_ARN + str(part["Fn::GetAtt"][0])
    return {"AWS::Partition": "aws"}.get(part["Ref"], f"arn:aws:sns:us-east-1:123456789012:{part['Ref']}")
