"""A version of an application as Elastic Beanstalk describes it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk.type_defs import ApplicationVersionDescriptionTypeDef


@dataclass(frozen=True)
class ApplicationVersion:
    """One version of an application. `status` is one of UNPROCESSED, PROCESSING, BUILDING, PROCESSED, FAILED."""

    label: str
    status: str
    bucket: str | None
    key: str | None

    @classmethod
    def from_description(cls, found: "ApplicationVersionDescriptionTypeDef") -> Self:
        """`found`: one item of DescribeApplicationVersions."""
        bundle = found.get("SourceBundle", {})
        status = found.get("Status", "UNPROCESSED").upper()
        return cls(found["VersionLabel"], status, bundle.get("S3Bucket"), bundle.get("S3Key"))
