"""Metrics that AWS's services and programs emit, and the alarms on them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rehearsal.account.account import Account
from tests.support.functions import Functions
from tests.support.state_machines import StateMachines, redriven_state
from tests.support.topics import Topics
from tests.support.waiting import eventually

PRINTS_METRIC = """
    import json, time
    def handler(event, context):
        directive = {"Namespace": "shop", "Dimensions": [["result"]], "Metrics": [{"Name": "Sales", "Unit": "Count"}]}
        metadata = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
        print(json.dumps({"_aws": metadata, "result": event["result"], "Sales": event["sales"]}))
"""


@pytest.fixture(scope="module")
def cloudwatch(account: Account) -> Any:
    return account.client("cloudwatch")


def total(cloudwatch: Any, namespace: str, name: str, **dimensions: str) -> float:
    """Return the sum of a metric over the last minutes."""
    now = datetime.now(UTC)
    found = cloudwatch.get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - timedelta(minutes=10),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=["Sum"],
    )
    return float(sum(point["Sum"] for point in found["Datapoints"]))


def make_alarm(cloudwatch: Any, name: str, **fields: Any) -> None:
    default = {
        "Namespace": "shop",
        "Statistic": "Sum",
        "Period": 10,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
    }
    cloudwatch.put_metric_alarm(AlarmName=name, **{**default, **fields})


def state(cloudwatch: Any, name: str) -> str:
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return str(alarm["StateValue"])


def invoke(functions: Functions, name: str, event: Any) -> None:
    assert "FunctionError" not in functions.client.invoke(FunctionName=name, Payload=json.dumps(event))


def test_an_execution_has_metrics_at_its_start_and_its_end(machines: StateMachines, cloudwatch: Any) -> None:
    """Source: https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html"""
    machine = machines.make({"Wait": {"Type": "Wait", "Seconds": 20, "End": True}})

    def counted(name: str) -> float:
        return total(cloudwatch, "AWS/States", name, StateMachineArn=machine)

    execution = machines.client.start_execution(stateMachineArn=machine)["executionArn"]
    eventually(lambda: counted("ExecutionsStarted") == 1)
    described = machines.end(execution)
    eventually(lambda: counted("ExecutionsSucceeded") == 1)
    eventually(lambda: counted("ExecutionTime") > 0)
    took = (described["stopDate"] - described["startDate"]).total_seconds() * 1000
    assert counted("ExecutionTime") == pytest.approx(took, abs=2)
    assert counted("ExecutionsFailed") == 0


def test_a_redriven_execution_counts_again(machines: StateMachines, fails_until_redriven: str, cloudwatch: Any) -> None:
    """Source: https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html"""
    execution = machines.fail({"Work": redriven_state(fails_until_redriven)})
    machine = machines.describe(execution)["stateMachineArn"]
    machines.redrive(execution)
    expected = {
        "ExecutionsStarted": 1,
        "ExecutionsFailed": 1,
        "ExecutionsRedriven": 1,
        "ExecutionsSucceeded": 1,
        "RedrivenExecutionsSucceeded": 1,
        "RedrivenExecutionsFailed": 0,
    }
    eventually(
        lambda: {name: total(cloudwatch, "AWS/States", name, StateMachineArn=machine) for name in expected} == expected
    )


def test_metrics_in_a_functions_log_reach_cloudwatch(functions: Functions, cloudwatch: Any) -> None:
    """Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html"""
    seller = functions.make(PRINTS_METRIC)
    make_alarm(cloudwatch, "sold", MetricName="Sales", Dimensions=[{"Name": "result", "Value": "sold"}])
    invoke(functions, seller, {"result": "lost", "sales": 5})
    invoke(functions, seller, {"result": "sold", "sales": 0})
    assert total(cloudwatch, "shop", "Sales", result="lost") == 5
    assert state(cloudwatch, "sold") == "OK", "the other dimension's value does not count"
    invoke(functions, seller, {"result": "sold", "sales": [1, 2]})
    assert total(cloudwatch, "shop", "Sales", result="sold") == 3
    assert state(cloudwatch, "sold") == "ALARM"


def test_an_alarm_on_executions_rings_and_ends_with_its_period(
    machines: StateMachines, topics: Topics, cloudwatch: Any
) -> None:
    """Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html"""
    machine = machines.make({"Stop": {"Type": "Fail"}})
    topic = topics.make()
    make_alarm(
        cloudwatch,
        "failed",
        Namespace="AWS/States",
        MetricName="ExecutionsFailed",
        Dimensions=[{"Name": "StateMachineArn", "Value": machine}],
        Period=1,
        AlarmActions=[topic],
        OKActions=[topic],
    )
    queue = topics.queue(topic)
    machines.client.start_execution(stateMachineArn=machine)
    states = [json.loads(each["Message"])["NewStateValue"] for each in queue.notifications(2)]
    assert states == ["ALARM", "OK"]


def test_a_dashboards_searches_and_arithmetic_have_values(functions: Functions, cloudwatch: Any) -> None:
    """Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html"""
    seller = functions.make(PRINTS_METRIC)
    for result in ("east", "west"):
        invoke(functions, seller, {"result": result, "sales": 30})
    stat = {
        "Metric": {"Namespace": "shop", "MetricName": "Sales", "Dimensions": [{"Name": "result", "Value": "east"}]},
        "Period": 3600,
        "Stat": "Sum",
    }
    now = datetime.now(UTC)
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=[
            {"Id": "all", "Expression": "SEARCH('{shop,result} MetricName=\"Sales\"', 'Sum', 3600)"},
            {"Id": "east", "MetricStat": stat, "ReturnData": False},
            {"Id": "tenth", "Expression": "east / 10", "Label": "a tenth"},
        ],
        StartTime=now - timedelta(hours=2),
        EndTime=now + timedelta(hours=1),
    )["MetricDataResults"]
    sums = {(each["Id"], each["Label"]): sum(each["Values"]) for each in answer}
    assert sums["all", "east"] == sums["all", "west"] == 30
    assert sums["tenth", "a tenth"] == 3
    assert {each["StatusCode"] for each in answer} == {"Complete"}
