"""GetMetricData: queries with expressions, as dashboards have them. MiniStack answers those without."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from ministack.services import cloudwatch

from emulator.ministack.metric_expressions import ExpressionError, Search, calculate, parse_search
from emulator.ministack.replacement import Replacement

Response = tuple[int, dict[str, str], bytes]
Query = dict[str, Any]
Result = dict[str, Any]
Original = Callable[..., Response]


def replacements() -> list[Replacement]:
    queries = MetricQueries(cloudwatch._get_metric_data)
    return [Replacement("ministack.services.cloudwatch", "_get_metric_data", "bf6a8e1132a2", queries.answer)]


class MetricQueries:
    """Answers GetMetricData in its JSON and CBOR forms."""

    def __init__(self, original: Original) -> None:
        self._original = original

    def answer(self, params: Any, data: Any, is_cbor: bool, is_json: bool = False) -> Response:
        """Return the results of all queries, in their order; several for a search."""
        queries = data.get("MetricDataQueries", []) if is_cbor or is_json else []
        if not any(query.get("Expression") for query in queries):
            return self._original(params, data, is_cbor, is_json)
        found: dict[str, list[Result]] = {}
        for query in queries:
            if not query.get("Expression"):
                found[query["Id"]] = self._results(data, [query])
        for query in queries:
            if query.get("Expression"):
                found[query["Id"]] = list(self._expressed(data, query, found))
        results = [each for query in queries if query.get("ReturnData", True) for each in found[query["Id"]]]
        if is_cbor:
            shown = [cloudwatch._cbor_metric_data_result(each) for each in results]
            answer: Response = cloudwatch._cbor_ok({"MetricDataResults": shown})
        else:
            answer = cloudwatch._json_ok({"MetricDataResults": results})
        return answer

    def _expressed(self, data: Any, query: Query, found: dict[str, list[Result]]) -> Iterator[Result]:
        identity, label = query["Id"], query.get("Label") or query["Id"]
        try:
            if search := parse_search(query["Expression"]):
                for dimensions in _matching(search):
                    (result,) = self._results(data, [_stat_query(search, dimensions)])
                    yield {**result, "Id": identity, "Label": " ".join(dimensions.values()) or label}
                return
            series = {name: _series(results[0]) for name, results in found.items() if len(results) == 1}
            values = calculate(query["Expression"], series)
            times = sorted(values)
            yield {
                "Id": identity,
                "Label": label,
                "Timestamps": times,
                "Values": [values[time] for time in times],
                "StatusCode": "Complete",
            }
        except ExpressionError as error:
            message = {"Code": "ValidationError", "Value": str(error)}
            yield {"Id": identity, "Label": label, "StatusCode": "InternalError", "Messages": [message]}

    def _results(self, data: Any, queries: list[Query]) -> list[Result]:
        asked = {**data, "MetricDataQueries": [{**query, "ReturnData": True} for query in queries]}
        _, _, body = self._original({}, asked, is_cbor=False, is_json=True)
        results: list[Result] = json.loads(body)["MetricDataResults"]
        for result in results:
            result["Timestamps"] = [cloudwatch._ts_iso(time) for time in result.get("Timestamps", [])]
        return results


def _matching(search: Search) -> Iterator[dict[str, str]]:
    """Return the dimensions of each metric that a search finds."""
    for (namespace, name, _), points in sorted(cloudwatch._metrics.items()):
        if (namespace, name) == (search.namespace, search.name) and points:
            dimensions = dict(points[0]["Dimensions"])
            if set(dimensions) == search.dimensions:
                yield dimensions


def _stat_query(search: Search, dimensions: dict[str, str]) -> Query:
    metric = {
        "Namespace": search.namespace,
        "MetricName": search.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
    }
    return {"Id": "found", "MetricStat": {"Metric": metric, "Period": search.period, "Stat": search.statistic}}


def _series(result: Result) -> dict[str, float]:
    return dict(zip(result.get("Timestamps", []), result.get("Values", []), strict=True))
