"""CloudWatch Logs: saved queries of Logs Insights, and metrics in log messages.

CloudFormation makes saved queries, Logs lists them; they cannot be run.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-logs-querydefinition.html
"""

import json
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from ministack.services import cloudwatch, cloudwatch_logs, lambda_svc

from emulator.ministack.embedded_metrics import EmbeddedMetric, metrics_in
from emulator.ministack.replacement import Addition, Replacement

MAX_POINTS = 10_000
"""Of one metric with its dimensions."""
_OWN_GROUPS = "/aws/lambda/"
"""The begin of the names of the groups that Lambda makes by itself."""
_MAX_LENGTHS = {"Name": 255, "QueryString": 10_000}

Properties = Mapping[str, Any]
Response = tuple[int, dict[str, str], bytes]
Handle = Callable[[str, str, Mapping[str, str], bytes, Any], Awaitable[Response]]


def replacements() -> list[Replacement | Addition]:
    queries = QueryDefinitions(cloudwatch_logs.handle_request)
    handlers = {"create": queries.create, "update": queries.update, "delete": queries.delete}
    collector = MetricCollector(cloudwatch_logs._append_log_events)
    functions = FunctionLogs(lambda_svc._emit_lambda_logs)
    provisioners = "ministack.services.cloudformation.provisioners"
    return [
        Replacement("ministack.services.cloudwatch_logs", "handle_request", "e453a3f37b62", queries.handle),
        Replacement("ministack.services.cloudwatch_logs", "_append_log_events", "e47cae7a15a4", collector.append),
        Replacement("ministack.services.lambda_svc", "_emit_lambda_logs", "111efbf06968", functions.emit),
        Addition(provisioners, "_RESOURCE_HANDLERS", "AWS::Logs::QueryDefinition", handlers),
    ]


class FunctionLogs:
    """Writes what functions log."""

    def __init__(self, original: Callable[..., None]) -> None:
        self._original = original

    def emit(self, function: Mapping[str, Any], *output: Any, **options: Any) -> None:
        """Write what an invocation logged. A group that the function names is not made again once it is deleted.

        Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html (the role needs
        logs:CreateLogGroup for that).
        """
        named = ((function.get("config") or function).get("LoggingConfig") or {}).get("LogGroup") or _OWN_GROUPS
        if named.startswith(_OWN_GROUPS) or named in cloudwatch_logs._log_groups:
            self._original(function, *output, **options)


class MetricCollector:
    """Stores log events, and the metrics in them."""

    def __init__(self, original: Callable[[Any, Sequence[Mapping[str, Any]]], None]) -> None:
        self._original = original

    def append(self, stream: Any, events: Sequence[Mapping[str, Any]]) -> None:
        """Append events to a stream. CloudWatch gets their metrics; none from the future, as account time may be."""
        self._original(stream, events)
        now = time.time()
        changed = set()
        for metric in (metric for event in events for metric in metrics_in(event["message"])):
            point = (min(metric.timestamp, now), metric.unit, metric.value, None, None, None)
            cloudwatch._store_datum(metric.namespace, metric.name, dict(metric.dimensions), *point)
            _forget_old(metric)
            changed.add((metric.namespace, metric.name))
        for alarm in list(cloudwatch._alarms.values()) if changed else ():
            if (alarm.get("Namespace"), alarm.get("MetricName")) in changed:
                cloudwatch._evaluate_alarm(alarm)


def _forget_old(metric: EmbeddedMetric) -> None:
    """Keep the memory of a long campaign small."""
    points = cloudwatch._metric_bucket((metric.namespace, metric.name, cloudwatch._dims_key(metric.dimensions)))
    if len(points) > MAX_POINTS:
        del points[: MAX_POINTS // 2]


class QueryDefinitions:
    """Stores saved queries and lists them. MiniStack answers all other calls of Logs."""

    def __init__(self, original: Handle) -> None:
        self._original = original
        self._queries: dict[str, dict[str, Any]] = {}

    async def handle(self, method: str, path: str, headers: Mapping[str, str], body: bytes, query: Any) -> Response:
        """Answer a call of Logs."""
        if not headers.get("x-amz-target", "").endswith(".DescribeQueryDefinitions"):
            return await self._original(method, path, headers, body, query)
        prefix = json.loads(body or b"{}").get("queryDefinitionNamePrefix", "")
        found = [each for each in self._queries.values() if each["name"].startswith(prefix)]
        return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps({"queryDefinitions": found}).encode()

    def create(self, _logical_id: str, properties: Properties, _stack: str) -> tuple[str, dict[str, str]]:
        """Store a new query; return its id and attributes. Raises ValueError, which fails the stack."""
        return self._store(str(uuid.uuid4()), properties)

    def update(self, identity: str, _old: Properties, new: Properties, _stack: str) -> tuple[str, dict[str, str]]:
        """Replace a query in place, for a change of any property. Raises ValueError, which fails the stack."""
        return self._store(identity, new)

    def delete(self, identity: str, _properties: Properties) -> None:
        self._queries.pop(identity, None)

    def _store(self, identity: str, properties: Properties) -> tuple[str, dict[str, str]]:
        for name, length in _MAX_LENGTHS.items():
            if not 1 <= len(properties.get(name, "")) <= length:
                raise ValueError(f"Expected an AWS::Logs::QueryDefinition with a {name} of 1 to {length} characters.")
        self._queries[identity] = {
            "queryDefinitionId": identity,
            "name": properties["Name"],
            "queryString": properties["QueryString"],
            "logGroupNames": properties.get("LogGroupNames", []),
            "lastModified": int(time.time() * 1000),
        }
        return identity, {"QueryDefinitionId": identity}
