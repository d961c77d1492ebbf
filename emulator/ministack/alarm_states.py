"""When a CloudWatch alarm is in ALARM, in OK or without enough data. It imports nothing of MiniStack.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Point = Mapping[str, Any]
Statistic = Callable[[Sequence[Point]], float | None]
Alarm = Mapping[str, Any]

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def range_seconds(alarm: Alarm) -> float:
    """Return the length of the time that an evaluation looks at."""
    return float(alarm.get("Period", 60) * alarm.get("EvaluationPeriods", 1))


def state_of(alarm: Alarm, points: Sequence[Point], statistic: Statistic, now: float) -> tuple[str, str]:
    """Return the alarm's state at a time, and the reason; the state that it has when missing data is ignored.

    `points`: those of the alarm's metric, with a Timestamp in epoch seconds. Periods are counted back from `now`.
    """
    period, count = alarm.get("Period", 60), alarm.get("EvaluationPeriods", 1)
    needed = alarm.get("DatapointsToAlarm") or count
    windows = [_within(points, now - period * (place + 1), now - period * place) for place in range(count)]
    values = [statistic(window) if window else None for window in windows]
    found = [value for value in values if value is not None]
    breaches = COMPARISONS[alarm["ComparisonOperator"]]
    breaching = sum(breaches(value, alarm.get("Threshold", 0)) for value in found)
    missing = alarm.get("TreatMissingData") or "missing"
    if missing == "breaching":
        breaching += len(values) - len(found)
    if breaching >= needed:
        return "ALARM", _reason(alarm, found, breaching)
    if not found and missing == "ignore":
        return alarm["StateValue"], alarm["StateReason"]
    if not found and missing == "missing":
        return "INSUFFICIENT_DATA", "Insufficient Data: 1 datapoint was unknown."
    return "OK", _reason(alarm, found, breaching)


def _within(points: Sequence[Point], begin: float, end: float) -> list[Point]:
    return [point for point in points if begin < point["Timestamp"] <= end]


def _reason(alarm: Alarm, found: Sequence[float], breaching: int) -> str:
    datapoints = f"{len(found)} datapoint{'' if len(found) == 1 else 's'} {list(found)}"
    relation = "greater than" if alarm["ComparisonOperator"].startswith("Greater") else "less than"
    either = " or equal to" if "EqualTo" in alarm["ComparisonOperator"] else ""
    verb = ("was" if len(found) == 1 else "were") + ("" if breaching else " not")
    if not found:
        return f"Threshold Crossed: no datapoints were received and missing data is {alarm.get('TreatMissingData')}."
    return f"Threshold Crossed: {datapoints} {verb} {relation}{either} the threshold ({alarm.get('Threshold', 0)})."
