"""What independent tools say of the template and of the state machine's definition."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Validations
from aws_cdk.assertions import Template
from cdk_nag import AwsSolutionsChecks
from cfnlint.api import ManualArgs, lint
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser, ASLParserException

from infra.bluegreen_stack import BlueGreenStack
from tests.integration.infra.conftest import CONTEXT

Json = dict[str, Any]


def findings(template: Json) -> list[str]:
    # W3005: the CDK states dependencies twice. I1022 and the like are taste.
    config = ManualArgs(regions=["us-east-1", "eu-central-1"], ignore_checks=["W3005"])
    return [f"{match.rule.id} {match.message}" for match in lint(json.dumps(template), config=config)]


def test_the_template_is_valid(template: Template) -> None:
    assert findings(dict(template.to_json())) == []


def as_template(definition: Json) -> Json:
    properties = {"RoleArn": "arn:aws:iam::123456789012:role/machine", "Definition": definition}
    return {"Resources": {"Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}}


def test_the_definition_is_valid_in_the_eyes_of_two_parsers(definition: Json) -> None:
    # The linter knows TimeoutSeconds as a number only; in JSONata it may be an expression.
    # https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html
    unknown_to_it = "E3601 '{% $deployment.approval_seconds %}' is not of type 'number'"
    assert findings(as_template(definition)) == [unknown_to_it]
    AmazonStateLanguageParser.parse(json.dumps(definition))


def test_both_parsers_can_find_fault(definition: Json) -> None:
    broken = json.loads(json.dumps(definition))
    broken["States"]["Plan"]["Type"] = "Taks"
    assert findings(as_template(broken)) != []
    with pytest.raises(ASLParserException):
        AmazonStateLanguageParser.parse(json.dumps(broken))


@pytest.mark.parametrize("applications", [["*"], ["shop", "blog"]])
def test_the_security_linter_finds_nothing_without_a_reason(applications: list[str], tmp_path: Path) -> None:
    app = App(context=CONTEXT, outdir=str(tmp_path))
    BlueGreenStack(app, "Test", applications=applications)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()  # raises when a rule is violated
    report = json.loads((tmp_path / "validation-report.json").read_text())
    assert report["pluginReports"][0]["conclusion"] == "success"
