"""Expressions in metric queries.

Sources: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import pytest

from emulator.ministack.metric_expressions import ExpressionError, Search, calculate, parse_search


def test_a_search_names_a_namespace_dimensions_a_metric_and_a_statistic() -> None:
    found = parse_search("SEARCH('{Shop,application,result} MetricName=\"Releases\"', 'Sum', 3600)")
    assert found == Search("Shop", frozenset({"application", "result"}), "Releases", "Sum", 3600)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a / 60000", {"t1": 1.0, "t2": 2.0}),
        ("(a - b) * 2", {"t1": 119_980.0}),
        ("-b", {"t1": -10.0, "t3": 0.0}),
        ("a / (b - 10)", {}),
    ],
)
def test_arithmetic_combines_series_where_all_have_values(expression: str, expected: dict[str, float]) -> None:
    series = {"a": {"t1": 60_000.0, "t2": 120_000.0}, "b": {"t1": 10.0, "t3": -0.0}}
    assert calculate(expression, series) == expected


@pytest.mark.parametrize("expression", ["a +", "FILL(a, 0)", "__import__('os')", "1 + 1", "missing * 2"])
def test_other_expressions_are_refused(expression: str) -> None:
    with pytest.raises(ExpressionError):
        calculate(expression, {"a": {}})


def test_a_search_of_another_form_is_refused() -> None:
    with pytest.raises(ExpressionError):
        parse_search("SEARCH('anything', 'Sum')")
