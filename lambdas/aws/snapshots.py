"""The snapshot of all environments in S3: one object for all stacks that may see the same applications.

It is written with conditional puts only. Source:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

import os
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from lambdas.aws.errors import translated_errors
from lambdas.aws.snapshot import Snapshot

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ABSENCE_CODES: Final = frozenset({"NoSuchKey", "AccessDenied", "403"})
"""S3 denies to tell of an object that does not exist to a role that may not list the bucket."""
LOST_RACE_CODES: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"})
"""The last: it was deleted."""


class SnapshotChangedError(Exception):
    """Another execution wrote the snapshot since it was read."""


class Snapshots:
    """The snapshot at a place in S3."""

    def __init__(self, client: "S3Client", bucket: str, key: str) -> None:
        self._client = client
        self._bucket = bucket
        self._key = key

    def read(self) -> Snapshot:
        """Return the snapshot, an empty one when there is none. Errors are raised as `translated_errors` says."""
        with translated_errors("S3", f"show s3://{self._bucket}/{self._key}"):
            try:
                found = self._client.get_object(Bucket=self._bucket, Key=self._key)
            except ClientError as error:
                if error.response["Error"]["Code"] in ABSENCE_CODES:
                    return Snapshot()
                raise
            return Snapshot.from_json(found["Body"].read(), found["ETag"])

    def write(self, snapshot: Snapshot) -> Snapshot:
        """Replace the object that `snapshot` was read from. Return it as it is now in S3.

        Raises SnapshotChangedError when another execution wrote it since.
        """
        condition: Any = {"IfMatch": snapshot.etag} if snapshot.etag else {"IfNoneMatch": "*"}
        with translated_errors("S3", f"write s3://{self._bucket}/{self._key}"):
            try:
                written = self._client.put_object(
                    Bucket=self._bucket,
                    Key=self._key,
                    Body=snapshot.to_json(),
                    ContentType="application/json",
                    **condition,
                )
            except ClientError as error:
                if error.response["Error"]["Code"] in LOST_RACE_CODES:
                    raise SnapshotChangedError from error
                raise
        return replace(snapshot, etag=written["ETag"])


@cache
def connect_snapshots() -> Snapshots | None:
    """Return the snapshot that the function's environment names; one client a process. None when it names none.

    An S3 that does not answer soon is left out: the stage looks by itself then.
    """
    if "SNAPSHOT_KEY" not in os.environ:
        return None
    config = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1})
    return Snapshots(boto3.client("s3", config=config), os.environ["SHARED_RECORD_BUCKET"], os.environ["SNAPSHOT_KEY"])
