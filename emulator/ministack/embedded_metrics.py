"""The embedded metric format: metrics that programs print into their log, which CloudWatch collects from there.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_DIMENSIONS = 30


@dataclass(frozen=True)
class EmbeddedMetric:
    """One value of a metric, with one set of dimensions. `timestamp`: epoch seconds."""

    namespace: str
    name: str
    unit: str
    value: float
    timestamp: float
    dimensions: Mapping[str, str] = field(default_factory=dict)


def metrics_in(message: str) -> Iterator[EmbeddedMetric]:
    """Return the metrics in a log message: none for any other text, and none that breaks the format."""
    if '"_aws"' not in message:
        return
    try:
        document = json.loads(message)
    except ValueError:
        return
    metadata = document.get("_aws") if isinstance(document, dict) else None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("Timestamp"), int | float):
        return
    for directive in _objects(metadata.get("CloudWatchMetrics")):
        yield from _of_directive(directive, document, metadata["Timestamp"] / 1000)


def _of_directive(directive: dict[str, Any], document: dict[str, Any], timestamp: float) -> Iterator[EmbeddedMetric]:
    for definition in _objects(directive.get("Metrics")):
        for names in directive.get("Dimensions") or [[]]:
            if len(names) > MAX_DIMENSIONS or not all(isinstance(document.get(name), str) for name in names):
                continue
            values = document.get(str(definition.get("Name")))
            for value in values if isinstance(values, list) else [values]:
                if isinstance(value, int | float) and not isinstance(value, bool):
                    yield EmbeddedMetric(
                        namespace=str(directive.get("Namespace")),
                        name=str(definition["Name"]),
                        unit=str(definition.get("Unit", "None")),
                        value=float(value),
                        timestamp=timestamp,
                        dimensions={name: document[name] for name in names},
                    )


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    yield from (each for each in (value if isinstance(value, list) else ()) if isinstance(each, dict))
