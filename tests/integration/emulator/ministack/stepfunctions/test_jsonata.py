"""How AWS Step Functions evaluates JSONata and JSONPath. Source: the developer guide."""

import json
from typing import Any

import pytest

from tests.support.functions import Functions
from tests.support.state_machines import StateMachines, invoke_state

ECHO = "def handler(event, context): return event"


@pytest.fixture(scope="session")
def echo(functions: Functions) -> str:
    return functions.make(ECHO)


def evaluated(machines: StateMachines, expression: Any, data: Any = None) -> Any:
    return machines.output({"Show": {"Type": "Pass", "Output": expression, "End": True}}, data)


def failure(machines: StateMachines, states: dict[str, Any], data: Any = None, **fields: Any) -> str:
    described = machines.run(states, data, **fields)
    assert described["status"] == "FAILED"
    return str(described["error"])


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("{% $states.input.drain_seconds %}", 120),
        ("{% $states.input.none %}", None),
        ("{% $exists($states.input.missing) %}", False),
        ("{% $states.input.versions[0] %}", "v1"),
        ("{% $merge([$states.input.deployment, {'green_id': 'e-2'}]) %}", {"blue": "shop", "green_id": "e-2"}),
        ("{% $states.input.drain_seconds > 60 and $states.input.mode = 'full' %}", True),
        (
            {"deployment": "{% $states.input.deployment %}", "kept": "as it is"},
            {"deployment": {"blue": "shop"}, "kept": "as it is"},
        ),
    ],
)
def test_an_expression_yields_json(machines: StateMachines, expression: Any, expected: Any) -> None:
    data = {"drain_seconds": 120, "none": None, "versions": ["v1"], "deployment": {"blue": "shop"}, "mode": "full"}
    assert evaluated(machines, expression, data) == expected


@pytest.mark.parametrize(
    "expression", ["{% $states.input.missing %}", "{% $missing %}", "{% $states.result %}", "{% $states.errorOutput %}"]
)
def test_an_expression_that_yields_nothing_is_a_query_evaluation_error(
    machines: StateMachines, expression: str
) -> None:
    states = {"Show": {"Type": "Pass", "Output": expression, "End": True}}
    assert failure(machines, states) == "States.QueryEvaluationError"


def test_an_expression_that_yields_a_function_is_a_query_evaluation_error(machines: StateMachines) -> None:
    states = {"Show": {"Type": "Pass", "Output": "{% $sum %}", "End": True}}
    assert failure(machines, states) == "States.QueryEvaluationError"


def test_a_failed_evaluation_of_a_task_can_be_caught_and_is_in_the_history(machines: StateMachines, echo: str) -> None:
    catch = [{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "Caught"}]
    execution = machines.start(
        {"Ask": invoke_state(echo, "{% $missing %}", Catch=catch), "Caught": {"Type": "Succeed"}}
    )
    assert machines.end(execution)["status"] == "SUCCEEDED"
    failed = next(event for event in machines.history(execution) if event["type"] == "EvaluationFailed")
    assert failed["evaluationFailedEventDetails"]["error"] == "States.QueryEvaluationError"
    assert failed["evaluationFailedEventDetails"]["state"] == "Ask"


def test_a_task_passes_arguments_assigns_from_its_result_and_gives_its_output(
    machines: StateMachines, echo: str
) -> None:
    states = {
        "Plan": invoke_state(
            echo,
            {"request": "{% $states.input %}", "at": "{% $states.context.State.Name %}"},
            Assign={"deployment": "{% $states.result.Payload.request %}"},
            Output="{% $states.result.Payload.at %}",
            End=False,
            Next="Show",
        ),
        "Show": {"Type": "Pass", "Output": ["{% $states.input %}", "{% $deployment %}"], "End": True},
    }
    assert machines.output(states, {"version": "v2"}) == ["Plan", {"version": "v2"}]


def test_the_assignments_of_a_state_use_the_values_from_before(machines: StateMachines) -> None:
    states = {
        "Begin": {"Type": "Pass", "Assign": {"live": "blue", "idle": "green"}, "Next": "Swap"},
        "Swap": {"Type": "Pass", "Assign": {"live": "{% $idle %}", "idle": "{% $live %}"}, "Next": "Show"},
        "Show": {"Type": "Pass", "Output": "{% $live & ' ' & $idle %}", "End": True},
    }
    assert machines.output(states) == "green blue"


def test_a_succeed_state_gives_its_output(machines: StateMachines) -> None:
    states = {
        "Begin": {"Type": "Pass", "Assign": {"version": "v2"}, "Next": "Done"},
        "Done": {"Type": "Succeed", "Output": {"released": "{% $version %}"}},
    }
    assert machines.output(states) == {"released": "v2"}


def test_a_fail_state_takes_its_error_and_cause_from_expressions(machines: StateMachines) -> None:
    described = machines.run(
        {
            "Fail": {
                "Type": "Fail",
                "Error": "{% $states.input.error %}",
                "Cause": "{% 'because of ' & $states.input.of %}",
            }
        },
        {"error": "E", "of": "it"},
    )
    assert (described["error"], described["cause"]) == ("E", "because of it")


