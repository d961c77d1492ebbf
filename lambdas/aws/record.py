"""The record of a blue environment in S3: its production CNAME, and the lock that keeps executions apart.

Each blue environment has one object, written with conditional puts only. The execution that it names holds the lock
while that execution is RUNNING. After that, the next execution takes the lock.
Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

import json
import os
import re
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from lambdas.aws.errors import translated_errors
from lambdas.errors import EnvironmentNotReadyError, LockLostError, ReleaseRefusedError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MAX_RECORD_BYTES = 65_536  # far more than a record has
MAX_KEY_BYTES = 1024  # S3's limit
PATTERNS = {
    "BlueEnvUrl": re.compile(r"[A-Za-z0-9.-]{1,253}"),
    "green": re.compile(r"[A-Za-z0-9-]{4,40}"),
    "execution": re.compile(r"arn:[a-z-]+:states:[a-z0-9-]+:[0-9]{12}:execution(:[^:\s\x00-\x1f\x7f-\x9f]{1,80}){2}"),
}
"""The keys that a record has, with the form of their values. A person may have edited the object."""
LOST_RACE_CODES = {"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"}  # the last: it was deleted


@dataclass(frozen=True)
class Record:
    """The record of one blue environment. `etag` is the ETag of the object that was read; None before it is written."""

    production_cname: str
    green: str
    execution: str
    """The ARN of the execution that holds the lock, or held it last."""
    etag: str | None = None

    @classmethod
    def from_json(cls, text: str, etag: str, where: str) -> Self:
        """Return the record in `text`. Raises ReleaseRefusedError when it is not in this tool's form."""
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict) or not all(_matches(data.get(key), pattern) for key, pattern in PATTERNS.items()):
            raise ReleaseRefusedError(
                expected=f"{where} to be a record that this tool wrote",
                found=ascii(text[:200]),
                next_step="Delete it if blue holds the production CNAME, then start a new execution.",
            )
        return cls(data["BlueEnvUrl"], data["green"], data["execution"], etag)


def _matches(value: object, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


class Records:
    """The records in one bucket."""

    def __init__(self, client: "S3Client", bucket: str, key: str) -> None:
        """`key` is a pattern with {application} and {blue} in it."""
        self._client = client
        self._bucket = bucket
        self._key = key

    def read(self, application: str, blue: str) -> Record | None:
        """Return the record; None when there is none. Raises ReleaseRefusedError when it is not in this tool's form."""
        key = self._key_of(application, blue)
        with self._translated_errors(key):
            try:
                found = self._client.get_object(Bucket=self._bucket, Key=key)
            except self._client.exceptions.NoSuchKey:
                return None
            text = found["Body"].read(MAX_RECORD_BYTES).decode(errors="replace")
        return Record.from_json(text, found["ETag"], f"s3://{self._bucket}/{key}")

    def write(self, application: str, blue: str, record: Record, seen: Record | None) -> None:
        """Replace the record `seen`, or make the first one.

        Raises EnvironmentNotReadyError when another execution wrote a record since.
        """
        key = self._key_of(application, blue)
        body = {"BlueEnvUrl": record.production_cname, "green": record.green, "execution": record.execution}
        condition: Any = {"IfMatch": seen.etag} if seen else {"IfNoneMatch": "*"}
        with self._translated_errors(key):
            try:
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=json.dumps(body | {"application": application, "blue": blue}, indent=2).encode(),
                    ContentType="application/json",
                    **condition,
                )
            except ClientError as error:
                if error.response["Error"]["Code"] not in LOST_RACE_CODES:
                    raise
                raise EnvironmentNotReadyError(
                    expected=f"s3://{self._bucket}/{key} to be as it was a moment ago",
                    found="it changed",
                    next_step="The stage looks again who holds the environment.",
                ) from error

    def require_held(self, application: str, blue: str, execution: str) -> None:
        """Raise LockLostError when another execution holds the lock. Every change is preceded by this check."""
        record = self.read(application, blue)
        if record is None or record.execution != execution:
            raise LockLostError(
                expected=f"{blue} to be held by this execution",
                found=record.execution if record else "no record of it",
                next_step="This execution touches nothing more. Start a new one if its version is still wanted.",
            )

    def _key_of(self, application: str, blue: str) -> str:
        key = self._key.format(application=quote(application, safe=""), blue=quote(blue, safe=""))
        if len(key.encode()) > MAX_KEY_BYTES:
            raise ReleaseRefusedError(
                expected=f"the key of the record to have at most {MAX_KEY_BYTES:,} bytes",
                found=f"{len(key.encode()):,}: it has the application's name in it, percent-encoded",
                next_step="Deploy the stack with a shorter -c record_key=, or give the application a shorter name.",
            )
        return key

    def _translated_errors(self, key: str) -> AbstractContextManager[None]:
        return translated_errors("S3", f"answer about s3://{self._bucket}/{key}")


@cache
def connect_records() -> Records:
    """Return the records in the bucket that the function's environment names; one client a process."""
    config = Config(connect_timeout=5, read_timeout=20)
    return Records(boto3.client("s3", config=config), os.environ["RECORD_BUCKET"], os.environ["BLUE_CNAME_CONFIG_FILE"])
