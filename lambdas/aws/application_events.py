"""The events of an application's environments in a time, as Elastic Beanstalk tells them to people."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config

from lambdas.aws.errors import translated_errors

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient

MAX_PAGES: Final = 3
"""A page has 1,000 events. Elastic Beanstalk answers two calls a second in an account and region."""


@dataclass(frozen=True)
class ApplicationEvent:
    """One event of an environment."""

    at: datetime
    environment: str
    severity: str
    message: str


class ApplicationEvents:
    """The events of applications."""

    def __init__(self, client: "ElasticBeanstalkClient") -> None:
        self._client = client

    def between(self, application: str, start: datetime, end: datetime) -> tuple[list[ApplicationEvent], bool]:
        """Return the events of the application's environments, oldest first, and whether older ones are left out.

        `end` is not included. Raises as `translated_errors` says.
        """
        asked = {"ApplicationName": application, "StartTime": start, "EndTime": end}
        with translated_errors("Elastic Beanstalk", f"show the events of {application}"):
            pages = self._client.get_paginator("describe_events").paginate(
                **asked,  # type: ignore[arg-type]
                PaginationConfig={"PageSize": 1000},
            )
            read = list(islice(pages, MAX_PAGES))
        newest_first = [
            ApplicationEvent(each["EventDate"], each["EnvironmentName"], each["Severity"], each["Message"])
            for page in read
            for each in page["Events"]
            if each.get("EnvironmentName")
        ]
        return newest_first[::-1], len(read) == MAX_PAGES and bool(read[-1].get("NextToken"))


@cache
def connect_application_events() -> ApplicationEvents:
    """Return the events by the function's credentials and region; one client a process.

    Nobody waits for them, so the SDK asks again, slowly, while Elastic Beanstalk throttles.
    """
    return ApplicationEvents(
        boto3.client("elasticbeanstalk", config=Config(retries={"mode": "standard", "total_max_attempts": 6}))
    )
