"""Alarms, dashboard and saved queries use metrics that AWS emits and fields that the functions log."""

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aws_cdk.assertions import Template

from infra.saved_queries import FUNCTION_QUERIES, MACHINE_QUERIES, SavedQuery
from lambdas.metrics import NAMESPACE
from tests.support.template import Json, listed, machine_in, text

EMITTED = {
    "ExecutionsAborted",
    "ExecutionsFailed",
    "ExecutionsRedriven",
    "ExecutionsStarted",
    "ExecutionsSucceeded",
    "ExecutionsTimedOut",
    "ExecutionThrottled",
    "ExecutionTime",
    "RedrivenExecutionsAborted",
    "RedrivenExecutionsFailed",
    "RedrivenExecutionsSucceeded",
    "RedrivenExecutionsTimedOut",
}
"""By state machine: https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html"""
LOGGER_KEYS = {"level", "location", "message", "timestamp", "service"}
"""Keys that Powertools' Logger puts into every line."""


@pytest.fixture(scope="session")
def alarms(template: Template) -> dict[str, Json]:
    found = [alarm["Properties"] for alarm in template.find_resources("AWS::CloudWatch::Alarm").values()]
    return {alarm["AlarmName"].removeprefix("Test-"): alarm for alarm in found}


@pytest.fixture(scope="session")
def widgets(template: Template) -> dict[str, Json]:
    """Return the dashboard's widgets by title."""
    (dashboard,) = template.find_resources("AWS::CloudWatch::Dashboard").values()
    body = json.loads(text(dashboard["Properties"]["DashboardBody"]))
    return {widget["properties"]["title"]: widget["properties"] for widget in body["widgets"]}


# --- alarms


@pytest.mark.parametrize(
    ("name", "metric", "statistic", "threshold"),
    [
        ("failed", "ExecutionsFailed", "Sum", 1),
        ("timed-out", "ExecutionsTimedOut", "Sum", 1),
        ("aborted", "ExecutionsAborted", "Sum", 1),
    ],
)
def test_a_release_that_fails_or_stops_raises_an_alarm(
    alarms: dict[str, Json], name: str, metric: str, statistic: str, threshold: int
) -> None:
    alarm = alarms[name]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/States", metric)
    assert (alarm["Statistic"], alarm["Threshold"]) == (statistic, threshold)
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert [dimension["Name"] for dimension in alarm["Dimensions"]] == ["StateMachineArn"]


def test_a_release_that_is_slow_raises_an_alarm_while_it_runs(template: Template, alarms: dict[str, Json]) -> None:
    """ExecutionTime is emitted when an execution ends, so an alarm on it cannot tell of one that hangs.

    Source: https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
    """
    alarm = alarms["slow"]
    assert (alarm["Namespace"], alarm["MetricName"]) == (NAMESPACE, "ReleaseSeconds")
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Maximum", 60 * 60)
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    name = machine_in(template)["Properties"]["StateMachineName"]
    assert alarm["Dimensions"] == [{"Name": "machine", "Value": name}]


def test_an_alarm_stays_off_while_no_release_runs(alarms: dict[str, Json]) -> None:
    assert {alarm["TreatMissingData"] for alarm in alarms.values()} == {"notBreaching"}


def test_slow_minutes_sets_the_threshold_of_the_slow_alarm(synthesize: Callable[..., Template]) -> None:
    template = synthesize(slow_minutes=240)
    template.has_resource_properties("AWS::CloudWatch::Alarm", {"MetricName": "ReleaseSeconds", "Threshold": 240 * 60})


def test_cloudwatch_may_publish_alarms_to_the_encrypted_topic(template: Template, alarms: dict[str, Json]) -> None:
    ((topic, properties),) = template.find_resources("AWS::SNS::Topic").items()
    assert [alarm["AlarmActions"] for alarm in alarms.values()] == [[{"Ref": topic}]] * 5
    key = template.find_resources("AWS::KMS::Key")[properties["Properties"]["KmsMasterKeyId"]["Fn::GetAtt"][0]]
    (policy,) = template.find_resources("AWS::SNS::TopicPolicy").values()
    for of, needed in [
        (key["Properties"]["KeyPolicy"], {"kms:Decrypt", "kms:GenerateDataKey*"}),
        (policy["Properties"]["PolicyDocument"], {"sns:Publish"}),
    ]:
        assert needed <= set(_allowed(of, "cloudwatch.amazonaws.com"))


def _allowed(policy: Json, service: str) -> Iterator[str]:
    for statement in policy["Statement"]:
        if statement["Effect"] == "Allow" and statement["Principal"] == {"Service": service}:
            yield from listed(statement["Action"])


# --- the dashboard


