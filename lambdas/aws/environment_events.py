"""The events of an environment in a time, as Elastic Beanstalk tells them to people."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config

from lambdas.aws.errors import translated_errors

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient

MOST: Final = 1_000
"""One page. Elastic Beanstalk answers two calls a second in an account and region, which releases need."""


@dataclass(frozen=True)
class EnvironmentEvent:
    """One event of an environment."""

    at: datetime
    environment: str
    severity: str
    message: str


class EnvironmentEvents:
    """The events of environments."""

    def __init__(self, client: "ElasticBeanstalkClient") -> None:
        self._client = client

    def between(self, environment: str, start: datetime, end: datetime) -> tuple[list[EnvironmentEvent], bool]:
        """Return the newest events of an environment, oldest first, and whether older ones are left out.

        `environment`: its id, which tells a terminated one from another of its name. `end` is not included. Raises as
        `translated_errors` says.
        """
        with translated_errors("Elastic Beanstalk", f"show the events of {environment}"):
            found = self._client.describe_events(
                EnvironmentId=environment, StartTime=start, EndTime=end, MaxRecords=MOST
            )
        newest_first = [
            EnvironmentEvent(each["EventDate"], each.get("EnvironmentName", ""), each["Severity"], each["Message"])
            for each in found["Events"]
        ]
        return newest_first[::-1], bool(found.get("NextToken"))


@cache
def connect_environment_events() -> EnvironmentEvents:
    """Return the events by the function's credentials and region; one client a process.

    Nobody waits for them, so the SDK asks again, slowly, while Elastic Beanstalk throttles.
    """
    config = Config(retries={"mode": "standard", "total_max_attempts": 6})
    return EnvironmentEvents(boto3.client("elasticbeanstalk", config=config))
