"""How AWS Step Functions executes tasks: events, time-outs, callbacks and heartbeats."""

import json
import time
from typing import Any

import pytest

from tests.support.functions import Functions
from tests.support.state_machines import INVOKE, StateMachines, invoke_state
from tests.support.waiting import SCALE, eventually

ECHO = "def handler(event, context): return event"
SLOW = "import threading\ndef handler(event, context): threading.Event().wait(20)"


@pytest.fixture(scope="session")
def echo(functions: Functions) -> str:
    return functions.make(ECHO)


def waiting_for_token(function: str, **fields: Any) -> dict[str, Any]:
    """Return a Task state that waits for a callback."""
    arguments = {"FunctionName": function, "Payload": {"token": "{% $states.context.Task.Token %}"}}
    return {"Type": "Task", "Resource": f"{INVOKE}.waitForTaskToken", "Arguments": arguments, "End": True, **fields}


def token(machines: StateMachines, execution: str) -> str:
    """Return the token of the callback that an execution waits for."""

    def submitted() -> list[dict[str, Any]]:
        return [event for event in machines.history(execution) if event["type"] == "TaskSubmitted"]

    eventually(submitted)
    output = json.loads(submitted()[-1]["taskSubmittedEventDetails"]["output"])
    return str(output["Payload"]["token"])


def test_the_events_of_a_task_form_a_chain(machines: StateMachines, echo: str) -> None:
    execution = machines.start(
        {"Ask": invoke_state(echo, {"question": "{% $states.input.question %}"})}, {"question": "who?"}
    )
    machines.end(execution)
    events = machines.history(execution)
    assert [(event["type"], event["id"], event["previousEventId"]) for event in events] == [
        ("ExecutionStarted", 1, 0),
        ("TaskStateEntered", 2, 0),
        ("TaskScheduled", 3, 2),
        ("TaskStarted", 4, 3),
        ("TaskSucceeded", 5, 4),
        ("TaskStateExited", 6, 5),
        ("ExecutionSucceeded", 7, 6),
    ]
    scheduled = events[2]["taskScheduledEventDetails"]
    assert (scheduled["resourceType"], scheduled["resource"]) == ("lambda", "invoke")
    assert json.loads(scheduled["parameters"]) == {"FunctionName": echo, "Payload": {"question": "who?"}}
    assert json.loads(events[4]["taskSucceededEventDetails"]["output"])["Payload"] == {"question": "who?"}
    assert events[5]["stateExitedEventDetails"]["name"] == "Ask"


def test_the_last_event_of_an_execution_has_the_error_of_its_failed_task(
    machines: StateMachines, functions: Functions
) -> None:
    failing = functions.make("def handler(event, context): raise KeyError('x')")
    execution = machines.start({"Ask": invoke_state(failing)})
    machines.end(execution)
    failed, ended = machines.history(execution)[-2:]
    assert (failed["type"], failed["taskFailedEventDetails"]["error"]) == ("TaskFailed", "KeyError")
    assert (ended["type"], ended["executionFailedEventDetails"]["error"]) == ("ExecutionFailed", "KeyError")
    assert ended["executionFailedEventDetails"]["cause"] == failed["taskFailedEventDetails"]["cause"]
    assert ended["previousEventId"] == failed["id"]


def test_a_function_as_the_resource_has_events_of_its_own(
    machines: StateMachines, functions: Functions, echo: str
) -> None:
    arn = functions.client.get_function(FunctionName=echo)["Configuration"]["FunctionArn"]
    execution = machines.start({"Ask": {"Type": "Task", "Resource": arn, "End": True}}, QueryLanguage="JSONPath")
    machines.end(execution)
    types = [event["type"] for event in machines.history(execution)]
    assert types[2:5] == ["LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded"]


def test_a_task_that_takes_longer_than_its_time_out_fails_with_states_timeout_in_real_time(
    machines: StateMachines, functions: Functions
) -> None:
    slow = functions.make(SLOW)
    began = time.monotonic()
    execution = machines.start({"Work": invoke_state(slow, TimeoutSeconds="{% 1 %}")})
    described = machines.end(execution)
    assert 1 <= time.monotonic() - began < 15
    assert described["error"] == "States.Timeout"
    assert "cause" not in described
    timed_out = machines.history(execution)[-2]
    assert timed_out["type"] == "TaskTimedOut"
    assert timed_out["taskTimedOutEventDetails"] == {
        "resourceType": "lambda",
        "resource": "invoke",
        "error": "States.Timeout",
    }


