"""The records of blue environments in S3: one object each, written with conditional puts only.

They are in Elastic Beanstalk's own bucket of the account and region, elasticbeanstalk-REGION-ACCOUNT, which all stacks
see, so one execution holds an environment, whatever its stack. A swap is written down before Elastic Beanstalk is asked
for it (lambdas/swaps.py), because S3 shows a write at once, and Elastic Beanstalk may not.
Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

import json
import os
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from lambdas.aws.errors import translated_errors
from lambdas.aws.record import Record
from lambdas.errors import EnvironmentNotReadyError, LockLostError, ReleaseRefusedError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MAX_RECORD_BYTES: Final = 65_536  # far more than a record has
MAX_KEY_BYTES: Final = 1024  # S3's limit
ABSENCE_CODES: Final = frozenset({"NoSuchKey", "NoSuchBucket"})
"""Without an environment in the region, there may be no bucket either."""
LOST_RACE_CODES: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"})
"""The last: it was deleted."""


@dataclass(frozen=True)
class RecordPlace:
    """Where records are: a bucket, and a pattern of their keys with {application} and {blue} in it."""

    bucket: str
    key: str

    def key_of(self, application: str, blue: str) -> str:
        """Return the key of a record. Raises ReleaseRefusedError when it is too long for S3."""
        key = self.key.format(application=quote(application, safe=""), blue=quote(blue, safe=""))
        if len(key.encode()) > MAX_KEY_BYTES:
            raise ReleaseRefusedError(
                expected=f"the key of the record to have at most {MAX_KEY_BYTES:,} bytes",
                found=f"{len(key.encode()):,}: it has the application's name in it, percent-encoded",
                next_step="Deploy the stack with a shorter -c record_key=, or give the application a shorter name.",
            )
        return key


class Records:
    """The records in `place`. One that is not there is read in `former`, where a stack of before wrote it."""

    def __init__(self, client: "S3Client", place: RecordPlace, former: RecordPlace | None = None) -> None:
        self._client = client
        self._place = place
        self._former = former

    def read(self, application: str, blue: str) -> Record | None:
        """Return the record; None when there is none. Raises ReleaseRefusedError when it is not in this tool's form."""
        record = self._read(self._place, application, blue)
        if record is None and self._former:
            record = self._read(self._former, application, blue)
            return replace(record, etag=None) if record else None
        return record

    def _read(self, place: RecordPlace, application: str, blue: str) -> Record | None:
        key = place.key_of(application, blue)
        with _translated_errors(place, key):
            try:
                found = self._client.get_object(Bucket=place.bucket, Key=key)
            except ClientError as error:
                if error.response["Error"]["Code"] in ABSENCE_CODES:
                    return None
                raise
            text = found["Body"].read(MAX_RECORD_BYTES).decode(errors="replace")
        return Record.from_json(text, found["ETag"], f"s3://{place.bucket}/{key}")

    def write(self, application: str, blue: str, record: Record, seen: Record | None) -> Record:
        """Replace the record `seen`, or make the first one, where all stacks see it. Return it as it is now in S3.

        Raises EnvironmentNotReadyError when another execution wrote a record since, and ReleaseRefusedError when there
        is no such bucket.
        """
        bucket, key = self._place.bucket, self._place.key_of(application, blue)
        condition: Any = {"IfMatch": seen.etag} if seen and seen.etag else {"IfNoneMatch": "*"}
        with _translated_errors(self._place, key):
            try:
                written = self._client.put_object(
                    Bucket=bucket,
                    Key=key,
                    Body=json.dumps(record.to_json() | {"application": application, "blue": blue}, indent=2).encode(),
                    ContentType="application/json",
                    **condition,
                )
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == "NoSuchBucket":
                    raise _missing(bucket) from error
                if code not in LOST_RACE_CODES:
                    raise
                raise EnvironmentNotReadyError(
                    expected=f"s3://{bucket}/{key} to be as it was a moment ago",
                    found="it changed",
                    next_step="The stage looks again who holds the environment.",
                ) from error
        return replace(record, etag=written["ETag"])

    def require_held(self, application: str, blue: str, execution: str) -> Record:
        """Return the record. Raises LockLostError when another execution holds the lock.

        Every change is preceded by this check.
        """
        record = self.read(application, blue)
        if record is None or record.execution != execution:
            raise LockLostError(
                expected=f"{blue} to be held by this execution",
                found=record.execution if record else "no record of it",
                next_step="This execution touches nothing more. Start a new one if its version is still wanted.",
            )
        return record


def _missing(bucket: str) -> ReleaseRefusedError:
    return ReleaseRefusedError(
        expected=f"the bucket {bucket}, in which Elastic Beanstalk keeps what environments need",
        found="none",
        next_step="Make it (aws elasticbeanstalk create-storage-location), then start a new execution; nothing was "
        "touched.",
    )


def _translated_errors(place: RecordPlace, key: str) -> AbstractContextManager[None]:
    return translated_errors("S3", f"answer about s3://{place.bucket}/{key}")


@cache
def connect_records() -> Records:
    """Return the records in the buckets that the function's environment names; one client a process.

    While a stack is upgraded, a function may have the environment of before for a moment, which names one place.
    """
    client = boto3.client("s3", config=Config(connect_timeout=5, read_timeout=20))
    former = RecordPlace(os.environ["RECORD_BUCKET"], os.environ["BLUE_CNAME_CONFIG_FILE"])
    if "SHARED_RECORD_BUCKET" not in os.environ:
        return Records(client, former)
    shared = RecordPlace(os.environ["SHARED_RECORD_BUCKET"], os.environ["SHARED_RECORD_KEY"])
    return Records(client, shared, former)
