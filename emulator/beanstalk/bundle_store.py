"""Source bundles: read from the account's S3, and the one of the sample application."""

import io
import zipfile
from functools import cache
from typing import Protocol, Self

import boto3
import botocore.config
from botocore.exceptions import BotoCoreError, ClientError

from emulator.beanstalk.model import BundleLocation

_SAMPLE = '''\
"""The sample application that Elastic Beanstalk runs when it is given no version."""

import http.server
import os


class Sample(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        page = b"<!doctype html><title>Sample</title><h1>Congratulations</h1><p>Your environment is running."
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *args):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Sample).serve_forever()
'''


class UnreadableBundleError(Exception):
    """S3 does not give the bundle; the message says why, as S3 says it."""

    @classmethod
    def of(cls, location: BundleLocation, reason: str) -> Self:
        return cls(
            f"Unable to download from S3 location (Bucket: {location.bucket}  Key: {location.key}). Reason: {reason}"
        )


class BundleStore(Protocol):
    """Where source bundles are. Thread-safe."""

    def read(self, location: BundleLocation | None) -> bytes:
        """Return a bundle; no location is the sample application's. Raises UnreadableBundleError."""

    def delete(self, location: BundleLocation) -> None:
        """Delete a bundle. Raises UnreadableBundleError."""


class S3BundleStore:
    """Source bundles in the account's S3, over the wire, as any client of it reads them."""

    def __init__(self, *, region: str, account_id: str, endpoint_url: str) -> None:
        # The access key names the account, as MiniStack understands it. No proxy: S3 is on this machine.
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
        """Return a bundle; no location is the sample application's. Raises UnreadableBundleError."""
        if location is None:
            return sample_bundle()
        try:
            return self._s3.get_object(Bucket=location.bucket, Key=location.key)["Body"].read()
        except (ClientError, BotoCoreError) as error:
            raise UnreadableBundleError.of(location, _reason(error)) from error

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
    """Return the one session of all, since reading the model of S3 takes long."""
    return boto3.session.Session()


def _reason(error: ClientError | BotoCoreError) -> str:
    if not isinstance(error, ClientError):
        return str(error)
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return {403: "Forbidden", 404: "Not Found"}.get(status, str(error))


def sample_bundle() -> bytes:
    """Return the bundle of the sample application."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Procfile", "web: python sample.py\n")
        archive.writestr("sample.py", _SAMPLE)
    return packed.getvalue()