def test_a_callback_ends_its_task_with_the_answer(machines: StateMachines, echo: str) -> None:
    execution = machines.start({"Approve": waiting_for_token(echo)})
    machines.client.send_task_success(taskToken=token(machines, execution), output='{"by": "someone"}')
    described = machines.end(execution)
    assert json.loads(described["output"]) == {"by": "someone"}
    assert "TaskSubmitted" in [event["type"] for event in machines.history(execution)]


def test_a_callback_may_fail_its_task(machines: StateMachines, echo: str) -> None:
    execution = machines.start({"Approve": waiting_for_token(echo)})
    machines.client.send_task_failure(taskToken=token(machines, execution), error="RefusedError", cause="not today")
    described = machines.end(execution)
    assert (described["error"], described["cause"]) == ("RefusedError", "not today")


def test_a_function_that_fails_fails_the_task_that_would_wait_for_its_callback(
    machines: StateMachines, functions: Functions
) -> None:
    failing = functions.make("def handler(event, context): raise KeyError('x')")
    assert machines.run({"Approve": waiting_for_token(failing)})["error"] == "KeyError"


def test_a_callback_that_does_not_come_times_out_in_account_time(machines: StateMachines, echo: str) -> None:
    described = machines.run({"Approve": waiting_for_token(echo, TimeoutSeconds=120)})
    assert described["error"] == "States.Timeout"
    assert 120 <= (described["stopDate"] - described["startDate"]).total_seconds() < 120 / SCALE


def test_a_callback_without_heartbeats_times_out(machines: StateMachines, echo: str) -> None:
    """Source: localstack/localstack, tests/aws/services/stepfunctions/v2/timeouts, recorded on AWS."""
    execution = machines.start({"Approve": waiting_for_token(echo, TimeoutSeconds=10_000, HeartbeatSeconds=60)})
    described = machines.end(execution)
    assert described["error"] == "States.Timeout"
    assert "cause" not in described
    timed_out = machines.history(execution)[-2]["taskTimedOutEventDetails"]
    assert timed_out["error"] == "States.Timeout"


@pytest.mark.parametrize("name", ["States.HeartbeatTimeout", "States.Timeout"])
def test_a_missed_heartbeat_is_caught_by_either_name(machines: StateMachines, echo: str, name: str) -> None:
    """Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html"""
    catch = [{"ErrorEquals": [name], "Output": "{% $states.errorOutput.Error %}", "Next": "Caught"}]
    states = {"Approve": waiting_for_token(echo, HeartbeatSeconds=20, Catch=catch), "Caught": {"Type": "Succeed"}}
    assert machines.output(states) == "States.Timeout"


def test_heartbeats_keep_a_callback_alive(machines: StateMachines, echo: str) -> None:
    execution = machines.start({"Approve": waiting_for_token(echo, HeartbeatSeconds=100)})
    answer = token(machines, execution)
    began = time.monotonic()
    while time.monotonic() - began < 4:
        machines.client.send_task_heartbeat(taskToken=answer)
    machines.client.send_task_success(taskToken=answer, output="1")
    assert machines.end(execution)["status"] == "SUCCEEDED"


def test_each_attempt_at_a_callback_has_a_token_of_its_own(machines: StateMachines, echo: str) -> None:
    retry = [{"ErrorEquals": ["Again"], "IntervalSeconds": 1}]
    execution = machines.start({"Approve": waiting_for_token(echo, Retry=retry)})
    first = token(machines, execution)
    machines.client.send_task_failure(taskToken=first, error="Again")
    eventually(lambda: token(machines, execution) != first)
    machines.client.send_task_success(taskToken=token(machines, execution), output="1")
    assert machines.end(execution)["status"] == "SUCCEEDED"


def test_a_token_is_in_the_context_of_its_own_task_only(machines: StateMachines, echo: str) -> None:
    approve = waiting_for_token(echo, End=False, Next="Show")
    states = {"Approve": approve, "Show": {"Type": "Pass", "Output": "{% $keys($states.context) %}", "End": True}}
    execution = machines.start(states)
    machines.client.send_task_success(taskToken=token(machines, execution), output="1")
    assert "Task" not in json.loads(machines.end(execution)["output"])
