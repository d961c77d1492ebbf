"""Independent tools check the template and the state machine's definition."""

import json
from pathlib import Path

import pytest
from aws_cdk.assertions import Template
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser, ASLParserException

from emulator.ministack.stepfunctions.definitions import diagnose
from tests.support.contexts import settings_in
from tests.support.linters import findings, nag_conclusion
from tests.support.template import Json


def test_the_template_is_valid(template: Template) -> None:
    assert findings(dict(template.to_json())) == []


def as_template(definition: Json) -> Json:
    properties = {"RoleArn": "arn:aws:iam::123456789012:role/machine", "Definition": definition}
    return {"Resources": {"Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}}


def test_two_parsers_accept_the_definition(definition: Json) -> None:
    # The linter expects a number for TimeoutSeconds; in JSONata it may be an expression. Every state may have a
    # QueryLanguage, also a Fail state. https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html,
    # https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html
    known_gaps = [
        "E3601 Additional properties are not allowed ('QueryLanguage' was unexpected)",
        "E3601 '{% $states.input.deployment.approval_seconds %}' is not of type 'number'",
    ]
    assert findings(as_template(definition)) == known_gaps
    AmazonStateLanguageParser.parse(json.dumps(definition))


def test_two_parsers_accept_the_definition_of_fleets(fleets: Json) -> None:
    known_gap = "E3601 '{% $states.input.fleet.approval_seconds %}' is not of type 'number'"
    assert findings(as_template(fleets)) == [known_gap]
    # The parser takes no integer there; AWS's own examples have one.
    # https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
    percentage = '"ToleratedFailurePercentage": 100'
    text = json.dumps(fleets)
    assert text.count(percentage) == 1
    AmazonStateLanguageParser.parse(text.replace(percentage, f"{percentage}.0"))


def test_the_emulated_step_functions_accepts_the_definitions(definition: Json, fleets: Json) -> None:
    assert diagnose(json.dumps(definition)) == []
    assert diagnose(json.dumps(fleets)) == []


def test_two_parsers_refuse_a_broken_definition(definition: Json) -> None:
    broken = json.loads(json.dumps(definition))
    broken["States"]["Plan"]["Type"] = "Taks"
    assert findings(as_template(broken)) != []
    with pytest.raises(ASLParserException):
        AmazonStateLanguageParser.parse(json.dumps(broken))


@pytest.mark.parametrize("applications", ["*", "shop,blog"])
def test_the_security_linter_finds_nothing_without_a_reason(applications: str, tmp_path: Path) -> None:
    assert nag_conclusion(settings_in({"applications": applications}), tmp_path) == "success"
