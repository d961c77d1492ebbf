"""Definitions that AWS accepts, and the words of a refusal."""

import json

import pytest

from emulator.ministack.stepfunctions.definitions import diagnose, refusal
from tests.support.definitions import END, found, machine, mapping, task

ACCEPTED = {
    "assign in JSONPath": machine(X={**END, "Assign": {"counter": 1}}),
    "a language of its own": machine(X={**END, "QueryLanguage": "JSONata", "Output": "{% $states.input %}"}),
    "the map's own language": machine(M=mapping(QueryLanguage="JSONata", Items="{% [1, 2] %}", Output="{% 1 %}")),
    "names below the top level": machine(
        QueryLanguage="JSONata",
        E={
            **END,
            "Output": [
                "{% $states.input.items[phone > 3].phone %}",
                "{% $map($states.input.a, function($x){ $x.phone }) %}",
                "{% $phone %}",
                "{% $states.input.a{name: value} %}",
            ],
        },
    ),
    "text": machine(QueryLanguage="JSONata", E=task(Comment="{% phone %}", Retry=[{"ErrorEquals": ["{% phone %}"]}])),
    "not JSONata": machine(E={**END, "Parameters": {"v": "{% phone %}"}}),
    "number by an expression": machine(QueryLanguage="JSONata", A=task(TimeoutSeconds="{% $x %}")),
    "aws-sdk": machine(A=task(Resource="arn:aws:states:::aws-sdk:s3:listBuckets")),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_a_definition_that_aws_accepts_is_accepted(case: str) -> None:
    assert found(ACCEPTED[case]) == []


def test_json_that_does_not_parse_has_a_code_of_its_own() -> None:
    """Source: https://github.com/localstack/localstack/tree/main/tests/aws/services/stepfunctions/v2/test_sfn_api_validation.snapshot.json"""
    assert [code for code, _, _ in found("not a definition")] == ["INVALID_JSON_DESCRIPTION"]


def test_a_refusal_lists_all_diagnostics_with_their_codes_and_places() -> None:
    """Source: https://github.com/localstack/localstack/pull/12487 and https://github.com/floci-io/floci/pull/2786."""
    dangling = machine(pass1={"Type": "Pass", "Next": "pass3"}, pass2=END)
    assert refusal(diagnose(json.dumps(dangling))) == (
        "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: pass3 at"
        ' /States/pass1/Next, MISSING_TRANSITION_TARGET: State "pass2" is not reachable. at /States/pass2\''
    )
    loop = machine(A={"Type": "Pass", "Next": "A"})
    assert refusal(diagnose(json.dumps(loop))) == (
        "Invalid State Machine Definition: 'MISSING_END_STATE: Workflow has no terminal state at null'"
    )