def test_the_dashboard_has_a_widget_for_each_question(
    widgets: dict[str, Json],
) -> None:
    assert list(widgets) == [
        "Executions by their end",
        "How long executions took",
        "Releases by application and result, and rollbacks",
        "Seconds that stages took",
        "Who serves users",
        "Alarms",
        "Throttled by Step Functions and Lambda",
        "Errors of stages; ServiceUnavailableError is throttling",
        "Fleets by their end",
    ]
    assert len(widgets["Alarms"]["alarms"]) == 5


def test_the_dashboard_shows_only_metrics_that_exist(template: Template, widgets: dict[str, Json]) -> None:
    shown = {
        metric[1]
        for widget in widgets.values()
        for metric in widget.get("metrics", [])
        if isinstance(metric[0], str) and metric[0] == "AWS/States"
    }
    assert shown <= EMITTED
    assert {"ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"} <= shown


def test_each_search_and_each_alarm_has_the_dimensions_that_the_functions_print(
    widgets: dict[str, Json], alarms: dict[str, Json]
) -> None:
    watched = {
        (alarm["MetricName"], tuple(each["Name"] for each in alarm["Dimensions"]))
        for alarm in alarms.values()
        if alarm["Namespace"] == NAMESPACE
    }
    searched = re.findall(rf"SEARCH\('{{{NAMESPACE},([\w,]+)}} MetricName=.\"(\w+).\"'", json.dumps(widgets))
    shown = {(name, tuple(dimensions.split(","))) for dimensions, name in searched}
    assert shown | watched == set(printed_metrics())


def printed_metrics() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Return the name and the dimensions of each metric in lambdas/metrics.py."""
    for call in calls(Path("lambdas/metrics.py")):
        if isinstance(call.func, ast.Name) and call.func.id == "_record":
            assert isinstance(call.args[0], ast.Constant)
            yield str(call.args[0].value), tuple(str(keyword.arg) for keyword in call.keywords)


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


def test_the_document_names_alarms_widgets_metrics_and_queries(
    alarms: dict[str, Json], widgets: dict[str, Json]
) -> None:
    document = Path("docs/monitoring.md").read_text()
    rows = {line.split("|")[1].strip().strip("`") for line in document.splitlines() if line.startswith("|")}
    assert {f"<stack>-{name}" for name in alarms} <= rows
    assert {title.split(";")[0] for title in widgets} <= rows
    assert {name for name, _ in printed_metrics()} <= rows
    assert {query.title for query in FUNCTION_QUERIES + MACHINE_QUERIES} <= rows


# --- saved queries


def test_each_saved_query_reads_the_logs_of_the_stages_or_of_the_machines(template: Template) -> None:
    """The function that writes reports is no stage: it runs when the release has ended."""
    groups = template.find_resources("AWS::Logs::LogGroup")
    stages = {name for name in groups if name.startswith("Stages")}
    machines = {name for name, group in groups.items() if "LogGroupName" in group["Properties"]}
    assert len(machines) == 2
    saved = [each["Properties"] for each in template.find_resources("AWS::Logs::QueryDefinition").values()]
    asked = {each["Name"]: {group["Ref"] for group in each["LogGroupNames"]} for each in saved}
    assert asked == {f"Test/{query.title}": stages for query in FUNCTION_QUERIES} | {
        f"Test/{query.title}": machines for query in MACHINE_QUERIES
    }


@pytest.fixture(scope="session")
def logged() -> tuple[set[str], set[str]]:
    """Return the messages that the functions log, and the keys beside them."""
    messages: set[str] = set()
    keys = set(LOGGER_KEYS)
    for path in Path("lambdas").rglob("*.py"):
        for call in calls(path):
            if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "logger":
                messages |= {str(each.value) for each in call.args if isinstance(each, ast.Constant)}
                keys |= {str(keyword.arg) for keyword in call.keywords}
    return messages, keys


@pytest.mark.parametrize("saved_query", FUNCTION_QUERIES, ids=lambda saved_query: saved_query.title)
def test_a_saved_query_uses_only_messages_and_keys_that_the_functions_log(
    saved_query: SavedQuery, logged: tuple[set[str], set[str]]
) -> None:
    messages, keys = logged
    query = "\n".join(saved_query.lines)
    assert set(re.findall(r'message !?= "([^"]+)"', query)) <= messages
    metrics = {f"{name}.0" for name, _ in printed_metrics()}  # the format has a list of values
    assert fields_of(query) <= keys | metrics


def fields_of(query: str) -> set[str]:
    """Return the fields of a query: no keywords, none of its own names, none of CloudWatch's fields."""
    language = {
        "and", "as", "asc", "avg", "bin", "by", "count", "desc", "fields", "filter", "ispresent", "latest", "max",
        "sort", "stats",
    }  # fmt: skip
    plain = re.sub(r'"[^"]*"|@\w+|\b\d+m\b', "", query)
    named = set(re.findall(r" as (\w+)", plain))
    return set(re.findall(r"[A-Za-z_][\w.]*", plain)) - language - named
