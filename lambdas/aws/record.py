"""The record of a blue environment in S3: its production CNAME, its last swap, and the lock between executions.

Each blue environment has one object, written with conditional puts only. The execution that it names holds the lock
while that execution is RUNNING. After that, the next execution takes the lock. A swap is written down before Elastic
Beanstalk is asked for it (lambdas/swaps.py), because S3 shows a write at once, and Elastic Beanstalk may not.
Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

import json
import os
import re
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from lambdas.aws.errors import translated_errors
from lambdas.deployment import Role
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
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?\+00:00")
LOST_RACE_CODES = {"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"}  # the last: it was deleted


@dataclass(frozen=True)
class SwapMark:
    """The last swap that this tool asked for, or was about to ask for."""

    to: Role
    """The environment that gets the production CNAME."""
    at: datetime

    def to_json(self) -> dict[str, str]:
        """Return it as the record has it, under the key `swap`."""
        return {"to": self.to, "at": self.at.isoformat()}


@dataclass(frozen=True)
class Record:
    """The record of one blue environment. `etag` is the ETag of the object that was read; None before it is written."""

    production_cname: str
    green: str
    execution: str
    """The ARN of the execution that holds the lock, or held it last."""
    etag: str | None = None
    swap: SwapMark | None = None
    """None also in a record that was written before swaps were written down."""

    @classmethod
    def from_json(cls, text: str, etag: str, where: str) -> Self:
        """Return the record in `text`. Raises ReleaseRefusedError when it is not in this tool's form."""
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            data = None
        if not _is_record(data):
            raise ReleaseRefusedError(
                expected=f"{where} to be a record that this tool wrote",
                found=ascii(text[:200]),
                next_step="Delete it if blue holds the production CNAME, then start a new execution.",
            )
        swap = data.get("swap")
        mark = SwapMark(swap["to"], datetime.fromisoformat(swap["at"])) if swap else None
        return cls(data["BlueEnvUrl"], data["green"], data["execution"], etag, mark)

    def to_json(self) -> dict[str, Any]:
        """Return the keys that the object has of it. Functions of before do not know `swap`, and ignore it."""
        written = {"BlueEnvUrl": self.production_cname, "green": self.green, "execution": self.execution}
        return written | ({"swap": self.swap.to_json()} if self.swap else {})


def _is_record(data: Any) -> bool:
    if not isinstance(data, dict) or not all(_matches(data.get(key), pattern) for key, pattern in PATTERNS.items()):
        return False
    swap = data.get("swap")
    return swap is None or (
        isinstance(swap, dict) and swap.get("to") in ("blue", "green") and _is_moment(swap.get("at"))
    )


def _is_moment(value: object) -> bool:
    try:
        return _matches(value, MOMENT) and bool(datetime.fromisoformat(str(value)))
    except ValueError:  # a 32nd of January
        return False


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

    def write(self, application: str, blue: str, record: Record, seen: Record | None) -> Record:
        """Replace the record `seen`, or make the first one. Return it as it is now in S3.

        Raises EnvironmentNotReadyError when another execution wrote a record since.
        """
        key = self._key_of(application, blue)
        condition: Any = {"IfMatch": seen.etag} if seen else {"IfNoneMatch": "*"}
        with self._translated_errors(key):
            try:
                written = self._client.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=json.dumps(record.to_json() | {"application": application, "blue": blue}, indent=2).encode(),
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
