"""The record of a blue environment in S3: its production CNAME, and the lock that keeps executions apart.

One object for each blue environment, written with conditional puts only. The execution that it names holds the
environment for as long as it is RUNNING; the next one takes it over when it is not.
Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

import json
import os
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.aws.errors import unanswered
from lambdas.errors import EnvironmentNotReadyError, LockLostError, ReleaseError, ReleaseRefusedError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MAX_RECORD_BYTES = 65_536  # far more than a record has
MAX_KEY_BYTES = 1024  # S3's limit
SHAPES = {
    "BlueEnvUrl": re.compile(r"[A-Za-z0-9.-]{1,253}"),
    "green": re.compile(r"[A-Za-z0-9-]{4,40}"),
    "execution": re.compile(r"arn:[a-z-]+:states:[a-z0-9-]+:[0-9]{12}:execution(:[^:\s\x00-\x1f\x7f-\x9f]{1,80}){2}"),
}
"""What it holds for certain; it is an object in a bucket, which a person may have edited."""
LOST_RACE = {"PreconditionFailed", "ConditionalRequestConflict"}


@dataclass(frozen=True)
class Record:
    """What is known of one blue environment. `etag` is the ETag of the object that it was read from."""

    production_cname: str
    green: str
    execution: str
    """The ARN of the execution that holds the environment, or held it last."""
    etag: str | None = None

    @classmethod
    def from_json(cls, text: str, etag: str, where: str) -> Self:
        """Raises ReleaseRefusedError for what this tool did not write."""
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict) or not all(_fits(data.get(key), shape) for key, shape in SHAPES.items()):
            raise ReleaseRefusedError(
                expected=f"{where} to be a record that this tool wrote",
                found=ascii(text[:200]),
                next_step="Delete it if blue holds the production CNAME, then start a new execution.",
            )
        return cls(data["BlueEnvUrl"], data["green"], data["execution"], etag)


def _fits(value: object, shape: re.Pattern[str]) -> bool:
    return isinstance(value, str) and shape.fullmatch(value) is not None


class Records:
    """The records in one bucket."""

    def __init__(self, client: "S3Client", bucket: str, key: str) -> None:
        """`key` is a pattern with {application} and {blue} in it."""
        self._client = client
        self._bucket = bucket
        self._key = key

    def read(self, application: str, blue: str) -> Record | None:
        """The record, or None when there is none. Raises ReleaseRefusedError for one that cannot be understood."""
        key = self._key_of(application, blue)
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=key)
            text = found["Body"].read(MAX_RECORD_BYTES).decode(errors="replace")
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise self._unanswered(key, error) from error
        except BotoCoreError as error:
            raise self._unanswered(key, error) from error
        return Record.from_json(text, found["ETag"], f"s3://{self._bucket}/{key}")

    def write(self, application: str, blue: str, record: Record, seen: Record | None) -> None:
        """Write over what was seen, and over nothing else. Raises EnvironmentNotReadyError when another came first."""
        key = self._key_of(application, blue)
        body = {"BlueEnvUrl": record.production_cname, "green": record.green, "execution": record.execution}
        condition: Any = {"IfMatch": seen.etag} if seen else {"IfNoneMatch": "*"}
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=json.dumps(body | {"application": application, "blue": blue}, indent=2).encode(),
                ContentType="application/json",
                **condition,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in LOST_RACE:
                raise EnvironmentNotReadyError(
                    expected=f"s3://{self._bucket}/{key} to be as it was a moment ago",
                    found="it changed",
                    next_step="The stage looks again who holds the environment.",
                ) from error
            raise self._unanswered(key, error) from error
        except BotoCoreError as error:
            raise self._unanswered(key, error) from error

    def require_held(self, application: str, blue: str, execution: str) -> None:
        """The fence before every act. Raises LockLostError when another execution has taken over."""
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

    def _unanswered(self, key: str, error: ClientError | BotoCoreError) -> ReleaseError:
        return unanswered(f"S3 to answer about s3://{self._bucket}/{key}", error)


@cache
def connect_records() -> Records:
    """The records that the function's environment names; one client a process."""
    config = Config(connect_timeout=5, read_timeout=20)
    return Records(boto3.client("s3", config=config), os.environ["RECORD_BUCKET"], os.environ["BLUE_CNAME_CONFIG_FILE"])
