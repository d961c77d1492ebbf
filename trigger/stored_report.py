"""The report of a release, which the stack writes into its bucket a moment after the end."""

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from botocore.exceptions import BotoCoreError, ClientError

from trigger.follower import console_host

if TYPE_CHECKING:
    from boto3 import Session

OUTPUT = "ArtifactsBucketName"
"""The output of the stack with the bucket's name."""


class ReportMissingError(Exception):
    """There is no report to show; the message says why and what to do."""


class StoredReport:
    """The report of an execution. `bucket`: that has it if the stack, which has the machine's name, tells no other."""

    def __init__(self, session: "Session", execution: str, bucket: str | None) -> None:
        self._session = session
        self._execution = execution
        machine, name = execution.split(":")[6:8]
        self._key = f"reports/{machine}/{name}.html"
        self._bucket = self._bucket_of_stack(machine) or bucket

    def _bucket_of_stack(self, stack: str) -> str | None:
        try:
            (found,) = self._session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
        except (BotoCoreError, ClientError):
            return None
        return next((each["OutputValue"] for each in found.get("Outputs", []) if each["OutputKey"] == OUTPUT), None)

    @property
    def link(self) -> str:
        """The address of its page in the console. Raises ReportMissingError if the bucket is not known."""
        region = self._execution.split(":")[3]
        key = quote(self._key)
        return f"https://{console_host(self._execution)}/s3/object/{self._place}?region={region}&prefix={key}"

    def save(self, file: Path) -> None:
        """Write it to a file. Raises ReportMissingError."""
        place = self._place
        try:
            page = self._session.client("s3").get_object(Bucket=place, Key=self._key)["Body"].read()
        except (BotoCoreError, ClientError) as error:
            raise ReportMissingError(
                f"Expected the report at s3://{place}/{self._key}. Found {error}. It is written a moment after the "
                "release has ended; to read it takes s3:GetObject on it."
            ) from error
        try:
            file.write_bytes(page)
        except OSError as error:
            raise ReportMissingError(f"The report cannot be written to {file}: {error.strerror}.") from error

    @property
    def _place(self) -> str:
        if not self._bucket:
            raise ReportMissingError(
                "The bucket with the reports is not known: set ARTIFACTS_S3_BUCKET to the stack's bucket, or allow "
                "cloudformation:DescribeStacks."
            )
        return self._bucket
