"""Metrics in log messages. Source:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from typing import Any

import pytest

from emulator.ministack.embedded_metrics import EmbeddedMetric, metrics_in


def message(*, metadata: dict[str, Any] | None = None, **fields: Any) -> str:
    directive = {
        "Namespace": "shop",
        "Dimensions": [["application", "result"]],
        "Metrics": [{"Name": "Releases", "Unit": "Count"}],
    }
    aws = {"Timestamp": 1_700_000_000_500, "CloudWatchMetrics": [{**directive, **(metadata or {})}]}
    return json.dumps({"_aws": aws, "application": "shop", "result": "failed", "Releases": 1, **fields})


def values(text: str) -> list[float]:
    return [metric.value for metric in metrics_in(text)]


def test_a_message_has_a_metric_with_its_dimensions() -> None:
    expected = EmbeddedMetric(
        namespace="shop",
        name="Releases",
        unit="Count",
        value=1.0,
        timestamp=1_700_000_000.5,
        dimensions={"application": "shop", "result": "failed"},
    )
    assert list(metrics_in(message())) == [expected]


def test_a_metric_may_have_several_values_and_sets_of_dimensions() -> None:
    assert values(message(Releases=[1, 2.5])) == [1.0, 2.5]
    several = list(metrics_in(message(metadata={"Dimensions": [["application"], []]})))
    assert [metric.dimensions for metric in several] == [{"application": "shop"}, {}]


@pytest.mark.parametrize(
    "text",
    [
        "plain text",
        '{"level": "INFO", "message": "no \\"_aws\\" here"}',
        '{"_aws": broken',
        '{"_aws": {"CloudWatchMetrics": []}}',
        message(Releases="many"),
        message(application=7),
    ],
)
def test_other_messages_have_none(text: str) -> None:
    assert values(text) == []
