"""How AWS's TestState tests one state.

Sources: https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html, and
https://github.com/localstack/localstack/tree/main/tests/aws/services/stepfunctions/v2/test_state, recorded on AWS.
"""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.functions import Functions
from tests.support.roles import UNRESTRICTED_ROLE
from tests.support.state_machines import StateMachines, invoke_state

RETRY = [{"ErrorEquals": ["Again"], "IntervalSeconds": 2, "MaxAttempts": 2}]
CATCH = [{"ErrorEquals": ["Other"], "Next": "A"}, {"ErrorEquals": ["States.ALL"], "Next": "B"}]

NEEDS_MOCK = (
    "TestState API does not support Map or Parallel states."
    " Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]"
)
NO_TYPE = "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]"


def answer_of(machines: StateMachines, state: dict[str, Any], data: Any = None, **request: Any) -> dict[str, Any]:
    """Return TestState's answer for a JSONata state."""
    definition = json.dumps({"QueryLanguage": "JSONata", **state})
    answer = machines.client.test_state(
        definition=definition, input=json.dumps({} if data is None else data), roleArn=UNRESTRICTED_ROLE, **request
    )
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def refused(machines: StateMachines, state: dict[str, Any], **request: Any) -> str:
    with pytest.raises(ClientError) as refusal:
        answer_of(machines, state, **request)
    return str(refusal.value.response["Error"]["Message"])


def mocked_error(name: str) -> dict[str, Any]:
    return {"errorOutput": {"error": name, "cause": "mocked"}}


def test_a_task_is_executed_once(machines: StateMachines, functions: Functions) -> None:
    echo = functions.make("def handler(event, context): return event")
    state = invoke_state(echo, {"n": "{% $states.input.n + $more %}"}, Output="{% $states.result.Payload.n %}")
    answer = answer_of(machines, state, {"n": 1}, variables='{"more": 2}', inspectionLevel="DEBUG")
    assert (answer["status"], answer["output"]) == ("SUCCEEDED", "3")
    inspected = answer["inspectionData"]
    assert json.loads(inspected["afterArguments"]) == {"FunctionName": echo, "Payload": {"n": 3}}
    assert (json.loads(inspected["input"]), json.loads(inspected["variables"])) == ({"n": 1}, {"more": 2})
    assert json.loads(inspected["result"])["Payload"] == {"n": 3}


def test_a_mock_replaces_the_call(machines: StateMachines) -> None:
    state = invoke_state("f", Output="{% $states.result.a %}", End=False, Next="After")
    answer = answer_of(machines, state, mock={"result": '{"a": 1}'})
    assert answer == {"status": "SUCCEEDED", "output": "1", "nextState": "After"}


@pytest.mark.parametrize(("retries", "seconds"), [(0, 2), (1, 4)])
def test_an_error_may_be_retriable(machines: StateMachines, retries: int, seconds: int) -> None:
    request = {
        "mock": mocked_error("Again"),
        "inspectionLevel": "DEBUG",
        "stateConfiguration": {"retrierRetryCount": retries},
    }
    answer = answer_of(machines, invoke_state("f", Retry=RETRY, Catch=CATCH), **request)
    assert (answer["status"], answer["error"], answer["cause"]) == ("RETRIABLE", "Again", "mocked")
    details = {"retryBackoffIntervalSeconds": seconds, "retryIndex": 0}
    assert answer["inspectionData"]["errorDetails"] == details


def test_an_error_may_be_caught(machines: StateMachines) -> None:
    request = {
        "mock": mocked_error("Again"),
        "inspectionLevel": "DEBUG",
        "stateConfiguration": {"retrierRetryCount": 2},
    }
    answer = answer_of(machines, invoke_state("f", Retry=RETRY, Catch=CATCH), **request)
    assert (answer["status"], answer["nextState"], answer["error"]) == ("CAUGHT_ERROR", "B", "Again")
    assert json.loads(answer["output"]) == {"Error": "Again", "Cause": "mocked"}
    assert answer["inspectionData"]["errorDetails"] == {"catchIndex": 1}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (
            {"Type": "Fail", "Error": "SomeFailure", "Cause": "x"},
            {"status": "FAILED", "error": "SomeFailure", "cause": "x"},
        ),
        ({"Type": "Pass", "Output": "{% 1 %}", "Next": "N"}, {"status": "SUCCEEDED", "output": "1", "nextState": "N"}),
        ({"Type": "Succeed"}, {"status": "SUCCEEDED", "output": "{}"}),
        (
            {"Type": "Choice", "Choices": [{"Condition": "{% false %}", "Next": "A"}], "Default": "B"},
            {"status": "SUCCEEDED", "output": "{}", "nextState": "B"},
        ),
    ],
    ids=lambda value: value.get("Type", ""),
)
def test_other_states_need_no_mock(machines: StateMachines, state: dict[str, Any], expected: dict[str, Any]) -> None:
    assert answer_of(machines, state) == expected


def test_one_state_of_a_machine_is_chosen_by_its_name(machines: StateMachines) -> None:
    states = {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Result": 7, "End": True}}
    answer = machines.client.test_state(definition=json.dumps({"StartAt": "A", "States": states}), stateName="B")
    assert (answer["status"], answer["output"]) == ("SUCCEEDED", "7")


@pytest.mark.parametrize(
    ("state", "request_fields", "message"),
    [
        (
            {"Type": "Pass", "End": True},
            {"mock": {"result": "1"}},
            "State type 'Pass' is not supported when a mock is specified",
        ),
        (invoke_state("f"), {"mock": {"result": "not JSON"}}, "Mocked result must be valid JSON"),
        (
            {"Type": "Map", "ItemProcessor": {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}, "End": True},
            {},
            NEEDS_MOCK,
        ),
        (
            {"Type": "Nothing"},
            {},
            f"Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: {NO_TYPE} at /States/StateName/Type'",
        ),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(
    machines: StateMachines, state: dict[str, Any], request_fields: dict[str, Any], message: str
) -> None:
    assert refused(machines, state, **request_fields) == message


def test_a_task_needs_a_role(machines: StateMachines) -> None:
    definition = json.dumps({"QueryLanguage": "JSONata", **invoke_state("f")})
    with pytest.raises(ClientError, match="RoleArn must be specified when testing a Task state"):
        machines.client.test_state(definition=definition)
