"""What is measured, as lines in CloudWatch's embedded metric format, which functions print and CloudWatch collects.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
A stage may run twice, so counts are at least what happened.
"""

from enum import StrEnum
from typing import Final

from aws_lambda_powertools import single_metric
from aws_lambda_powertools.metrics import MetricUnit

NAMESPACE: Final = "BeanstalkBlueGreen"


class Result(StrEnum):
    """How a release ended, for its application."""

    RELEASED = "released"
    DEPLOYED = "deployed"
    ROLLED_BACK = "rolled back"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    FAILED = "failed"


def count_release(application: str, result: Result) -> None:
    _record("Releases", MetricUnit.Count, 1, application=application, result=result)


def count_rollback(application: str) -> None:
    """Users went back to the version that they had before: by the failure branch, or by a person's wish."""
    _record("Rollbacks", MetricUnit.Count, 1, application=application)


def count_error(application: str, error: str) -> None:
    """A stage ended with an error; ServiceUnavailableError is throttling or a fault of AWS, and is retried."""
    _record("StageErrors", MetricUnit.Count, 1, application=application, error=error)


def time_state(application: str, state: str, seconds: float) -> None:
    _record("StateSeconds", MetricUnit.Seconds, seconds, application=application, state=state)


def _record(name: str, unit: MetricUnit, value: float, **dimensions: str) -> None:
    with single_metric(name, unit, value, namespace=NAMESPACE) as metric:
        for dimension, of in dimensions.items():
            metric.add_dimension(dimension, of)
