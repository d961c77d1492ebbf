"""What independent tools say of the template and of the state machine's definition."""

import json
from pathlib import Path

import pytest
from aws_cdk.assertions import Template
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser, ASLParserException

from tests.support.contexts import settings_in
from tests.support.linters import findings, nag_conclusion
from tests.support.template import Json


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


@pytest.mark.parametrize("applications", ["*", "shop,blog"])
def test_the_security_linter_finds_nothing_without_a_reason(applications: str, tmp_path: Path) -> None:
    assert nag_conclusion(settings_in({"applications": applications}), tmp_path) == "success"
