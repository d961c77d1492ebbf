"""How AWS Step Functions runs Map states, inline and distributed.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html; events and descriptions:
https://github.com/localstack/localstack/tree/main/tests/aws/services/stepfunctions/v2, recorded on AWS:
scenarios/test_base_scenarios and test_sfn_api_map_run.
"""

import json
from typing import Any

import pytest

from rehearsal.account.account import Account
from tests.support.roles import Role, statement
from tests.support.state_machines import StateMachines
from tests.support.waiting import eventually

PASS = {"Type": "Pass", "Output": {"got": "{% $states.input %}"}, "End": True}
PICKY = {
    "Choose": {
        "Type": "Choice",
        "Choices": [{"Condition": "{% $states.input = 'bad' %}", "Next": "Bad"}],
        "Default": "Good",
    },
    "Bad": {"Type": "Fail", "Error": "BadItem"},
    "Good": {"Type": "Succeed"},
}
WAIT = {"Wait": {"Type": "Wait", "Seconds": 100_000, "End": True}}


def mapping(states: dict[str, Any], *, distributed: bool = True, **fields: Any) -> dict[str, Any]:
    config = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}} if distributed else {}
    processor = {**config, "StartAt": next(iter(states)), "States": states}
    return {"Each": {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}}


def types(machines: StateMachines, execution: str) -> list[str]:
    return [event["type"] for event in machines.history(execution)]


def map_run(machines: StateMachines, execution: str) -> dict[str, Any]:
    """Return the description of an execution's only map run."""
    (found,) = machines.client.list_map_runs(executionArn=execution)["mapRuns"]
    described: dict[str, Any] = machines.client.describe_map_run(mapRunArn=found["mapRunArn"])
    return described


def test_a_distributed_map_needs_a_role_that_may_start_executions_of_the_machine(
    account: Account, machines: StateMachines
) -> None:
    """Sources: https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html

    and for the words https://qiita.com/akis1215/items/f347d813cd26eb929a9c
    """
    arn = machines.make(mapping({"Show": PASS}))
    role = Role(account, statement("states:DescribeExecution"), service="states.amazonaws.com")
    machines.client.update_state_machine(stateMachineArn=arn, roleArn=role.arn)
    started = machines.client.start_execution(stateMachineArn=arn, input="[1]")["executionArn"]
    denied = machines.end(started)
    assert denied["status"] == "FAILED"
    assert f"is not authorized to perform: states:StartExecution on resource: {arn} because" in denied["cause"]


def test_each_item_of_a_distributed_map_is_an_execution(machines: StateMachines) -> None:
    execution = machines.start(mapping({"Show": PASS}, MaxConcurrency=2, Label="items"), [1, 2, 3])
    assert json.loads(machines.end(execution)["output"]) == [{"got": 1}, {"got": 2}, {"got": 3}]
    described = map_run(machines, execution)
    counts = {"pending": 0, "running": 0, "succeeded": 3, "failed": 0, "timedOut": 0, "aborted": 0}
    assert described["itemCounts"] == described["executionCounts"] == {**counts, "total": 3, "resultsWritten": 3}
    assert (described["status"], described["maxConcurrency"]) == ("SUCCEEDED", 2)
    children = machines.client.list_executions(mapRunArn=described["mapRunArn"])["executions"]
    assert {each["status"] for each in children} == {"SUCCEEDED"}
    assert all("/items:" in each["executionArn"] for each in children)
    assert types(machines, children[0]["executionArn"]) == [
        *("ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"),
    ]
    assert machines.describe(children[0]["executionArn"])["mapRunArn"] == described["mapRunArn"]


def test_a_distributed_map_has_events_of_its_map_run(machines: StateMachines) -> None:
    execution = machines.start(mapping({"Show": PASS}), [1])
    machines.end(execution)
    events = machines.history(execution)
    assert [(event["type"], event["previousEventId"]) for event in events[1:]] == [
        ("MapStateEntered", 0),
        ("MapStateStarted", 2),
        ("MapRunStarted", 3),
        ("MapRunSucceeded", 4),
        ("MapStateSucceeded", 5),
        ("MapStateExited", 5),
        ("ExecutionSucceeded", 7),
    ]
    assert events[2]["mapStateStartedEventDetails"] == {"length": 0}
    assert events[3]["mapRunStartedEventDetails"] == {"mapRunArn": map_run(machines, execution)["mapRunArn"]}


