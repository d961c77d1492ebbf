"""The application of the rehearsal: `shop`, live on `shop-prod` with version v1, and a version v2 to release."""

import time
from typing import TYPE_CHECKING

from rehearsal.report.evidence import BeanstalkEvent

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient
    from mypy_boto3_elasticbeanstalk.type_defs import ConfigurationOptionSettingTypeDef, EnvironmentDescriptionTypeDef
    from mypy_boto3_s3 import S3Client

APPLICATION = "shop"
BLUE = "shop-prod"
LIVE_VERSION = "v1"
NEXT_VERSION = "v2"
PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.5
ENHANCED_HEALTH: "ConfigurationOptionSettingTypeDef" = {
    "Namespace": "aws:elasticbeanstalk:healthreporting:system",
    "OptionName": "SystemType",
    "Value": "enhanced",
}


class ShopError(Exception):
    """The shop did not open; nothing can be rehearsed."""


class Shop:
    """Makes the application, its versions and its environment through the account's own services."""

    def __init__(self, beanstalk: "ElasticBeanstalkClient", s3: "S3Client", bucket: str) -> None:
        self._beanstalk = beanstalk
        self._s3 = s3
        self._bucket = bucket

    def found(self) -> None:
        """Make the application, and the bucket for its source bundles."""
        self._s3.create_bucket(Bucket=self._bucket)
        self._beanstalk.create_application(ApplicationName=APPLICATION, Description="A shop for gardeners")

    def stock(self, version: str, bundle: bytes) -> None:
        """Register a source bundle as a version, and return when it is processed. Raises ShopError."""
        key = f"{APPLICATION}/{version}.zip"
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=bundle)
        self._beanstalk.create_application_version(
            ApplicationName=APPLICATION,
            VersionLabel=version,
            SourceBundle={"S3Bucket": self._bucket, "S3Key": key},
            Process=True,
        )
        self._await_processed(version)

    def open(self, version: str) -> str:
        """Launch the environment with that version; return its CNAME when it is healthy. Raises ShopError."""
        stacks = self._beanstalk.list_available_solution_stacks()["SolutionStacks"]
        self._beanstalk.create_environment(
            ApplicationName=APPLICATION,
            EnvironmentName=BLUE,
            CNAMEPrefix=BLUE,
            VersionLabel=version,
            SolutionStackName=next(stack for stack in stacks if "Python" in stack),
            OptionSettings=[ENHANCED_HEALTH],
        )
        return self._await_healthy()["CNAME"]

    def events(self) -> list[BeanstalkEvent]:
        """Return all events of the application, oldest first."""
        pages = self._beanstalk.get_paginator("describe_events").paginate(ApplicationName=APPLICATION)
        newest_first = [event for page in pages for event in page["Events"]]
        return [
            BeanstalkEvent(
                at=event["EventDate"],
                environment=event.get("EnvironmentName", ""),
                severity=event["Severity"],
                message=event["Message"],
                request=event.get("RequestId"),
            )
            for event in reversed(newest_first)
        ]

    def _await_processed(self, version: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        status = ""
        while time.monotonic() < deadline:
            versions = self._beanstalk.describe_application_versions(
                ApplicationName=APPLICATION, VersionLabels=[version]
            )["ApplicationVersions"]
            status = versions[0]["Status"].upper()
            if status == "PROCESSED":
                return
            if status == "FAILED":
                break
            time.sleep(LOOK_SECONDS)
        raise ShopError(f"Version {version} of {APPLICATION} should be PROCESSED, and is {status}.{self._last_words()}")

    def _await_healthy(self) -> "EnvironmentDescriptionTypeDef":
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            found = self._beanstalk.describe_environments(
                ApplicationName=APPLICATION, EnvironmentNames=[BLUE], IncludeDeleted=False
            )["Environments"][0]
            if found["Status"] == "Ready" and found["Health"] == "Green":
                return found
            if time.monotonic() > deadline:
                raise ShopError(
                    f"{BLUE} should be Ready and Green within {PATIENCE_SECONDS:.0f} s, and is {found['Status']} and"
                    f" {found['Health']}.{self._last_words()}"
                )
            time.sleep(LOOK_SECONDS)

    def _last_words(self) -> str:
        errors = [event.message for event in self.events() if event.severity in ("ERROR", "FATAL")]
        return f" Elastic Beanstalk's last error: {errors[-1]}" if errors else ""
