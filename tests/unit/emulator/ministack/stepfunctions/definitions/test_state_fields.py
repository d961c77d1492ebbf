"""Fields of states that AWS refuses, with the diagnostics that AWS was seen to answer.

Sources:
- https://github.com/badmintoncryer/cdk-preflight, measured on AWS.
- https://github.com/aws/aws-cdk/issues/10530, an answer of AWS.
- https://github.com/localstack/localstack/tree/main/tests/aws/services/stepfunctions/v2, snapshots of AWS.
"""

from typing import Any

import pytest

from tests.support.definitions import END, SCHEMA, Found, found, machine, task

TYPES = "[Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]"
NOT_RECOGNIZED = "The value is not a valid resource ARN, or the resource is not available in this region."

REFUSED: dict[str, tuple[Any, Found]] = {
    "Next and End": (
        machine(A={"Type": "Pass", "Next": "B", "End": True}, B=END),
        [(SCHEMA, "There should only be one of the following fields: [Next, End]", "/States/A")],
    ),
    "neither Next nor End": (
        machine(A={"Type": "Pass"}),
        [(SCHEMA, "This object should have only one of the following fields: [Next, End]", "/States/A")],
    ),
    "two waits": (
        machine(A={"Type": "Wait", "Seconds": 1, "SecondsPath": "$.s", "End": True}),
        [
            (
                SCHEMA,
                "There should only be one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp]",
                "/States/A",
            )
        ],
    ),
    "ranges": (
        machine(
            A=task(TimeoutSeconds=0, Retry=[{"ErrorEquals": ["X"], "MaxAttempts": -1, "MaxDelaySeconds": 31622401}])
        ),
        [
            (SCHEMA, "Minimum value is 1", "/States/A/TimeoutSeconds"),
            (SCHEMA, "Minimum value is 0", "/States/A/Retry[0]/MaxAttempts"),
            (SCHEMA, "Maximum value is 31622400", "/States/A/Retry[0]/MaxDelaySeconds"),
        ],
    ),
    "text for a number": (
        machine(A=task(TimeoutSeconds="60")),
        [(SCHEMA, "Expected value of type Integer", "/States/A/TimeoutSeconds")],
    ),
    "no ErrorEquals": (
        machine(A=task(Retry=[{}], Catch=[{"ErrorEquals": [], "Next": "B"}]), B=END),
        [
            (SCHEMA, "These fields are required: [ErrorEquals]", "/States/A/Retry[0]"),
            (SCHEMA, "Value cannot be empty", "/States/A/Catch[0]/ErrorEquals"),
        ],
    ),
    "no rules": (
        machine(A={"Type": "Choice", "Choices": [], "Default": "B"}, B=END),
        [(SCHEMA, "Value cannot be empty", "/States/A/Choices")],
    ),
    "rule without Next": (
        machine(A={"Type": "Choice", "Choices": [{"Variable": "$.x"}], "Default": "B"}, B=END),
        [(SCHEMA, "These fields are required: [Next]", "/States/A/Choices[0]")],
    ),
    "not an ARN": (
        machine(A=task(Resource="invoke")),
        [(SCHEMA, "Value is not a valid resource ARN", "/States/A/Resource")],
    ),
    "empty branch": (
        machine(A={"Type": "Parallel", "Branches": [{"StartAt": "B"}], "End": True}),
        [(SCHEMA, "These fields are required: [States]", "/States/A/Branches[0]")],
    ),
    "States.ALL is not last": (
        machine(A=task(Retry=[{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["X"]}])),
        [(SCHEMA, "States.ALL must appear alone and at end of list", "/States/A/Retry[0]/ErrorEquals[0]")],
    ),
    "nothing": ("", [(SCHEMA, "Definition must be a valid JSON object", None)]),
    "no fields": ({}, [(SCHEMA, "These fields are required: [States, StartAt]", "/")]),
    "no StartAt": ({"States": {"A": END}}, [(SCHEMA, "These fields are required: [StartAt]", "/")]),
    "downgraded": (
        machine(QueryLanguage="JSONata", A={**END, "QueryLanguage": "JSONPath", "Output": "{% 1 %}"}),
        [(SCHEMA, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", "/States/A")],
    ),
    "type": (
        machine(A={"Type": "Nothing", "End": True}),
        [
            (
                SCHEMA,
                f"The field 'Type' should have one of these values: {TYPES}",
                "/States/A/Type",
            )
        ],
    ),
    "no branches": (
        machine(A={"Type": "Parallel", "Branches": [], "End": True}),
        [(SCHEMA, "Value cannot be empty", "/States/A/Branches")],
    ),
    "integration": (
        machine(A=task(Resource="arn:aws:states:::dynamodb:query")),
        [
            (
                SCHEMA,
                f"The resource provided arn:aws:states:::dynamodb:query is not recognized. {NOT_RECOGNIZED}",
                "/States/A/Resource",
            )
        ],
    ),
    "timestamp": (
        machine(A={"Type": "Wait", "Timestamp": "2016-03-14 01:59:00Z", "End": True}),
        [(SCHEMA, "String does not match RFC3339 timestamp", "/States/A/Timestamp")],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_definition_is_refused_with_awss_diagnostics(case: str) -> None:
    definition, expected = REFUSED[case]
    assert found(definition) == expected


@pytest.mark.parametrize("field", ["TimeoutSeconds", "Catch", "Retry"])
@pytest.mark.parametrize(
    "state",
    [
        END,
        {"Type": "Wait", "Seconds": 1, "End": True},
        {"Type": "Succeed"},
        {"Type": "Fail"},
        {"Type": "Choice", "Choices": [{"Variable": "$.x", "Next": "B"}], "Default": "B"},
    ],
    ids=lambda state: state["Type"],
)
def test_only_tasks_parallels_and_maps_handle_errors(field: str, state: dict[str, Any]) -> None:
    """AWS refuses each of them. Source: https://github.com/floci-io/floci/issues/2735, measured."""
    rule = {"ErrorEquals": ["States.ALL"], **({"Next": "B"} if field == "Catch" else {})}
    value: Any = 5 if field == "TimeoutSeconds" else [rule]
    definition = {"StartAt": "A", "States": {"A": {**state, field: value}, "B": END}}
    assert (SCHEMA, f"Field '{field}' is not supported", "/States/A") in found(definition)


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        ("arn:aws:states:::sqs:sendMessage.waitForTaskToken", "'.waitForTaskToken' service integration "),
        ("arn:aws:states:::states:startExecution.sync:2", "'.sync' service integration"),
        ("arn:aws:states:us-east-1:123456789012:activity:a", "Activity ARN"),
    ],
)
def test_an_express_machine_waits_for_nothing(resource: str, message: str) -> None:
    """Source: https://github.com/localstack/localstack/tree/main/tests/aws/services/stepfunctions/v2/express"""
    definition = machine(A=task(Resource=resource))
    assert found(definition) == []
    expected = [(SCHEMA, f"Express state machine does not support {message}", "/States/A/Resource")]
    assert found(definition, "EXPRESS") == expected
