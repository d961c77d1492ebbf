"""The CloudWatch alarms that a release is watched by."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.aws.errors import unanswered
from lambdas.errors import UnexpectedEnvironmentError

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient


class Alarms:
    """CloudWatch's alarms, metric and composite, by name."""

    def __init__(self, client: "CloudWatchClient") -> None:
        self._client = client

    def in_alarm(self, names: Sequence[str]) -> list[str]:
        """Those in ALARM. A named alarm that does not exist is an UnexpectedEnvironmentError, not silence."""
        if not names:
            return []
        try:
            found = self._client.describe_alarms(
                AlarmNames=list(names), AlarmTypes=["MetricAlarm", "CompositeAlarm"], MaxRecords=100
            )
        except (ClientError, BotoCoreError) as error:
            raise unanswered(f"CloudWatch to tell the state of {', '.join(names)}", error) from error
        states = {alarm["AlarmName"]: alarm["StateValue"] for alarm in found["MetricAlarms"]}
        states |= {alarm["AlarmName"]: alarm["StateValue"] for alarm in found["CompositeAlarms"]}
        missing = [name for name in names if name not in states]
        if missing:
            raise UnexpectedEnvironmentError(
                expected=f"the alarms {', '.join(names)} to exist",
                found=f"no {', '.join(missing)}",
                next_step="Correct `alarms` in the input, then start a new execution.",
            )
        return [name for name in names if states[name] == "ALARM"]


@cache
def connect_alarms() -> Alarms:
    """The account's alarms, by the environment's credentials and region; one client a process."""
    return Alarms(boto3.client("cloudwatch"))