CHOICE: dict[str, Any] = {
    "Choose": {
        "Type": "Choice",
        "Choices": [
            {
                "Condition": "{% $states.input.mode = 'deploy' %}",
                "Next": "Show",
                "Output": "rule",
                "Assign": {"by": "rule"},
            }
        ],
        "Default": "Show",
        "Output": "default",
        "Assign": {"by": "default"},
    },
    "Show": {"Type": "Pass", "Output": ["{% $states.input %}", "{% $by %}"], "End": True},
}


def test_the_rule_that_holds_gives_its_output_and_assigns(machines: StateMachines) -> None:
    assert machines.output(CHOICE, {"mode": "deploy"}) == ["rule", "rule"]


def test_the_default_gives_the_states_own_output_and_assigns(machines: StateMachines) -> None:
    assert machines.output(CHOICE, {"mode": "full"}) == ["default", "default"]


def test_no_rule_that_holds_and_no_default_is_an_error(machines: StateMachines) -> None:
    choose = {name: value for name, value in CHOICE["Choose"].items() if name != "Default"}
    assert failure(machines, {**CHOICE, "Choose": choose}, {"mode": "full"}) == "States.NoChoiceMatched"


def test_a_condition_must_be_true_or_false(machines: StateMachines) -> None:
    states = {
        "Choose": {"Type": "Choice", "Choices": [{"Condition": "{% 'yes' %}", "Next": "End"}]},
        "End": {"Type": "Succeed"},
    }
    assert failure(machines, states) == "States.QueryEvaluationError"


def test_branches_read_variables_return_results_in_order_and_assign_only_their_own_copies(
    machines: StateMachines,
) -> None:
    def branch(name: str) -> dict[str, Any]:
        state = {"Type": "Pass", "Assign": {"own": name}, "Next": f"{name}2"}
        show = {"Type": "Pass", "Output": "{% [$states.input.n, $outer, $own] %}", "End": True}
        return {"StartAt": name, "States": {name: state, f"{name}2": show}}

    states = {
        "Begin": {"Type": "Pass", "Assign": {"outer": 1, "own": "none"}, "Next": "Both"},
        "Both": {
            "Type": "Parallel",
            "Arguments": {"n": "{% $states.input.number %}"},
            "Branches": [branch("a"), branch("b")],
            "Output": {"results": "{% $states.result %}", "own": "{% $own %}"},
            "End": True,
        },
    }
    assert machines.output(states, {"number": 7}) == {"results": [[7, 1, "a"], [7, 1, "b"]], "own": "none"}


def test_states_of_branches_are_in_the_history(machines: StateMachines) -> None:
    branches = [{"StartAt": name, "States": {name: {"Type": "Pass", "End": True}}} for name in ("Left", "Right")]
    execution = machines.start({"Both": {"Type": "Parallel", "Branches": branches, "End": True}})
    machines.end(execution)
    names = {event.get("stateEnteredEventDetails", {}).get("name") for event in machines.history(execution)}
    assert {"Left", "Right"} <= names


@pytest.mark.parametrize(
    "state",
    [
        {"Type": "Pass", "Parameters": {"version.$": "$.missing.version"}, "End": True},
        {"Type": "Pass", "InputPath": "$.missing", "End": True},
        {"Type": "Pass", "OutputPath": "$.missing", "End": True},
        {"Type": "Wait", "SecondsPath": "$.missing", "End": True},
        {"Type": "Choice", "Choices": [{"Variable": "$.missing", "StringEquals": "x", "Next": "Done"}]},
    ],
)
def test_a_path_that_does_not_exist_fails_the_execution_with_states_runtime(
    machines: StateMachines, state: dict[str, Any]
) -> None:
    more = {"Done": {"Type": "Succeed"}} if state["Type"] == "Choice" else {}
    described = machines.run({"State": state, **more}, {"here": 1}, QueryLanguage="JSONPath")
    assert described["error"] == "States.Runtime"
    assert "$.missing" in described["cause"]


@pytest.mark.parametrize("value", [None, 0, "", [], {}])
def test_a_path_may_lead_to_an_empty_value(machines: StateMachines, value: Any) -> None:
    states = {"Show": {"Type": "Pass", "Parameters": {"found.$": "$.a.list[1].value"}, "End": True}}
    data = {"a": {"list": [0, {"value": value}]}}
    assert machines.output(states, data, QueryLanguage="JSONPath") == {"found": value}


@pytest.mark.parametrize(("data", "expected"), [({}, "absent"), ({"a": None}, "present"), ({"a": 1}, "present")])
def test_is_present_accepts_a_path_that_does_not_exist(machines: StateMachines, data: Any, expected: str) -> None:
    states = {
        "Choose": {
            "Type": "Choice",
            "Choices": [{"Not": {"Variable": "$.a", "IsPresent": True}, "Next": "absent"}],
            "Default": "present",
        },
        "absent": {"Type": "Pass", "Result": "absent", "End": True},
        "present": {"Type": "Pass", "Result": "present", "End": True},
    }
    assert machines.output(states, data, QueryLanguage="JSONPath") == expected


def test_an_output_keeps_characters_beyond_ascii(machines: StateMachines) -> None:
    described = machines.run({"Show": {"Type": "Pass", "Output": {"größe": "✓"}, "End": True}})
    assert described["output"] == json.dumps({"größe": "✓"}, separators=(",", ":"), ensure_ascii=False)
