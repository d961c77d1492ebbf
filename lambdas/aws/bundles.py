"""Source bundles in S3: one version of an object, kept at a key of its own.

Elastic Beanstalk names a bundle by bucket and key only, and reads it again at every launch, so an object that a build
overwrites cannot be a version's bundle.
"""

import hashlib
import os
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.deployment import SourceBundle
from lambdas.errors import RegistrationFailedError, ServiceUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUNDLE_KEY: Final = "bundles/{application}/{version}-{digest}.zip"
PASSING: Final = {"SlowDown", "RequestTimeout", "ConditionalRequestConflict", "OperationAborted"}


class Bundles:
    """The kept bundles in one bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def keep(self, source: SourceBundle, application: str, version: str) -> SourceBundle:
        """Where that version of the object is kept, copied there unless it is there already.

        The key names its source, so a copy never takes another's place, whoever copies at the same time.
        Raises RegistrationFailedError when there is no such object version, or it may not be read.
        """
        kept = SourceBundle(self._bucket, _key(source, application, version))
        try:
            if not self._has(kept.key):
                self._copy(source, kept.key)
        except (ClientError, BotoCoreError) as error:
            raise _translation(source, error) from error
        return kept

    def _has(self, key: str) -> bool:
        try:
            self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if _status(error) == 404:
                return False
            raise
        return True

    def _copy(self, source: SourceBundle, key: str) -> None:
        origin: Any = {"Bucket": source.bucket, "Key": source.key, "VersionId": source.version_id}
        # Tags would take permissions of their own, and say nothing here.
        self._client.copy_object(Bucket=self._bucket, Key=key, CopySource=origin, TaggingDirective="REPLACE")


def _key(source: SourceBundle, application: str, version: str) -> str:
    origin = "\n".join([source.bucket, source.key, source.version_id or ""])
    return BUNDLE_KEY.format(
        application=quote(application, safe=""),
        version=quote(version, safe=""),
        digest=hashlib.sha256(origin.encode()).hexdigest()[:12],
    )


def _translation(source: SourceBundle, error: ClientError | BotoCoreError) -> Exception:
    expected = f"s3://{source.bucket}/{source.key} to be there in the version {source.version_id}"
    passing = isinstance(error, BotoCoreError) or _status(error) >= 500 or error.response["Error"]["Code"] in PASSING
    if passing:
        return ServiceUnavailableError(expected=expected, found=str(error), next_step="The stage asks again.")
    return RegistrationFailedError(
        expected=expected,
        found=str(error),
        next_step="Correct `source_bundle` and start a new execution; if access was denied, let the function "
        "RegisterRelease read the bucket, then redrive this one.",
    )


def _status(error: ClientError) -> int:
    return error.response["ResponseMetadata"]["HTTPStatusCode"]


@cache
def connect_bundles() -> Bundles:
    """The bucket that the function's environment names; one client a process. Bundles have up to 500 MB to copy."""
    config = Config(connect_timeout=5, read_timeout=90, retries={"total_max_attempts": 1})
    return Bundles(boto3.client("s3", config=config), os.environ["RECORD_BUCKET"])
