"""When the releases of the last minutes began: one object in S3 for all stacks of the account and region."""

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Self

import boto3
from botocore.config import Config

from lambdas.aws.conditional_object import ConditionalObject
from lambdas.aws.snapshots import ABSENCE_CODES

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEY: Final = "BEGUN_RELEASES_KEY"
"""The variable of a function's environment that names the object. Its bucket is that of the records."""
MAX_BYTES: Final = 100_000
"""Far more than the releases of some minutes need."""


@dataclass(frozen=True)
class Begun:
    """The epochs at which releases began, by the digests of their executions."""

    times: Mapping[str, float] = field(default_factory=dict)
    etag: str | None = None
    """The ETag of the object that was read; None when there is none."""

    @classmethod
    def from_json(cls, text: bytes, etag: str) -> Self:
        """Return what is in `text`, nothing when it is not in this tool's form: it is replaced then."""
        try:
            times = {str(digest): float(time) for digest, time in json.loads(text).items()}
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
            times = {}
        return cls({digest: time for digest, time in times.items() if math.isfinite(time)}, etag)


class BegunReleases:
    """The object at a place in S3."""

    def __init__(self, client: "S3Client", bucket: str, key: str) -> None:
        self._shared = ConditionalObject(client, bucket, key)

    def read(self) -> Begun:
        """Return when releases began. Errors are raised as `translated_errors` says."""
        found = self._shared.read(f"show {self._shared}", ABSENCE_CODES, MAX_BYTES)
        return Begun.from_json(*found) if found else Begun()

    def write(self, begun: Begun) -> None:
        """Replace what was read. Raises ObjectChangedError when another execution wrote it since."""
        content: Any = {digest: round(time, 3) for digest, time in begun.times.items()}
        self._shared.write(f"write {self._shared}", json.dumps(content).encode(), begun.etag)


@cache
def connect_begun_releases() -> BegunReleases | None:
    """Return the object that the function's environment names; one client a process. None when it names none.

    An S3 that does not answer soon is left out: the release begins at once then.
    """
    if KEY not in os.environ:
        return None
    config = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1})
    return BegunReleases(boto3.client("s3", config=config), os.environ["SHARED_RECORD_BUCKET"], os.environ[KEY])
