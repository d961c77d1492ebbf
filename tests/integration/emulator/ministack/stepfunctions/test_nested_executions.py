"""How AWS Step Functions starts executions from tasks, and runs Express executions within a request.

Source, unless a test names another:
https://github.com/localstack/localstack/tree/main/tests/aws/services/stepfunctions/v2, snapshots of AWS:
callback/test_callback, express/test_express_sync, error_handling/test_task_service_sfn.
"""

import json
import math
from datetime import timedelta
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from emulator.identity import ACCESS_KEY, REGION, SECRET_KEY
from rehearsal.account.account import Account
from rehearsal.account.control import Control
from tests.support.roles import UNRESTRICTED_ROLE
from tests.support.state_machines import StateMachines
from tests.support.waiting import eventually

PASS = {"Show": {"Type": "Pass", "Output": {"a": 1}, "End": True}}
FAIL = {"Stop": {"Type": "Fail", "Error": "SomeFailure", "Cause": "on purpose"}}
WAIT = {"Wait": {"Type": "Wait", "Seconds": 100_000, "End": True}}


def nested(machine: str, pattern: str = "", **fields: Any) -> dict[str, Any]:
    """Return states with a task that starts an execution of a machine."""
    resource = f"arn:aws:states:::states:startExecution{pattern}"
    task = {"Type": "Task", "Resource": resource, "Arguments": {"StateMachineArn": machine, "Input": None}, "End": True}
    return {"Nested": {**task, **fields}}


@pytest.mark.parametrize(("pattern", "data", "output"), [(".sync", "{}", '{"a":1}'), (".sync:2", {}, {"a": 1})])
def test_a_task_waits_for_the_execution_that_it_starts(
    machines: StateMachines, pattern: str, data: Any, output: Any
) -> None:
    child = machines.make(PASS)
    execution = machines.start(nested(child, pattern))
    result = json.loads(machines.end(execution)["output"])
    assert (result["Input"], result["Output"], result["Status"]) == (data, output, "SUCCEEDED")
    assert (result["InputDetails"], result["OutputDetails"]) == ({"Included": True}, {"Included": True})
    assert result["StateMachineArn"] == child
    assert isinstance(result["StartDate"], int)
    events = machines.history(execution)
    assert [event["type"] for event in events[2:6]] == [
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskSucceeded",
    ]
    submitted = json.loads(events[4]["taskSubmittedEventDetails"]["output"])
    assert machines.describe(submitted["ExecutionArn"])["status"] == "SUCCEEDED"


def test_the_cause_of_a_failed_nested_execution_is_its_description(machines: StateMachines) -> None:
    described = machines.run(nested(machines.make(FAIL), ".sync:2"))
    cause = json.loads(described["cause"])
    assert described["error"] == "States.TaskFailed"
    assert (cause["Error"], cause["Cause"], cause["Status"], cause["Input"]) == (
        *("SomeFailure", "on purpose", "FAILED"),
        "{}",
    )
    assert "Output" not in cause
    assert list(cause) == sorted(cause)


def test_a_nested_execution_times_out_in_account_time_and_ends_with_its_parent(machines: StateMachines) -> None:
    """Source: https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html, on stopped runs."""
    child = machines.make(WAIT)
    assert machines.run(nested(child, ".sync", TimeoutSeconds=30))["error"] == "States.Timeout"
    parent = machines.start(nested(child, ".sync"))
    eventually(lambda: [e for e in machines.history(parent) if e["type"] == "TaskSubmitted"])
    machines.client.stop_execution(executionArn=parent)
    executions = machines.client.list_executions(stateMachineArn=child)["executions"]
    assert len(executions) == 2
    eventually(lambda: machines.describe(executions[0]["executionArn"])["status"] == "ABORTED")
    assert machines.describe(executions[1]["executionArn"])["status"] == "ABORTED"


def test_a_machine_that_does_not_exist_fails_the_task(machines: StateMachines) -> None:
    missing = f"arn:aws:states:{REGION}:123456789012:stateMachine:missing"
    described = machines.run(nested(missing))
    assert described["error"] == "StepFunctions.StateMachineDoesNotExistException"
    assert described["cause"].startswith(
        f"State Machine Does Not Exist: '{missing}' (Service: AWSStepFunctions; Status Code: 400;"
        " Error Code: StateMachineDoesNotExist; Request ID: "
    )


def express(machines: StateMachines, states: dict[str, Any], name: str) -> str:
    definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}
    machine = machines.client.create_state_machine(
        name=name, definition=json.dumps(definition), roleArn=UNRESTRICTED_ROLE, type="EXPRESS"
    )
    arn: str = machine["stateMachineArn"]
    return arn


def test_start_sync_execution_answers_with_the_end_of_an_express_execution(machines: StateMachines) -> None:
    machine = express(machines, PASS, "express-pass")
    answer = machines.client.start_sync_execution(stateMachineArn=machine)
    assert (answer["status"], json.loads(answer["output"]), answer["input"]) == ("SUCCEEDED", {"a": 1}, "{}")
    took = (answer["stopDate"] - answer["startDate"]) // timedelta(milliseconds=1)
    billed = max(1, math.ceil(took / 100)) * 100
    assert answer["billingDetails"] == {"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": billed}
    assert answer["executionArn"].startswith(machine.replace("stateMachine", "express"))
    with pytest.raises(ClientError, match="StateMachineTypeNotSupported"):
        machines.client.list_executions(stateMachineArn=machine)


def test_start_sync_execution_answers_with_the_error_of_a_failed_execution(machines: StateMachines) -> None:
    answer = machines.client.start_sync_execution(stateMachineArn=express(machines, FAIL, "express-fail"))
    assert (answer["status"], answer["error"], answer["cause"]) == ("FAILED", "SomeFailure", "on purpose")
    assert "output" not in answer


def test_start_sync_execution_refuses_a_standard_machine(machines: StateMachines) -> None:
    with pytest.raises(ClientError) as refused:
        machines.client.start_sync_execution(stateMachineArn=machines.make(PASS))
    assert refused.value.response["Error"]["Code"] == "StateMachineTypeNotSupported"


def test_the_accounts_proxy_reaches_the_host_that_sdks_prefix(account: Account, machines: StateMachines) -> None:
    """Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-host-prefix.html"""
    proxied: Any = botocore.session.Session().create_client(
        "stepfunctions",
        region_name=REGION,
        endpoint_url=account.url,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(proxies={"http": Control(account.url).describe()["proxy"]}, inject_host_prefix=True),
    )
    answer = proxied.test_state(definition=json.dumps(PASS["Show"] | {"QueryLanguage": "JSONata"}))
    assert (answer["status"], json.loads(answer["output"])) == ("SUCCEEDED", {"a": 1})


def test_the_accounts_variables_keep_sdks_from_prefixing_its_host(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-host-prefix.html"""
    for name, value in account.environment().items():
        monkeypatch.setenv(name, value)
    client: Any = botocore.session.Session().create_client("stepfunctions")
    assert client.test_state(definition=json.dumps({"Type": "Succeed"}))["status"] == "SUCCEEDED"
