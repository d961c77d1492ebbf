"""When an alarm rings. Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html"""

from collections.abc import Sequence
from typing import Any

import pytest

from emulator.ministack.alarm_states import Point, state_of

NOW = 10_000.0
ALARM = {
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 2,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "StateValue": "OK",
    "StateReason": "so far",
}


def total(points: Sequence[Point]) -> float:
    return float(sum(point["Value"] for point in points))


def state(*points: tuple[float, float], **fields: Any) -> str:
    """Return the state of an alarm. `points`: age in seconds and value."""
    stored = [{"Timestamp": NOW - age, "Value": value} for age, value in points]
    return state_of({**ALARM, **fields}, stored, total, NOW)[0]


@pytest.mark.parametrize(
    ("points", "expected"),
    [([(5, 2)], "ALARM"), ([(5, 1), (50, 1)], "ALARM"), ([(5, 1), (61, 1)], "OK"), ([(5, 1)], "OK")],
)
def test_an_alarm_looks_at_the_points_of_its_period(points: list[tuple[float, float]], expected: str) -> None:
    assert state(*points) == expected


@pytest.mark.parametrize(
    ("operator", "below", "equal", "above"),
    [
        ("GreaterThanOrEqualToThreshold", "OK", "ALARM", "ALARM"),
        ("GreaterThanThreshold", "OK", "OK", "ALARM"),
        ("LessThanThreshold", "ALARM", "OK", "OK"),
        ("LessThanOrEqualToThreshold", "ALARM", "ALARM", "OK"),
    ],
)
def test_an_alarm_compares(operator: str, below: str, equal: str, above: str) -> None:
    found = [state((5, value), ComparisonOperator=operator) for value in (1, 2, 3)]
    assert found == [below, equal, above]


@pytest.mark.parametrize(
    ("treatment", "expected"),
    [("missing", "INSUFFICIENT_DATA"), ("notBreaching", "OK"), ("breaching", "ALARM"), ("ignore", "OK")],
)
def test_missing_data_counts_as_the_alarm_says(treatment: str, expected: str) -> None:
    assert state((100, 5), TreatMissingData=treatment) == expected


def test_an_alarm_may_need_some_of_several_periods() -> None:
    fields = {"EvaluationPeriods": 3, "DatapointsToAlarm": 2}
    assert state((5, 2), (65, 0), (125, 2), **fields) == "ALARM"
    assert state((5, 2), (65, 0), (125, 0), **fields) == "OK"
    assert state((5, 2), (125, 2), EvaluationPeriods=3) == "OK"


def test_a_reason_has_the_datapoints_and_the_threshold() -> None:
    reason = state_of(ALARM, [{"Timestamp": NOW, "Value": 3.0}], total, NOW)[1]
    assert reason == "Threshold Crossed: 1 datapoint [3.0] was greater than or equal to the threshold (2)."
