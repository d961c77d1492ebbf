"""Source bundles in the account's S3."""

import contextlib
from functools import cache
from typing import Any

import boto3
import botocore.config
from botocore.exceptions import BotoCoreError, ClientError

from emulator.beanstalk.bundle_store import UnreadableBundleError
from emulator.beanstalk.model import BundleLocation
from emulator.beanstalk.sample_application import sample_bundle


class S3BundleStore:
    """Reads source bundles from the account's S3 over HTTP, as any client does. Thread-safe."""

    def __init__(self, *, region: str, account_id: str, endpoint_url: str) -> None:
        # MiniStack takes the access key for the account's id. No proxy: S3 is on this machine.
        self._s3 = _session().client(
            "s3",
            region_name=region,
            endpoint_url=endpoint_url,
            aws_access_key_id=account_id,
            aws_secret_access_key="elastic-beanstalk",  # noqa: S106 - the account checks no secret
            config=botocore.config.Config(
                proxies={},
                s3={"addressing_style": "path"},
                connect_timeout=5,
                retries={"total_max_attempts": 3},
            ),
        )

    def read(self, location: BundleLocation | None) -> bytes:
        """Return a bundle. Without a location, return the sample application. Raises UnreadableBundleError."""
        if location is None:
            return sample_bundle()
        try:
            return self._s3.get_object(Bucket=location.bucket, Key=location.key)["Body"].read()
        except (ClientError, BotoCoreError) as error:
            raise UnreadableBundleError.not_downloaded(location, _reason(error)) from error

    def create_bucket(self, name: str) -> None:
        """Create a bucket of the account. Do nothing when it exists. Raises UnreadableBundleError."""
        region = self._s3.meta.region_name
        where: Any = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        try:
            self._s3.create_bucket(Bucket=name, **where)
        except self._s3.exceptions.BucketAlreadyOwnedByYou:
            return
        except (ClientError, BotoCoreError) as error:
            raise UnreadableBundleError(f"S3 does not create {name}. Reason: {_reason(error)}") from error

    def put_if_bucket_exists(self, location: BundleLocation, content: bytes) -> None:
        """Store an object, unless its bucket does not exist."""
        with contextlib.suppress(ClientError, BotoCoreError):
            self._s3.put_object(Bucket=location.bucket, Key=location.key, Body=content)

    def publish(self, location: BundleLocation, content: bytes, seconds: float) -> str:
        """Store an object and return a presigned URL of it. Raises UnreadableBundleError."""
        self.create_bucket(location.bucket)
        try:
            self._s3.put_object(Bucket=location.bucket, Key=location.key, Body=content)
        except (ClientError, BotoCoreError) as error:
            raise UnreadableBundleError(
                f"S3 does not store {location.bucket}/{location.key}. Reason: {_reason(error)}"
            ) from error
        url: str = self._s3.generate_presigned_url(
            "get_object", Params={"Bucket": location.bucket, "Key": location.key}, ExpiresIn=int(seconds)
        )
        return url

    def delete(self, location: BundleLocation) -> None:
        """Delete a bundle. Raises UnreadableBundleError."""
        try:
            self._s3.delete_object(Bucket=location.bucket, Key=location.key)
        except (ClientError, BotoCoreError) as error:
            raise UnreadableBundleError(
                f"S3 does not delete {location.bucket}/{location.key}. Reason: {_reason(error)}"
            ) from error


@cache
def _session() -> boto3.session.Session:
    """Return one session for all stores: reading the model of S3 takes long."""
    return boto3.session.Session()


def _reason(error: ClientError | BotoCoreError) -> str:
    if not isinstance(error, ClientError):
        return str(error)
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return {403: "Forbidden", 404: "Not Found"}.get(status, str(error))
