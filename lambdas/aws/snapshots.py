"""The snapshot of all environments in S3: one object for all stacks that may see the same applications."""

import os
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config

from lambdas.aws.conditional_object import ConditionalObject
from lambdas.aws.snapshot import Snapshot

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ABSENCE_CODES: Final = frozenset({"NoSuchKey", "AccessDenied", "403"})
"""S3 denies to tell of an object that does not exist to a role that may not list the bucket."""


class Snapshots:
    """The snapshot at a place in S3."""

    def __init__(self, client: "S3Client", bucket: str, key: str) -> None:
        self._shared = ConditionalObject(client, bucket, key)

    def read(self) -> Snapshot:
        """Return the snapshot, an empty one when there is none. Errors are raised as `translated_errors` says."""
        found = self._shared.read(f"show {self._shared}", ABSENCE_CODES)
        return Snapshot.from_json(*found) if found else Snapshot()

    def write(self, snapshot: Snapshot) -> Snapshot:
        """Replace the object that `snapshot` was read from. Return it as it is now in S3.

        Raises ObjectChangedError when another execution wrote it since.
        """
        return replace(snapshot, etag=self._shared.write(f"write {self._shared}", snapshot.to_json(), snapshot.etag))


@cache
def connect_snapshots() -> Snapshots | None:
    """Return the snapshot that the function's environment names; one client a process. None when it names none.

    An S3 that does not answer soon is left out: the stage looks by itself then.
    """
    if "SNAPSHOT_KEY" not in os.environ:
        return None
    config = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1})
    return Snapshots(boto3.client("s3", config=config), os.environ["SHARED_RECORD_BUCKET"], os.environ["SNAPSHOT_KEY"])
