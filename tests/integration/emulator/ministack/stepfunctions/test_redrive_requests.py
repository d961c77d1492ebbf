"""RedriveExecution, and the redrive fields of descriptions. Sources: the API reference, answers of AWS."""

import pytest
from botocore.exceptions import ClientError

from tests.support.state_machines import StateMachines, redriven_state

WAIT = {"Wait": {"Type": "Wait", "Seconds": 100_000, "End": True}}
FAIL = {"Fail": {"Type": "Fail", "Error": "ReleaseRefusedError"}}


def refusal(machines: StateMachines, execution: str, **arguments: str) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        machines.client.redrive_execution(executionArn=execution, **arguments)
    error = refused.value.response["Error"]
    return str(error["Code"]), str(error["Message"])


def test_the_description_has_the_redrive_fields(machines: StateMachines, fails_until_redriven: str) -> None:
    states = {"Pause": {"Type": "Wait", "Seconds": 60, "Next": "Work"}, "Work": redriven_state(fails_until_redriven)}
    execution = machines.start(states)
    machines.client.stop_execution(executionArn=execution, error="Manual", cause="wrong version")
    first = machines.describe(execution)
    assert (first["redriveCount"], first["redriveStatus"]) == (0, "REDRIVABLE")
    assert {"redriveDate", "redriveStatusReason"}.isdisjoint(first)

    date = machines.client.redrive_execution(executionArn=execution)["redriveDate"]
    running = machines.describe(execution)
    assert (running["status"], running["redriveCount"], running["redriveDate"]) == ("RUNNING", 1, date)
    assert running["redriveStatus"] == "NOT_REDRIVABLE"
    assert running["redriveStatusReason"] == "Execution is RUNNING and cannot be redriven"
    assert running["startDate"] == first["startDate"] < date
    assert {"stopDate", "error", "cause", "output", "outputDetails"}.isdisjoint(running)

    ended = machines.end(execution)
    assert (ended["status"], ended["redriveStatus"]) == ("SUCCEEDED", "NOT_REDRIVABLE")
    assert ended["redriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven"
    assert ended["stopDate"] > date


def test_the_list_of_executions_has_the_redrive_fields(machines: StateMachines, fails_until_redriven: str) -> None:
    execution = machines.fail({"Work": redriven_state(fails_until_redriven)})
    machine = machines.describe(execution)["stateMachineArn"]
    (item,) = machines.client.list_executions(stateMachineArn=machine)["executions"]
    assert item["redriveCount"] == 0
    assert "redriveDate" not in item
    described = machines.redrive(execution)
    (item,) = machines.client.list_executions(stateMachineArn=machine)["executions"]
    assert (item["redriveCount"], item["redriveDate"]) == (1, described["redriveDate"])


def test_a_running_execution_cannot_be_redriven(machines: StateMachines) -> None:
    execution = machines.start(WAIT)
    code, message = refusal(machines, execution)
    assert code == "ExecutionNotRedrivable"
    assert message == f"Execution {execution} invalid for redrive as: Execution is RUNNING and cannot be redriven"
    machines.client.stop_execution(executionArn=execution)


def test_an_execution_that_succeeded_cannot_be_redriven(machines: StateMachines) -> None:
    execution = machines.start({"Pass": {"Type": "Pass", "End": True}})
    machines.end(execution)
    assert refusal(machines, execution)[0] == "ExecutionNotRedrivable"


def test_an_execution_that_does_not_exist_cannot_be_redriven(machines: StateMachines) -> None:
    execution = machines.fail(FAIL)
    assert refusal(machines, f"{execution}-of-another-name")[0] == "ExecutionDoesNotExist"


def test_a_client_token_redrives_an_execution_only_once(machines: StateMachines, fails_until_redriven: str) -> None:
    execution = machines.fail({"Work": redriven_state(fails_until_redriven, redrives=2)})
    first = machines.client.redrive_execution(executionArn=execution, clientToken="first")["redriveDate"]
    machines.end(execution)
    again = machines.client.redrive_execution(executionArn=execution, clientToken="first")["redriveDate"]
    assert again == first
    described = machines.describe(execution)
    assert (described["status"], described["redriveCount"]) == ("FAILED", 1)
    machines.client.redrive_execution(executionArn=execution, clientToken="second")
    assert machines.end(execution)["status"] == "SUCCEEDED"
    assert machines.client.redrive_execution(executionArn=execution, clientToken="first")["redriveDate"] == first
    assert refusal(machines, execution, clientToken="third")[0] == "ExecutionNotRedrivable"


def test_a_token_that_was_refused_may_redrive_later(machines: StateMachines, fails_until_redriven: str) -> None:
    states = {"Pause": {"Type": "Wait", "Seconds": 30, "Next": "Work"}, "Work": redriven_state(fails_until_redriven)}
    execution = machines.start(states)
    assert refusal(machines, execution, clientToken="early")[0] == "ExecutionNotRedrivable"
    machines.end(execution)
    machines.client.redrive_execution(executionArn=execution, clientToken="early")
    assert machines.end(execution)["status"] == "SUCCEEDED"
