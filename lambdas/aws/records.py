"""The records of blue environments in S3: one object each, written with conditional puts only.

They are in Elastic Beanstalk's own bucket of the account and region, elasticbeanstalk-REGION-ACCOUNT, which all stacks
see, so one execution holds an environment, whatever its stack. A swap is written down before Elastic Beanstalk is asked
for it (lambdas/swaps.py), because S3 shows a write at once, and Elastic Beanstalk may not.
"""

import json
import os
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import boto3
from botocore.config import Config

from lambdas.aws.conditional_object import ConditionalObject, ObjectChangedError
from lambdas.aws.record import Record
from lambdas.errors import CallRejectedError, EnvironmentNotReadyError, LockLostError, ReleaseRefusedError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MAX_RECORD_BYTES: Final = 65_536  # far more than a record has
MAX_KEY_BYTES: Final = 1024  # S3's limit
NO_BUCKET: Final = "NoSuchBucket"
ABSENCE_CODES: Final = frozenset({"NoSuchKey", NO_BUCKET})
"""Without an environment in the region, there may be no bucket either."""


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
        shared = ConditionalObject(self._client, place.bucket, place.key_of(application, blue))
        found = shared.read(f"answer about {shared}", ABSENCE_CODES, MAX_RECORD_BYTES)
        if found is None:
            return None
        content, etag = found
        return Record.from_json(content.decode(errors="replace"), etag, str(shared))

    def write(self, application: str, blue: str, record: Record, seen: Record | None) -> Record:
        """Replace the record `seen`, or make the first one, where all stacks see it. Return it as it is now in S3.

        Raises EnvironmentNotReadyError when another execution wrote a record since, and ReleaseRefusedError when there
        is no such bucket.
        """
        shared = ConditionalObject(self._client, self._place.bucket, self._place.key_of(application, blue))
        document = record.to_json() | {"application": application, "blue": blue}
        try:
            etag = shared.write(
                f"answer about {shared}", json.dumps(document, indent=2).encode(), seen.etag if seen else None
            )
        except ObjectChangedError as error:
            raise EnvironmentNotReadyError(
                expected=f"{shared} to be as it was a moment ago",
                found="it changed",
                next_step="The stage looks again who holds the environment.",
            ) from error
        except CallRejectedError as error:
            if not error.found.startswith(NO_BUCKET):
                raise
            raise _missing(self._place.bucket) from error
        return replace(record, etag=etag)

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