@pytest.mark.parametrize(
    ("limits", "status"),
    [
        ({}, "FAILED"),
        ({"ToleratedFailureCount": 1}, "SUCCEEDED"),
        ({"ToleratedFailureCount": 0}, "FAILED"),
        ({"ToleratedFailurePercentage": 50}, "SUCCEEDED"),
        ({"ToleratedFailurePercentage": "{% 10 + 10 %}"}, "FAILED"),
    ],
)
def test_a_map_run_tolerates_failures_up_to_its_limits(
    machines: StateMachines, limits: dict[str, Any], status: str
) -> None:
    execution = machines.start(mapping(PICKY, MaxConcurrency=1, **limits), ["a", "bad", "b", "c"])
    described = machines.end(execution)
    assert (described["status"], map_run(machines, execution)["status"]) == (status, status)
    if status == "FAILED":
        assert described["error"] == "States.ExceedToleratedFailureThreshold"
        assert described["cause"] == "The specified tolerated failure threshold was exceeded"
        assert types(machines, execution)[-3:] == ["MapRunFailed", "MapStateFailed", "ExecutionFailed"]
    else:
        assert json.loads(described["output"]) == ["a", "b", "c"]


def test_the_children_of_a_map_run_end_with_their_parent(machines: StateMachines) -> None:
    execution = machines.start(mapping(WAIT), [1, 2])
    eventually(lambda: "MapRunStarted" in types(machines, execution))
    eventually(lambda: map_run(machines, execution)["executionCounts"]["running"] == 2)
    machines.client.stop_execution(executionArn=execution)
    eventually(lambda: map_run(machines, execution)["status"] == "ABORTED")
    arn = map_run(machines, execution)["mapRunArn"]
    children = machines.client.list_executions(mapRunArn=arn)["executions"]
    eventually(lambda: {machines.describe(each["executionArn"])["status"] for each in children} == {"ABORTED"})


def reader(key: str, **config: Any) -> dict[str, Any]:
    return {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "JSON", **config},
        "Arguments": {"Bucket": "map-items", "Key": key},
    }


@pytest.fixture(scope="module")
def bucket(account: Account) -> Any:
    s3 = account.client("s3")
    s3.create_bucket(Bucket="map-items")
    s3.put_object(Bucket="map-items", Key="items.json", Body=json.dumps([{"id": 1}, {"id": 2}, {"id": 3}]))
    s3.put_object(Bucket="map-items", Key="object.json", Body=json.dumps({"id": 1}))
    s3.put_object(Bucket="map-items", Key="items.csv", Body="id,name\n1,a\n2,b\n")
    return s3


@pytest.mark.usefixtures("bucket")
def test_a_map_run_reads_its_items_from_s3(machines: StateMachines) -> None:
    selector = {"item": "{% $states.context.Map.Item.Value.id %}", "index": "{% $states.context.Map.Item.Index %}"}
    states = mapping({"Show": PASS}, ItemReader=reader("items.json", MaxItems=2), ItemSelector=selector)
    assert machines.output(states) == [{"got": {"item": 1, "index": 0}}, {"got": {"item": 2, "index": 1}}]
    rows = mapping({"Show": PASS}, ItemReader=reader("items.csv", InputType="CSV", CSVHeaderLocation="FIRST_ROW"))
    assert machines.output(rows) == [{"got": {"id": "1", "name": "a"}}, {"got": {"id": "2", "name": "b"}}]


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize(
    ("key", "cause"), [("object.json", "Attempting to map over non-iterable node."), ("none.json", "does not exist")]
)
def test_items_that_cannot_be_read_fail_the_map_run(machines: StateMachines, key: str, cause: str) -> None:
    execution = machines.fail(mapping({"Show": PASS}, ItemReader=reader(key)))
    described = machines.describe(execution)
    assert described["error"] == "States.ItemReaderFailed"
    assert cause in described["cause"]
    assert types(machines, execution)[2:] == [
        *("MapStateStarted", "MapRunStarted", "MapRunFailed", "MapStateFailed", "ExecutionFailed"),
    ]


