"""The metrics, printed in CloudWatch's embedded metric format, which CloudWatch collects from the log.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
A stage may run twice, so counts are at least what happened.
"""

from enum import StrEnum
from typing import Final

from aws_lambda_powertools import single_metric
from aws_lambda_powertools.metrics import MetricUnit

NAMESPACE: Final = "BeanstalkBlueGreen"


class Result(StrEnum):
    """How a release ended."""

    RELEASED = "released"
    DEPLOYED = "deployed"
    ROLLED_BACK = "rolled back"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    FAILED = "failed"


def count_release(application: str, result: Result) -> None:
    """Count the end of a release."""
    _record("Releases", MetricUnit.Count, 1, application=application, result=result)


def count_rollback(application: str) -> None:
    """Count a return of users to the version before, by the failure branch or by the mode `rollback`."""
    _record("Rollbacks", MetricUnit.Count, 1, application=application)


def count_error(application: str, error: str) -> None:
    """Count an error of a stage. ServiceUnavailableError is throttling or a fault of AWS, and is retried."""
    _record("StageErrors", MetricUnit.Count, 1, application=application, error=error)


def time_state(application: str, state: str, seconds: float) -> None:
    """Measure the seconds of a state, from its entry on."""
    _record("StateSeconds", MetricUnit.Seconds, seconds, application=application, state=state)


def time_release(machine: str, seconds: float) -> None:
    """Measure the seconds of a release that still runs. Each invocation does, so an alarm rings while a stage waits.

    `machine`: the name of the state machine. An alarm needs each dimension of its metric, and the stack does not know
    the applications' names.
    """
    _record("ReleaseSeconds", MetricUnit.Seconds, seconds, machine=machine)


def count_unhealthy(machine: str) -> None:
    """Count a look at an environment that serves users and is unhealthy. An alarm rings for it; `machine` as above."""
    _record("UnhealthyLooks", MetricUnit.Count, 1, machine=machine)


def _record(name: str, unit: MetricUnit, value: float, **dimensions: str) -> None:
    with single_metric(name, unit, value, namespace=NAMESPACE) as metric:
        for dimension, value_of_dimension in dimensions.items():
            metric.add_dimension(dimension, value_of_dimension)
