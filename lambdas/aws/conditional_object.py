"""An object in S3 that executions share: it is written with conditional puts only.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from lambdas.aws.errors import translated_errors

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LOST_RACE_CODES: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"})
"""The last: it was deleted."""


class ObjectChangedError(Exception):
    """Another execution wrote the object since it was read."""


@dataclass(frozen=True)
class ConditionalObject:
    """The object at a place in S3. `task` in its methods: what S3 is asked for, in the words of an error."""

    client: "S3Client"
    bucket: str
    key: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    def read(self, task: str, absence_codes: Container[str], longest: int | None = None) -> tuple[bytes, str] | None:
        """Return the content, `longest` bytes at most, and the ETag; None for an error that tells of its absence.

        Other errors are raised as `translated_errors` says.
        """
        with translated_errors("S3", task):
            try:
                found = self.client.get_object(Bucket=self.bucket, Key=self.key)
            except ClientError as error:
                if error.response["Error"]["Code"] in absence_codes:
                    return None
                raise
            return found["Body"].read(longest), found["ETag"]

    def write(self, task: str, content: bytes, etag: str | None) -> str:
        """Replace the object that was read with `etag`, or make the first one without. Return the new ETag.

        Raises ObjectChangedError when another execution wrote it since. Other errors are as `translated_errors` says.
        """
        condition: Any = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        with translated_errors("S3", task):
            try:
                written = self.client.put_object(
                    Bucket=self.bucket, Key=self.key, Body=content, ContentType="application/json", **condition
                )
            except ClientError as error:
                if error.response["Error"]["Code"] in LOST_RACE_CODES:
                    raise ObjectChangedError from error
                raise
        return written["ETag"]
