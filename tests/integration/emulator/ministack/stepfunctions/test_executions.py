"""How executions of AWS Step Functions start and end. Sources: its API reference, answers quoted in public issues."""

import json
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.identity import ACCOUNT_ID, REGION
from tests.support.functions import Functions
from tests.support.state_machines import StateMachines, endless, invoke_state
from tests.support.waiting import SCALE, eventually

WAIT = {"Wait": {"Type": "Wait", "Seconds": 100_000, "End": True}}
PASS = {"Pass": {"Type": "Pass", "End": True}}


@pytest.fixture
def waiting(machines: StateMachines) -> Any:
    """The arguments that started an execution which waits, and the answer to them."""
    arguments = {"stateMachineArn": machines.make(WAIT), "name": "release", "input": '{"version": "v2"}'}
    started = machines.client.start_execution(**arguments)
    yield arguments, started
    machines.client.stop_execution(executionArn=started["executionArn"])


def refusal(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return str(refused.value.response["Error"]["Code"])


def test_starting_a_running_execution_again_with_its_name_and_input_gives_the_same_execution(
    machines: StateMachines, waiting: Any
) -> None:
    arguments, started = waiting
    again = machines.client.start_execution(**arguments)
    assert (again["executionArn"], again["startDate"]) == (started["executionArn"], started["startDate"])
    listed = machines.client.list_executions(stateMachineArn=arguments["stateMachineArn"])
    assert len(listed["executions"]) == 1


def test_starting_a_running_execution_again_with_another_input_is_refused(
    machines: StateMachines, waiting: Any
) -> None:
    arguments, _ = waiting
    code = refusal(machines.client.start_execution, **{**arguments, "input": '{"version": "v3"}'})
    assert code == "ExecutionAlreadyExists"


def test_starting_a_closed_execution_again_is_refused(machines: StateMachines) -> None:
    arguments = {"stateMachineArn": machines.make(PASS), "name": "release", "input": "{}"}
    machines.end(machines.client.start_execution(**arguments)["executionArn"])
    assert refusal(machines.client.start_execution, **arguments) == "ExecutionAlreadyExists"


def test_an_input_that_is_not_json_is_refused(machines: StateMachines) -> None:
    code = refusal(machines.client.start_execution, stateMachineArn=machines.make(PASS), input="{version: v2}")
    assert code == "InvalidExecutionInput"


def test_an_input_of_more_than_256_kib_starts_nothing(machines: StateMachines) -> None:
    machine, largest = machines.make(PASS), json.dumps("é" * (128 * 1024 - 1), ensure_ascii=False)
    machines.end(machines.client.start_execution(stateMachineArn=machine, input=largest)["executionArn"])
    code = refusal(machines.client.start_execution, stateMachineArn=machine, input=f"{largest} ")
    assert code == "ValidationException"
    assert len(machines.client.list_executions(stateMachineArn=machine)["executions"]) == 1


def test_an_execution_runs_the_definition_that_it_was_started_with(machines: StateMachines) -> None:
    states = {
        "Wait": {"Type": "Wait", "Seconds": 20, "Next": "Old"},
        "Old": {"Type": "Pass", "Output": "old", "End": True},
    }
    execution = machines.start(states)
    eventually(lambda: machines.entered(execution, "Wait"))
    definition = {"StartAt": "New", "States": {"New": {"Type": "Pass", "End": True}}}
    machines.client.update_state_machine(
        stateMachineArn=machines.describe(execution)["stateMachineArn"], definition=json.dumps(definition)
    )
    assert json.loads(machines.end(execution)["output"]) == "old"


def test_a_machines_time_out_ends_the_execution_as_timed_out_without_error_or_cause(machines: StateMachines) -> None:
    described = machines.run(WAIT, TimeoutSeconds=30)
    assert described["status"] == "TIMED_OUT"
    assert described["stopDate"] - described["startDate"] == timedelta(seconds=30)
    assert {"error", "cause", "output"}.isdisjoint(described)


def test_a_machines_time_out_is_the_last_event_and_bypasses_every_catch(
    machines: StateMachines, functions: Functions
) -> None:
    slow = functions.make("import threading\ndef handler(event, context): threading.Event().wait(2)")
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
    states = {"Work": invoke_state(slow, Catch=catch), "Caught": {"Type": "Succeed"}}
    execution = machines.start(states, TimeoutSeconds=10)
    machines.end(execution)
    last = machines.history(execution)[-1]
    assert last["type"] == "ExecutionTimedOut"
    assert last["executionTimedOutEventDetails"] == {"error": "States.Timeout"}
    assert last["previousEventId"] == 0
    assert not machines.entered(execution, "Caught")


def test_stopping_an_execution_ends_its_wait_at_once(machines: StateMachines) -> None:
    execution = machines.start(WAIT)
    eventually(lambda: machines.entered(execution, "Wait"))
    machines.client.stop_execution(executionArn=execution, error="Manual", cause="wrong version")
    described = machines.describe(execution)
    assert (described["status"], described["error"], described["cause"]) == ("ABORTED", "Manual", "wrong version")
    last = machines.history(execution)[-1]
    assert last["type"] == "ExecutionAborted"
    assert last["executionAbortedEventDetails"] == {"error": "Manual", "cause": "wrong version"}


def test_nothing_follows_the_end_of_a_stopped_execution(machines: StateMachines, functions: Functions) -> None:
    slow = functions.make("import threading\ndef handler(event, context): threading.Event().wait(0.5)")
    execution = machines.start({"Work": invoke_state(slow, End=False, Next="Then"), "Then": {"Type": "Succeed"}})
    eventually(lambda: any(event["type"] == "TaskStarted" for event in machines.history(execution)))
    machines.client.stop_execution(executionArn=execution)
    # By the time that another call of the function has ended, this one has too.
    functions.client.invoke(FunctionName=slow)
    assert machines.history(execution)[-1]["type"] == "ExecutionAborted"
    assert machines.describe(execution)["status"] == "ABORTED"


def test_an_execution_can_be_stopped_before_its_first_event(machines: StateMachines) -> None:
    for _ in range(10):
        execution = machines.start(WAIT)
        machines.client.stop_execution(executionArn=execution)
        assert machines.describe(execution)["status"] == "ABORTED"
        assert machines.history(execution)[-1]["type"] == "ExecutionAborted"


def test_stopping_a_stopped_execution_again_answers_the_same_again(machines: StateMachines) -> None:
    execution = machines.start(WAIT)
    first = machines.client.stop_execution(executionArn=execution)
    assert machines.client.stop_execution(executionArn=execution)["stopDate"] == first["stopDate"]


def test_stopping_an_execution_that_has_succeeded_is_refused(machines: StateMachines) -> None:
    execution = machines.start(PASS)
    machines.end(execution)
    assert refusal(machines.client.stop_execution, executionArn=execution) == "ValidationException"
    assert machines.describe(execution)["status"] == "SUCCEEDED"


def test_a_wait_lasts_its_account_seconds_and_dates_are_in_account_time(machines: StateMachines) -> None:
    began = time.monotonic()
    described = machines.run(
        {"Wait": {"Type": "Wait", "Seconds": "{% $states.input.seconds %}", "End": True}}, {"seconds": 60}
    )
    assert time.monotonic() - began < 30
    assert timedelta(seconds=60) <= described["stopDate"] - described["startDate"] < timedelta(seconds=60 + 1 / SCALE)


def test_a_wait_for_a_time_ends_at_that_account_time(machines: StateMachines) -> None:
    until = "{% $fromMillis($toMillis($states.context.Execution.StartTime) + 60000) %}"
    described = machines.run({"Wait": {"Type": "Wait", "Timestamp": until, "End": True}})
    assert timedelta(seconds=60) <= described["stopDate"] - described["startDate"] < timedelta(seconds=60 + 1 / SCALE)


def test_an_expression_sees_the_account_time(machines: StateMachines) -> None:
    described = machines.run(
        {
            "Wait": {"Type": "Wait", "Seconds": 60, "Next": "Now"},
            "Now": {"Type": "Pass", "Output": "{% $now() %}", "End": True},
        }
    )
    now = datetime.fromisoformat(json.loads(described["output"]))
    assert described["startDate"] + timedelta(seconds=60) <= now <= described["stopDate"]


def test_a_failed_execution_shows_its_error_and_cause_and_no_output(machines: StateMachines) -> None:
    described = machines.run({"Fail": {"Type": "Fail", "Error": "ReleaseRefusedError", "Cause": "no such version"}})
    assert (described["status"], described["error"], described["cause"]) == (
        "FAILED",
        "ReleaseRefusedError",
        "no such version",
    )
    assert "output" not in described


def test_a_description_has_the_redrive_count_and_status(machines: StateMachines) -> None:
    failed = machines.run({"Fail": {"Type": "Fail", "Error": "E"}})
    assert (failed["redriveCount"], failed["redriveStatus"]) == (0, "REDRIVABLE")
    assert machines.run(PASS)["redriveStatus"] == "NOT_REDRIVABLE"


def test_an_execution_fails_when_its_history_is_full(machines: StateMachines) -> None:
    execution = machines.start(endless(Again={"Type": "Pass", "Next": "Again"}))
    eventually(lambda: machines.describe(execution)["status"] != "RUNNING", seconds=60)
    described = machines.describe(execution)
    assert described["error"] == "States.Runtime"
    assert described["cause"] == "The execution reached the maximum number of history events (25000)."
    last = machines.client.get_execution_history(executionArn=execution, reverseOrder=True, maxResults=1)["events"][0]
    assert (last["id"], last["type"]) == (25_000, "ExecutionFailed")


def test_the_context_object_has_exactly_the_fields_of_aws(machines: StateMachines) -> None:
    states = {
        "Look": {"Type": "Pass", "Assign": {"own": 1}, "Next": "Show"},
        "Show": {"Type": "Pass", "Output": "{% $states.context %}", "End": True},
    }
    execution = machines.start(states, {"version": "v2"})
    context = json.loads(machines.end(execution)["output"])
    assert set(context) == {"Execution", "State", "StateMachine"}
    assert set(context["Execution"]) == {"Id", "Input", "Name", "RedriveCount", "RoleArn", "StartTime"}
    assert set(context["State"]) == {"EnteredTime", "Name", "RetryCount"}
    assert context["Execution"]["Id"] == execution
    assert context["Execution"]["Input"] == {"version": "v2"}
    assert context["State"]["Name"] == "Show"


def test_executions_of_a_machine_cannot_be_filtered_by_pending_redrive(machines: StateMachines) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html"""
    machine = machines.make(PASS)
    with pytest.raises(ClientError, match=r"\(ValidationException\).*PENDING_REDRIVE"):
        machines.client.list_executions(stateMachineArn=machine, statusFilter="PENDING_REDRIVE")


def test_executions_of_an_unknown_machine_are_not_listed(machines: StateMachines) -> None:
    unknown = f"arn:aws:states:{REGION}:{ACCOUNT_ID}:stateMachine:unknown"
    with pytest.raises(ClientError, match=r"\(StateMachineDoesNotExist\).*'arn:.*:unknown'"):
        machines.client.list_executions(stateMachineArn=unknown)
