"""The CloudWatch alarms that a release is watched by."""

from collections.abc import Container, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import boto3

from lambdas.aws.errors import translated_errors
from lambdas.errors import UnexpectedEnvironmentError

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import CompositeAlarmTypeDef, MetricAlarmTypeDef

LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


class AlarmState(NamedTuple):
    """The state of an alarm. `value`: OK, ALARM or INSUFFICIENT_DATA. `since`: when it changed to that."""

    value: str
    since: datetime


class Alarms:
    """CloudWatch's alarms, metric and composite, by name."""

    def __init__(self, client: "CloudWatchClient") -> None:
        self._client = client

    def states(self, names: Sequence[str]) -> dict[str, AlarmState]:
        """Return the states of the named alarms that exist, by name."""
        if not names:
            return {}
        with translated_errors("CloudWatch", f"tell the state of {', '.join(names)}"):
            found = self._client.describe_alarms(
                AlarmNames=list(names), AlarmTypes=["MetricAlarm", "CompositeAlarm"], MaxRecords=100
            )
        states = {alarm["AlarmName"]: _state(alarm) for alarm in found["MetricAlarms"]}
        states |= {alarm["AlarmName"]: _state(alarm) for alarm in found["CompositeAlarms"]}
        return {name: states[name] for name in names if name in states}

    def in_alarm(self, names: Sequence[str]) -> dict[str, datetime]:
        """Return since when each alarm is in ALARM. Raises UnexpectedEnvironmentError when an alarm does not exist."""
        states = self.states(names)
        require_existing(names, states)
        return {name: states[name].since for name in names if states[name].value == "ALARM"}


def _state(alarm: "MetricAlarmTypeDef | CompositeAlarmTypeDef") -> AlarmState:
    # The second date also changes when an alarm is evaluated with other data.
    since = alarm.get("StateTransitionedTimestamp") or alarm.get("StateUpdatedTimestamp") or LONG_AGO
    return AlarmState(alarm["StateValue"], since)


def require_existing(names: Sequence[str], existing: Container[str]) -> None:
    """Raise UnexpectedEnvironmentError when a named alarm does not exist."""
    missing = [name for name in names if name not in existing]
    if missing:
        raise UnexpectedEnvironmentError(
            expected=f"the alarms {', '.join(names)} to exist",
            found=f"no {', '.join(missing)}",
            next_step="Correct `alarms` in the input, then start a new execution.",
        )


@cache
def connect_alarms() -> Alarms:
    """Return CloudWatch's alarms by the function's credentials and region; one client a process."""
    return Alarms(boto3.client("cloudwatch"))
