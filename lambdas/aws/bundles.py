"""Source bundles in S3, and copies of them: one version of an object, copied to a key of its own.

Elastic Beanstalk knows a bundle by bucket and key only, and reads it again at every launch. So a version needs an
object that builds do not overwrite.
"""

import hashlib
import os
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from lambdas.aws.errors import translated_errors
from lambdas.deployment import SourceBundle
from lambdas.errors import CallRejectedError, RegistrationFailedError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUNDLE_KEY: Final = "bundles/{application}/{version}-{digest}.zip"
LOOK: Final = "A release does not need that: RegisterRelease reads the bundle."
GRANT: Final = "Let the function RegisterRelease read the bucket, then redrive this execution."


class Bundles:
    """Bundles in any bucket, and their copies in one."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def keep(self, source: SourceBundle, application: str, version: str) -> SourceBundle:
        """Copy that version of the object, unless it is copied already, and return the copy.

        The copy's key names its source, so two sources never share a copy, even at the same time.
        Raises RegistrationFailedError when there is no such version of the object.
        """
        kept = SourceBundle(self._bucket, key_of_copy(source, application, version))
        task = f"copy {source.place}"
        try:
            with translated_errors("S3", task, grant=GRANT):
                if self._size(Bucket=self._bucket, Key=kept.key) is None:
                    self._copy(source, kept.key)
        except CallRejectedError as error:
            raise RegistrationFailedError(
                expected=error.expected,
                found=error.found,
                next_step="Correct `source_bundle` and start a new execution.",
            ) from error
        return kept

    def size(self, source: SourceBundle) -> int | None:
        """Return the object's size in bytes; None when there is none. Raises ReleaseError."""
        version: Any = {"VersionId": source.version_id} if source.version_id else {}
        with translated_errors("S3", f"show {source.place}", grant=LOOK):
            return self._size(Bucket=source.bucket, Key=source.key, **version)

    def _size(self, **place: Any) -> int | None:
        try:
            return self._client.head_object(**place)["ContentLength"]
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return None
            raise

    def _copy(self, source: SourceBundle, key: str) -> None:
        origin: Any = {"Bucket": source.bucket, "Key": source.key, "VersionId": source.version_id}
        # Without the tags: copying them takes permissions of their own.
        self._client.copy_object(Bucket=self._bucket, Key=key, CopySource=origin, TaggingDirective="REPLACE")


def key_of_copy(source: SourceBundle, application: str, version: str) -> str:
    """Return the key of the copy of a version of an object."""
    origin = "\n".join([source.bucket, source.key, source.version_id or ""])
    return BUNDLE_KEY.format(
        application=quote(application, safe=""),
        version=quote(version, safe=""),
        digest=hashlib.sha256(origin.encode()).hexdigest()[:12],
    )


@cache
def connect_bundles() -> Bundles:
    """Return the bucket that the function's environment names; one client a process. A bundle has up to 500 MB."""
    config = Config(connect_timeout=5, read_timeout=90, retries={"total_max_attempts": 1})
    return Bundles(boto3.client("s3", config=config), os.environ["RECORD_BUCKET"])
