"""Where the reports of releases are: in the stack's bucket, under the name of the state machine and the execution."""

import os
from functools import cache
from typing import TYPE_CHECKING, Final

import boto3

from lambdas.aws.errors import translated_errors
from lambdas.console import object_link

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FOLDER: Final = "reports"
BUCKET: Final = "REPORT_BUCKET"
"""The environment variable with the name of the bucket. Without it there is no report."""


def report_key(execution: str) -> str:
    """Return the key of an execution's report. Shape: arn:PARTITION:states:REGION:ACCOUNT:execution:MACHINE:NAME."""
    machine, name = execution.split(":")[6:8]
    return f"{FOLDER}/{machine}/{name}.html"


def report_link(execution: str) -> str | None:
    """Return the URL of the report's page in the console; None if the function knows no bucket."""
    bucket = os.environ.get(BUCKET)
    return object_link(execution, bucket, report_key(execution)) if bucket else None


class Reports:
    """The reports in a bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def put(self, execution: str, page: str) -> None:
        """Write the report of an execution, over an earlier one. Raises as `translated_errors` says."""
        with translated_errors("S3", f"keep the report of {execution}"):
            self._client.put_object(
                Bucket=self._bucket,
                Key=report_key(execution),
                Body=page.encode(),
                ContentType="text/html; charset=utf-8",
                CacheControl="no-cache",
            )


@cache
def connect_reports() -> Reports:
    """Return the reports in the bucket that the function's environment names; one client a process."""
    return Reports(boto3.client("s3"), os.environ[BUCKET])
