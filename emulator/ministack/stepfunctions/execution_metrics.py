"""The metrics of executions, in the namespace AWS/States.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
CloudWatch keeps real time, so a metric has the real time at which it was measured; ExecutionTime is account time.
"""

from datetime import datetime
from typing import Any

from ministack.services import cloudwatch

NAMESPACE = "AWS/States"
_ENDS = {"SUCCEEDED": "Succeeded", "FAILED": "Failed", "ABORTED": "Aborted", "TIMED_OUT": "TimedOut"}


def record_metrics(status: dict[str, Any]) -> None:
    """Record the metrics of a change of status. `status`: the fields of an execution after the change."""
    redriven = status.get("redriveCount", 0) > 0
    end = _ENDS.get(status["status"])
    if end is None:
        _count(status, "ExecutionsRedriven" if redriven else "ExecutionsStarted")
        return
    _count(status, f"Executions{end}")
    if redriven:
        _count(status, f"RedrivenExecutions{end}")
    dates = [datetime.fromisoformat(status[name]).timestamp() for name in ("startDate", "stopDate")]
    _record(status, "ExecutionTime", (dates[1] - dates[0]) * 1000, "Milliseconds")


def _count(status: dict[str, Any], name: str) -> None:
    _record(status, name, 1, "Count")


def _record(status: dict[str, Any], name: str, value: float, unit: str) -> None:
    cloudwatch.record_metric(NAMESPACE, name, value, unit, {"StateMachineArn": status["stateMachineArn"]})
