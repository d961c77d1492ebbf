"""What the history of an execution says of expressions and variables.

Source: https://github.com/localstack/localstack/tree/main/tests/aws/services/stepfunctions/v2, snapshots of AWS:
assign/test_assign_base, test_sfn_api_variable_references, base/test_wait, scenarios/test_base_scenarios.
"""

from typing import Any

import pytest

from tests.support.state_machines import StateMachines


def last_events(machines: StateMachines, states: dict[str, Any]) -> list[dict[str, Any]]:
    return machines.history(machines.fail(states))


@pytest.mark.parametrize(
    ("fields", "location", "expression", "problem"),
    [
        ({"Output": "{% $none %}"}, "Output", "$none", "returned nothing (undefined)."),
        ({"Output": {"a": ["{% $none %}"]}}, "Output/a[0]", "$none", "returned nothing (undefined)."),
        ({"Assign": {"result": "{% $none %}"}}, "Assign/result", "$none", "returned nothing (undefined)."),
        (
            {"Output": "{% $none() %}"},
            "Output",
            "$none()",
            "threw an error during evaluation. T1006: Attempted to invoke a non-function",
        ),
        ({"Output": "{% $sum %}"}, "Output", "$sum", "returned an unsupported result type."),
    ],
)
def test_a_failed_evaluation_names_its_field(
    machines: StateMachines, fields: dict[str, Any], location: str, expression: str, problem: str
) -> None:
    entered, evaluated, ended = last_events(machines, {"Show": {"Type": "Pass", "End": True, **fields}})[1:]
    cause = (
        "An error occurred while executing the state 'Show' (entered at the event id #2)."
        f" The JSONata expression '{expression}' specified for the field '{location}' {problem}"
    )
    assert (entered["type"], evaluated["type"], ended["type"]) == (
        *("PassStateEntered", "EvaluationFailed"),
        "ExecutionFailed",
    )
    assert evaluated["evaluationFailedEventDetails"] == {
        "error": "States.QueryEvaluationError",
        "cause": cause,
        "location": location,
        "state": "Show",
    }
    assert (evaluated["previousEventId"], ended["previousEventId"]) == (0, 3)
    assert ended["executionFailedEventDetails"] == {"error": "States.QueryEvaluationError", "cause": cause}


def test_a_value_of_the_wrong_type_is_a_failed_evaluation(machines: StateMachines) -> None:
    state = {"Type": "Fail", "Cause": "{% 1 %}"}
    evaluated = last_events(machines, {"Stop": state})[2]["evaluationFailedEventDetails"]
    assert evaluated["location"] == "Cause"
    assert evaluated["cause"].endswith(
        "The JSONata expression '1' specified for the field 'Cause' returned an unexpected result type."
        " Expected 'string', but was 'number' for value: 1"
    )


def test_a_timestamp_that_is_none_is_a_failed_evaluation(machines: StateMachines) -> None:
    state = {"Type": "Wait", "Timestamp": "{% '2016-13-05T21:29:29Z' %}", "End": True}
    evaluated = last_events(machines, {"Wait": state})[2]
    assert evaluated["previousEventId"] == 2
    assert evaluated["evaluationFailedEventDetails"]["cause"] == (
        "An error occurred while executing the state 'Wait' (entered at the event id #2). The Timestamp field cannot be"
        " parsed as an ISO-8601 extended offset date-time format string: 2016-13-05T21:29:29Z"
    )


def test_a_state_shows_the_variables_that_it_assigned(machines: StateMachines) -> None:
    values = {"number": 0, "text": "a", "none": None, "list": [1], "computed": "{% 1 + 1 %}"}
    states = {
        "Set": {"Type": "Pass", "Assign": values, "Next": "Keep"},
        "Keep": {"Type": "Pass", "End": True},
    }
    execution = machines.start(states)
    machines.end(execution)
    left = [
        event["stateExitedEventDetails"] for event in machines.history(execution) if "stateExitedEventDetails" in event
    ]
    assert left[0]["assignedVariables"] == {
        "number": "0",
        "text": '"a"',
        "none": "null",
        "list": "[1]",
        "computed": "2",
    }
    assert left[0]["assignedVariablesDetails"] == {"truncated": False}
    assert "assignedVariables" not in left[1]


def test_events_say_whether_their_data_is_whole(machines: StateMachines) -> None:
    execution = machines.start({"Show": {"Type": "Pass", "End": True}}, {"a": 1})
    machines.end(execution)
    started, entered, left, ended = machines.history(execution)
    assert started["executionStartedEventDetails"]["inputDetails"] == {"truncated": False}
    assert entered["stateEnteredEventDetails"]["inputDetails"] == {"truncated": False}
    assert left["stateExitedEventDetails"]["outputDetails"] == {"truncated": False}
    assert ended["executionSucceededEventDetails"]["outputDetails"] == {"truncated": False}