def test_items_may_run_in_batches(machines: StateMachines) -> None:
    """Source: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html"""
    batcher = {"MaxItemsPerBatch": 2, "BatchInput": {"by": "us"}}
    execution = machines.start(mapping({"Show": PASS}, ItemBatcher=batcher), [1, 2, 3])
    batches = [each["got"] for each in json.loads(machines.end(execution)["output"])]
    assert batches == [{"BatchInput": {"by": "us"}, "Items": [1, 2]}, {"BatchInput": {"by": "us"}, "Items": [3]}]
    described = map_run(machines, execution)
    assert (described["itemCounts"]["total"], described["executionCounts"]["total"]) == (3, 2)
    assert described["itemCounts"]["succeeded"] == 3


def test_iterations_of_an_inline_map_have_events(machines: StateMachines) -> None:
    execution = machines.start(mapping({"Show": PASS}, distributed=False, MaxConcurrency=1), [1, 2])
    assert json.loads(machines.end(execution)["output"]) == [{"got": 1}, {"got": 2}]
    events = machines.history(execution)
    iteration = ["MapIterationStarted", "PassStateEntered", "PassStateExited", "MapIterationSucceeded"]
    assert [event["type"] for event in events[2:-2]] == ["MapStateStarted", *iteration, *iteration, "MapStateSucceeded"]
    assert events[2]["mapStateStartedEventDetails"] == {"length": 2}
    assert events[3]["mapIterationStartedEventDetails"] == {"name": "Each", "index": 0}
    (succeeded,) = [event for event in events if event["type"] == "MapStateSucceeded"]
    assert succeeded["previousEventId"] == events[9]["id"]


def test_a_failed_iteration_fails_the_inline_map(machines: StateMachines) -> None:
    states = mapping(PICKY, distributed=False, MaxConcurrency=1)
    execution = machines.start(states, ["bad", "a"])
    assert machines.end(execution)["error"] == "BadItem"
    assert types(machines, execution)[-3:] == ["MapIterationFailed", "MapStateFailed", "ExecutionFailed"]
    assert types(machines, execution).count("MapIterationStarted") == 1


def test_items_that_are_no_array_fail_the_evaluation(machines: StateMachines) -> None:
    execution = machines.fail(mapping({"Show": PASS}, distributed=False, Items="{% {'foo': 'bar'} %}"))
    failed = next(event for event in machines.history(execution) if event["type"] == "EvaluationFailed")
    assert failed["evaluationFailedEventDetails"]["cause"].endswith(
        "The JSONata expression '{'foo': 'bar'}' specified for the field 'Items' returned an unexpected result type."
        " Expected 'array', but was 'object' for value: {\"foo\":\"bar\"}"
    )


def parallel(*branches: dict[str, Any], **fields: Any) -> dict[str, Any]:
    made = [{"StartAt": next(iter(branch)), "States": branch} for branch in branches]
    return {"All": {"Type": "Parallel", "Branches": made, "End": True, **fields}}


def test_a_branch_that_fails_stops_the_others_and_its_error_is_caught(machines: StateMachines) -> None:
    """Sources: https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html for the branches, and
    https://github.com/v-studios/stepfunctions-parallel-error for the name of the error.
    """
    won = {"Won": {"Type": "Pass", "Output": "{% $states.input %}", "End": True}}
    caught = {"ErrorEquals": ["Won"], "Next": "Won", "Output": "{% $states.errorOutput.Cause %}"}
    inner = {"Inner": parallel(WAIT)["All"]}
    each = mapping({"Rest": WAIT["Wait"]}, distributed=False, Items=[1])
    race = parallel({"Fail": {"Type": "Fail", "Error": "Won", "Cause": "first"}}, inner, each, Catch=[caught])
    assert machines.output(race | won) == "first"


def test_a_parallel_state_has_events(machines: StateMachines) -> None:
    execution = machines.start(parallel({"One": PASS}))
    machines.end(execution)
    assert types(machines, execution)[1:-1] == [
        *("ParallelStateEntered", "ParallelStateStarted", "PassStateEntered", "PassStateExited"),
        *("ParallelStateSucceeded", "ParallelStateExited"),
    ]
    execution = machines.fail(parallel({"Stop": {"Type": "Fail", "Error": "FailureType"}}))
    assert [(e["type"], e["previousEventId"]) for e in machines.history(execution)[2:]] == [
        ("ParallelStateStarted", 2),
        ("FailStateEntered", 3),
        ("ParallelStateFailed", 4),
        ("ExecutionFailed", 5),
    ]
