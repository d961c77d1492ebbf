"""The shop: an application in the account, with one environment that serves users."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rehearsal.wait import until

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient
    from mypy_boto3_s3 import S3Client

ENHANCED_HEALTH = {
    "Namespace": "aws:elasticbeanstalk:healthreporting:system",
    "OptionName": "SystemType",
    "Value": "enhanced",
}
TIMEOUT_SECONDS = 300.0
"""Real seconds for one change in the shop. Long, since tests change several shops at once on a busy machine."""


class ShopError(Exception):
    """The shop is not as expected; the message says what was expected and what was found."""


@dataclass(frozen=True)
class BeanstalkEvent:
    """An event as DescribeEvents returns it. `request`: the id of the request that caused it, if one did."""

    at: datetime
    environment: str
    severity: str
    message: str
    request: str | None = None


def events_of(beanstalk: Any, application: str) -> list[BeanstalkEvent]:
    """Return all events of an application, oldest first. `beanstalk`: a boto3 client."""
    pages = beanstalk.get_paginator("describe_events").paginate(ApplicationName=application)
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


class Shop:
    """Creates and changes one application through the account's own services.

    `bucket`: for source bundles. `language`: of the platform. Blue is `<name>-prod`, green its clone.
    """

    def __init__(
        self, beanstalk: "ElasticBeanstalkClient", s3: "S3Client", name: str, bucket: str, language: str = "Python"
    ) -> None:
        self._beanstalk: Any = beanstalk
        self._s3 = s3
        self._bucket = bucket
        self._language = language
        self.name = name

    @property
    def blue(self) -> str:
        return f"{self.name}-prod"

    @property
    def green(self) -> str:
        return f"{self.blue}-green"

    @property
    def cname(self) -> str:
        """The production CNAME."""
        return f"{self.blue}.us-east-1.elasticbeanstalk.com"

    # --- create and delete

    def create(self, live: str, versions: Mapping[str, bytes], *options: Mapping[str, str]) -> None:
        """Create the application with these source bundles, and launch blue with `live`.

        `options`: blue's option settings, by default enhanced health. Raises ShopError and WaitLimitError.
        """
        self._beanstalk.create_application(ApplicationName=self.name, Description="A shop for gardeners")
        for version, bundle in versions.items():
            self.register_bundle(version, bundle)
        for version in versions:
            self.until_processed(version)
        self.launch(self.blue, live, *(options or (ENHANCED_HEALTH,)), CNAMEPrefix=self.blue)

    def delete(self) -> None:
        """Delete the application and terminate its environments."""
        self._beanstalk.delete_application(ApplicationName=self.name, TerminateEnvByForce=True)

    def upload(self, key: str, bundle: bytes) -> dict[str, str]:
        """Upload a source bundle and return its location, as CreateApplicationVersion takes it."""
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=bundle)
        return {"S3Bucket": self._bucket, "S3Key": key}

    def register_bundle(self, version: str, bundle: bytes, description: str = "") -> None:
        """Upload a source bundle and register it as a version, without waiting until it is processed."""
        location = self.upload(f"{self.name}/{version}.zip", bundle)
        self._beanstalk.create_application_version(
            ApplicationName=self.name,
            VersionLabel=version,
            SourceBundle=location,
            Process=True,
            Description=description,
        )

    def delete_other_versions(self, kept: str) -> None:
        """Delete all versions but `kept`: an account may have 1,000 of them."""
        found = self._beanstalk.describe_application_versions(ApplicationName=self.name)["ApplicationVersions"]
        for version in found:
            if version["VersionLabel"] != kept:
                self._beanstalk.delete_application_version(
                    ApplicationName=self.name, VersionLabel=version["VersionLabel"]
                )

    def launch(self, name: str, version: str | None, *options: Mapping[str, str], **more: Any) -> None:
        """Launch an environment and wait until it is healthy; without a version, with AWS's sample application."""
        platforms = self._beanstalk.list_available_solution_stacks()["SolutionStacks"]
        self._beanstalk.create_environment(
            ApplicationName=self.name,
            EnvironmentName=name,
            **({"VersionLabel": version} if version else {}),
            SolutionStackName=next(platform for platform in platforms if self._language in platform),
            OptionSettings=[dict(option) for option in options],
            **more,
        )
        self.until_healthy(name)

    # --- what there is

    def environment(self, name: str) -> dict[str, Any]:
        """Return the environment of that name, as DescribeEnvironments describes it. Raises ShopError."""
        found = self._beanstalk.describe_environments(EnvironmentNames=[name], IncludeDeleted=False)["Environments"]
        if len(found) != 1:
            raise ShopError(f"Expected one environment named {name}. Found {len(found)}.")
        return dict(found[0])

    def describe_environments(self) -> list[dict[str, Any]]:
        """Return all environments that are not terminated, sorted by name, as DescribeEnvironments describes them."""
        found = self._beanstalk.describe_environments(ApplicationName=self.name, IncludeDeleted=False)["Environments"]
        return sorted((dict(each) for each in found), key=lambda each: str(each["EnvironmentName"]))

    def saved_configurations(self) -> list[str]:
        """Return the names of the application's saved configurations."""
        (application,) = self._beanstalk.describe_applications(ApplicationNames=[self.name])["Applications"]
        return list(application["ConfigurationTemplates"])

    def version_status(self, version: str) -> str:
        """Return the status of a version, such as PROCESSED."""
        found = self._beanstalk.describe_application_versions(ApplicationName=self.name, VersionLabels=[version])
        return str(found["ApplicationVersions"][0]["Status"]).upper()

    def events(self) -> list[BeanstalkEvent]:
        """Return all events of the application, oldest first."""
        return events_of(self._beanstalk, self.name)

    # --- waits

    def until_processed(self, version: str) -> None:
        """Return when a version is PROCESSED. Raises ShopError when it is FAILED, and WaitLimitError."""

        def processed() -> bool:
            status = self.version_status(version)
            if status == "FAILED":
                raise ShopError(
                    f"Expected {version} of {self.name} to be PROCESSED. Found {status}.{self._last_error()}"
                )
            return status == "PROCESSED"

        expected = f"{version} of {self.name} to be PROCESSED"
        until(processed, expected, TIMEOUT_SECONDS, found=lambda: self.version_status(version))

    def until_ready(self, name: str) -> None:
        """Return when an environment is Ready. Raises WaitLimitError."""
        self._until(name, "Status", "Ready")

    def until_healthy(self, name: str) -> None:
        """Return when an environment is Ready and Green. Raises WaitLimitError."""
        self._until(name, "Health", "Green")
        self.until_ready(name)

    def _until(self, name: str, key: str, value: str) -> None:
        until(
            lambda: self.environment(name)[key] == value,
            f"{name} to be {value}",
            TIMEOUT_SECONDS,
            found=lambda: self._description(name),
        )

    def _description(self, name: str) -> str:
        environment = self.environment(name)
        return f"{environment['Status']} and {environment['Health']}.{self._last_error()}"

    def _last_error(self) -> str:
        errors = [event.message for event in self.events() if event.severity in ("ERROR", "FATAL")]
        return f" Elastic Beanstalk's last error: {errors[-1]}" if errors else ""
