"""The metrics in reports of enhanced health: requests, and how busy instances are.

Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-metrics.html
"""

from collections.abc import Sequence
from typing import Any

from emulator.beanstalk.hosting.machine import MachineLoad
from emulator.beanstalk.hosting.request_metrics import WINDOW_SECONDS, AnsweredRequest

_PERCENTILES = {"P999": 99.9, "P99": 99, "P95": 95, "P90": 90, "P85": 85, "P75": 75, "P50": 50, "P10": 10}


def application_metrics(requests: Sequence[AnsweredRequest]) -> dict[str, Any]:
    """Return the ApplicationMetrics of recent requests. Without a request there is no latency."""
    metrics: dict[str, Any] = {
        "Duration": WINDOW_SECONDS,
        "RequestCount": len(requests),
        "StatusCodes": {
            f"Status{hundred}xx": sum(request.status // 100 == hundred for request in requests)
            for hundred in (2, 3, 4, 5)
        },
    }
    if requests:
        seconds = sorted(request.seconds for request in requests)
        metrics["Latency"] = {name: _percentile(seconds, percent) for name, percent in _PERCENTILES.items()}
    return metrics


def system_status(load: MachineLoad) -> dict[str, Any]:
    """Return the System of an instance."""
    return {"LoadAverage": list(load.averages), "CPUUtilization": load.processors or None}


def _percentile(ordered: Sequence[float], percent: float) -> float:
    """Return the smallest value that so many percent of the values do not exceed."""
    rank = max(0, -(-len(ordered) * percent // 100) - 1)
    return round(ordered[int(rank)], 3)
