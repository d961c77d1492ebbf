"""CloudWatch: alarms look at the dimensions of their metric and at missing data, and end when the data is over.

MiniStack evaluates an alarm only with PutMetricData, over all dimensions, and leaves it in ALARM afterwards.
"""

import contextvars
import itertools
import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from ministack.services import cloudwatch

from emulator.ministack.alarm_states import COMPARISONS, Point, range_seconds, state_of
from emulator.ministack.replacement import Replacement

MODULE = "ministack.services.cloudwatch"
_MARGIN_SECONDS = 0.1
_DISORDER_SECONDS = 60.0

_log = logging.getLogger(__name__)


def replacements() -> list[Replacement]:
    alarms = AlarmEvaluator()
    metrics = ServiceMetrics(cloudwatch.record_metric, alarms)
    return [
        Replacement(MODULE, "_evaluate_alarm", "a0b0acd3d432", alarms.evaluate),
        Replacement(MODULE, "record_metric", "7f777bfbe523", metrics.record),
    ]


class AlarmEvaluator:
    """Evaluates metric alarms in real time, as points arrive and when they are too old."""

    def __init__(self) -> None:
        self._timers: dict[str, threading.Timer] = {}
        self._lock = threading.RLock()

    def evaluate(self, alarm: dict[str, Any]) -> None:
        """Bring an alarm to its state, and do its actions when the state changes."""
        stored = _points(alarm)
        if not stored or alarm["ComparisonOperator"] not in COMPARISONS:
            # Unlike AWS: an alarm without any data keeps its state, so that SetAlarmState lasts.
            return
        now = time.time()
        points = _recent(stored, now - range_seconds(alarm))
        with self._lock:
            state, reason = state_of(alarm, points, lambda window: _value(alarm, window), now)
            before = alarm["StateValue"]
            if state != before:
                alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=int(now))
                cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
                cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
                cloudwatch._evaluate_parent_alarms(alarm)
            last = max((point["Timestamp"] for point in points), default=0.0)
            self._look_again(alarm, last + range_seconds(alarm) - now)

    def evaluate_for(self, namespace: str, name: str) -> None:
        """Evaluate the alarms on a metric."""
        for alarm in list(cloudwatch._alarms.values()):
            if (alarm.get("Namespace"), alarm.get("MetricName")) == (namespace, name):
                self.evaluate(alarm)

    def _look_again(self, alarm: dict[str, Any], real_seconds: float) -> None:
        """Evaluate an alarm again when its last point is too old. Does nothing when it is too old already."""
        arn = alarm["AlarmArn"]
        if timer := self._timers.pop(arn, None):
            timer.cancel()
        if real_seconds > 0:
            run = contextvars.copy_context().run
            timer = threading.Timer(real_seconds + _MARGIN_SECONDS, run, (self._evaluate_if_kept, alarm))
            timer.daemon = True
            self._timers[arn] = timer
            timer.start()

    def _evaluate_if_kept(self, alarm: dict[str, Any]) -> None:
        if cloudwatch._alarms.get(alarm["AlarmName"]) is alarm:
            self.evaluate(alarm)


class ServiceMetrics:
    """Stores the metrics of AWS's own services and evaluates the alarms on them."""

    def __init__(self, original: Callable[..., None], alarms: AlarmEvaluator) -> None:
        self._original = original
        self._alarms = alarms

    def record(
        self,
        namespace: str,
        metric_name: str,
        value: float,
        unit: str = "None",
        dimensions: dict[str, str] | None = None,
    ) -> None:
        """Store one value."""
        self._original(namespace, metric_name, value, unit, dimensions)
        try:
            self._alarms.evaluate_for(namespace, metric_name)
        except Exception:  # noqa: BLE001 - what is measured does not fail with its alarms
            _log.exception("An alarm on %s of %s was not evaluated", metric_name, namespace)


def _points(alarm: dict[str, Any]) -> list[Point]:
    """Return all points of an alarm's metric, as CloudWatch stores them."""
    dimensions = cloudwatch._dims_key(cloudwatch._dims_from_list(alarm.get("Dimensions") or []))
    return cloudwatch._metrics.get((alarm.get("Namespace"), alarm.get("MetricName"), dimensions)) or []


def _recent(points: list[Point], begin: float) -> list[Point]:
    """Return the points since a time. They arrive about in order, so the search ends soon."""
    return list(itertools.takewhile(lambda point: point["Timestamp"] > begin - _DISORDER_SECONDS, reversed(points)))


def _value(alarm: dict[str, Any], points: Sequence[Point]) -> float | None:
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    value: float | None = cloudwatch._stat_value(cloudwatch._calc_stats(points), statistic, points)
    return value
