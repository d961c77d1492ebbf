"""Alarms, dashboard and saved queries rest on what AWS emits and on what the functions really print."""

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aws_cdk.assertions import Template

from infra.saved_queries import FUNCTION_QUERIES, MACHINE_QUERIES, SavedQuery
from lambdas.metrics import NAMESPACE
from tests.support.template import Json, listed, text

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
    """The dashboard's widgets by their title."""
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
        ("slow", "ExecutionTime", "Maximum", 60 * 60 * 1000),
    ],
)
def test_a_release_that_did_not_go_well_sets_an_alarm_off(
    alarms: dict[str, Json], name: str, metric: str, statistic: str, threshold: int
) -> None:
    alarm = alarms[name]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/States", metric)
    assert (alarm["Statistic"], alarm["Threshold"]) == (statistic, threshold)
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert [dimension["Name"] for dimension in alarm["Dimensions"]] == ["StateMachineArn"]


def test_no_release_is_no_alarm(alarms: dict[str, Json]) -> None:
    assert {alarm["TreatMissingData"] for alarm in alarms.values()} == {"notBreaching"}


def test_how_long_a_release_may_take_is_the_deployers_choice(synthesize: Callable[..., Template]) -> None:
    patient = synthesize(slow_minutes=240)
    patient.has_resource_properties(
        "AWS::CloudWatch::Alarm", {"MetricName": "ExecutionTime", "Threshold": 240 * 60 * 1000}
    )


def test_alarms_reach_people_through_a_topic_that_is_encrypted(template: Template, alarms: dict[str, Json]) -> None:
    ((topic, properties),) = template.find_resources("AWS::SNS::Topic").items()
    assert [alarm["AlarmActions"] for alarm in alarms.values()] == [[{"Ref": topic}]] * 4
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


def test_the_dashboard_shows_releases_by_end_and_result_durations_who_serves_throttles_and_alarms(
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
        "Errors of stages; BeanstalkUnavailableError is throttling",
    ]
    assert len(widgets["Alarms"]["alarms"]) == 4


def test_every_metric_of_step_functions_is_one_that_it_emits(template: Template, widgets: dict[str, Json]) -> None:
    shown = {
        metric[1]
        for widget in widgets.values()
        for metric in widget.get("metrics", [])
        if isinstance(metric[0], str) and metric[0] == "AWS/States"
    }
    assert shown <= EMITTED
    assert {"ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"} <= shown


def test_every_search_is_for_a_metric_of_the_functions_by_the_dimensions_that_they_print(
    widgets: dict[str, Json],
) -> None:
    searched = re.findall(rf"SEARCH\('{{{NAMESPACE},([\w,]+)}} MetricName=.\"(\w+).\"'", json.dumps(widgets))
    assert {(name, tuple(dimensions.split(","))) for dimensions, name in searched} == set(printed_metrics())


def printed_metrics() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Name and dimensions of each metric, as lambdas/metrics.py says them."""
    for call in calls(Path("lambdas/metrics.py")):
        if isinstance(call.func, ast.Name) and call.func.id == "_record":
            assert isinstance(call.args[0], ast.Constant)
            yield str(call.args[0].value), tuple(str(keyword.arg) for keyword in call.keywords)


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


def test_the_document_names_what_there_is(alarms: dict[str, Json], widgets: dict[str, Json]) -> None:
    document = Path("docs/monitoring.md").read_text()
    rows = {line.split("|")[1].strip().strip("`") for line in document.splitlines() if line.startswith("|")}
    assert {f"<stack>-{name}" for name in alarms} <= rows
    assert {title.split(";")[0] for title in widgets} <= rows
    assert {name for name, _ in printed_metrics()} <= rows
    assert {question.title for question in FUNCTION_QUERIES + MACHINE_QUERIES} <= rows


# --- saved queries


def test_every_question_of_the_runbook_has_a_saved_query_over_the_logs_that_answer_it(template: Template) -> None:
    groups = template.find_resources("AWS::Logs::LogGroup")
    (machine,) = (name for name, group in groups.items() if "LogGroupName" in group["Properties"])
    saved = [each["Properties"] for each in template.find_resources("AWS::Logs::QueryDefinition").values()]
    asked = {each["Name"]: {group["Ref"] for group in each["LogGroupNames"]} for each in saved}
    assert asked == {f"Test/{question.title}": groups.keys() - {machine} for question in FUNCTION_QUERIES} | {
        f"Test/{question.title}": {machine} for question in MACHINE_QUERIES
    }


@pytest.fixture(scope="session")
def logged() -> tuple[set[str], set[str]]:
    """The messages that the functions log, and the keys beside them."""
    messages: set[str] = set()
    keys = set(LOGGER_KEYS)
    for path in Path("lambdas").rglob("*.py"):
        for call in calls(path):
            if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "logger":
                messages |= {str(each.value) for each in call.args if isinstance(each, ast.Constant)}
                keys |= {str(keyword.arg) for keyword in call.keywords}
    return messages, keys


@pytest.mark.parametrize("question", FUNCTION_QUERIES, ids=lambda question: question.title)
def test_a_query_asks_for_what_the_functions_log(question: SavedQuery, logged: tuple[set[str], set[str]]) -> None:
    messages, keys = logged
    query = "\n".join(question.lines)
    assert set(re.findall(r'message !?= "([^"]+)"', query)) <= messages
    metrics = {f"{name}.0" for name, _ in printed_metrics()}  # the format has a list of values
    assert fields_of(query) <= keys | metrics


def fields_of(query: str) -> set[str]:
    """The names in a query that are neither its language's words, nor its own names, nor CloudWatch's fields."""
    language = {
        "and", "as", "asc", "avg", "bin", "by", "count", "desc", "fields", "filter", "ispresent", "latest", "max",
        "sort", "stats",
    }  # fmt: skip
    plain = re.sub(r'"[^"]*"|@\w+|\b\d+m\b', "", query)
    named = set(re.findall(r" as (\w+)", plain))
    return set(re.findall(r"[A-Za-z_][\w.]*", plain)) - language - named
