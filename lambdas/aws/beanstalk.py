"""The one adapter that talks to Elastic Beanstalk. Facts: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.aws.environment import Environment
from lambdas.aws.errors import PERMIT, is_denial
from lambdas.errors import (
    AlreadyExistsError,
    CallRejectedError,
    EnvironmentNotReadyError,
    ServiceUnavailableError,
)

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient

OPERATION_STARTS: Final = ("Environment update is starting.", "createEnvironment is starting.")
NO_CONFIGURATION: Final = "No Configuration Template named"
SWAP_ENDS: Final = "Completed swapping CNAMEs"
OPERATION_ENDS: Final = ("Environment update completed successfully.", "Successfully launched environment")
RESERVED_TAGS: Final = ("aws:", "elasticbeanstalk:")
THROTTLING: Final = {"Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException"}
BUSY_MESSAGES: Final = ("Must be Ready", "invalid state for this operation", "pending creation", "pending deployment")


@dataclass(frozen=True)
class ApplicationVersion:
    """One version of an application. `status` is one of UNPROCESSED, PROCESSING, BUILDING, PROCESSED, FAILED."""

    label: str
    status: str
    bucket: str | None
    key: str | None


@dataclass(frozen=True)
class Operation:
    """How a launch or an update went: its ERROR events' messages, oldest first, and whether it came to its end."""

    errors: tuple[str, ...]
    completed: bool

    @property
    def succeeded(self) -> bool:
        """The environment runs what its label says."""
        return self.completed and not self.errors


class Beanstalk:
    """Elastic Beanstalk's calls as a release needs them; every error as one of `lambdas.errors`."""

    def __init__(self, client: "ElasticBeanstalkClient") -> None:
        self._client = client

    # --- looking

    def has_application(self, application: str) -> bool:
        with _translated(f"the application {application}"):
            return bool(self._client.describe_applications(ApplicationNames=[application])["Applications"])

    def environments(self, *names: str) -> list[Environment]:
        """The environments of these names that are not terminated, of whatever application."""
        with _translated(f"the environments {', '.join(names)}"):
            found = self._client.describe_environments(EnvironmentNames=list(names), IncludeDeleted=False)
        return [Environment.from_description(each) for each in found["Environments"]]

    def environments_of(self, application: str) -> list[Environment]:
        """All environments of an application that are not terminated."""
        with _translated(f"the environments of {application}"):
            found = self._client.describe_environments(ApplicationName=application, IncludeDeleted=False)
        return [Environment.from_description(each) for each in found["Environments"]]

    def environment(self, identity: str) -> Environment | None:
        """The environment of this id, also when it is terminated; None when it was so long ago that it is forgotten."""
        return self.by_id(identity).get(identity)

    def by_id(self, *identities: str) -> dict[str, Environment]:
        """The environments of these ids in one look, by id."""
        with _translated(f"the environments {', '.join(identities)}"):
            found = self._client.describe_environments(EnvironmentIds=list(identities), IncludeDeleted=True)
        return {each["EnvironmentId"]: Environment.from_description(each) for each in found["Environments"]}

    def version(self, application: str, label: str) -> ApplicationVersion | None:
        """The application version of this label; None when there is none."""
        with _translated(f"the version {label}"):
            found = self._client.describe_application_versions(ApplicationName=application, VersionLabels=[label])
        for each in found["ApplicationVersions"]:
            source = each.get("SourceBundle", {})
            status = each.get("Status", "UNPROCESSED").upper()
            return ApplicationVersion(label, status, source.get("S3Bucket"), source.get("S3Key"))
        return None

    def tags(self, environment: Environment) -> dict[str, str]:
        """The environment's own tags, without those that AWS sets and does not let others set."""
        with _translated(f"the tags of {environment.name}"):
            found = self._client.list_tags_for_resource(ResourceArn=environment.arn)["ResourceTags"]
        tags = {tag["Key"]: tag["Value"] for tag in found if not tag["Key"].startswith(RESERVED_TAGS)}
        tags.pop("Name", None)  # Elastic Beanstalk sets it to the environment's name
        return tags

    def has_coupled_database(self, environment: Environment) -> bool:
        """Whether the environment owns an RDS database, which would be terminated with it."""
        with _translated(f"the settings of {environment.name}"):
            settings = self._client.describe_configuration_settings(
                ApplicationName=environment.application, EnvironmentName=environment.name
            )["ConfigurationSettings"]
        options = [option for each in settings for option in each.get("OptionSettings", [])]
        return any(
            option.get("Namespace") == "aws:rds:dbinstance"
            and option.get("OptionName") == "HasCoupledDatabase"
            and option.get("Value") == "true"
            for option in options
        )

    def last_operation(self, environment: Environment) -> Operation:
        """How the environment's last launch or update went, by the events since it began.

        Neither the status nor the label tells: after a failed or an aborted update the environment is Ready, under the
        label of the version before, with what is on its instances unknown.
        """
        with _translated(f"the events of {environment.name}"):
            events = self._client.describe_events(EnvironmentId=environment.id, MaxRecords=200)["Events"]
        errors: list[str] = []
        completed = False
        for event in events:
            if event["Message"].startswith(OPERATION_STARTS):
                return Operation(tuple(reversed(errors)), completed)
            completed = completed or event["Message"].startswith(OPERATION_ENDS)
            if event["Severity"] in {"ERROR", "FATAL"}:
                errors.append(event["Message"])
        # It began too long ago to matter; but a role that may see no events is shown none, without a word.
        return Operation(tuple(reversed(errors)), completed=bool(events))

    def last_swap(self, environment: Environment) -> datetime | None:
        """When the environment's CNAME was last swapped; None when that is too long ago to be told."""
        with _translated(f"the events of {environment.name}"):
            events = self._client.describe_events(EnvironmentId=environment.id, MaxRecords=200)["Events"]
        return next((event["EventDate"] for event in events if event["Message"].startswith(SWAP_ENDS)), None)

    # --- acting

    def register(self, application: str, version: str, bucket: str, key: str) -> None:
        with _translated(f"registering the version {version}"):
            self._client.create_application_version(
                ApplicationName=application,
                VersionLabel=version,
                SourceBundle={"S3Bucket": bucket, "S3Key": key},
                Process=True,
            )

    def save_configuration(self, environment: Environment, template: str, description: str) -> None:
        """Raises AlreadyExistsError."""
        with _translated(f"saving the configuration {template}"):
            self._client.create_configuration_template(
                ApplicationName=environment.application,
                TemplateName=template,
                EnvironmentId=environment.id,
                Description=description,
            )

    def configuration_description(self, application: str, template: str) -> str | None:
        """What the saved configuration says of itself; None when there is none."""
        try:
            with _translated(f"the configuration {template}"):
                found = self._client.describe_configuration_settings(ApplicationName=application, TemplateName=template)
        except CallRejectedError as error:
            if NO_CONFIGURATION in error.found:
                return None
            raise
        return found["ConfigurationSettings"][0].get("Description", "")

    def delete_configuration(self, application: str, template: str) -> None:
        """One that is not there is as good as deleted."""
        try:
            with _translated(f"deleting the configuration {template}"):
                self._client.delete_configuration_template(ApplicationName=application, TemplateName=template)
        except CallRejectedError as error:
            if NO_CONFIGURATION not in error.found:
                raise

    def launch(self, application: str, name: str, template: str, version: str, tags: Mapping[str, str]) -> str:
        """The id of a new environment from a saved configuration; its CNAME is generated, so never taken."""
        with _translated(f"launching {name}"):
            return self._client.create_environment(
                ApplicationName=application,
                EnvironmentName=name,
                TemplateName=template,
                VersionLabel=version,
                Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            )["EnvironmentId"]

    def deploy(self, environment: Environment, version: str) -> None:
        with _translated(f"deploying {version} onto {environment.name}"):
            self._client.update_environment(EnvironmentId=environment.id, VersionLabel=version)

    def abort(self, environment: Environment) -> None:
        with _translated(f"aborting the update of {environment.name}"):
            self._client.abort_environment_update(EnvironmentId=environment.id)

    def swap(self, one: Environment, other: Environment) -> None:
        """A toggle without memory: look who holds which CNAME before every call."""
        with _translated(f"swapping the CNAMEs of {one.name} and {other.name}"):
            self._client.swap_environment_cnames(SourceEnvironmentId=one.id, DestinationEnvironmentId=other.id)

    def terminate(self, environment: Environment) -> None:
        with _translated(f"terminating {environment.name}"):
            self._client.terminate_environment(EnvironmentId=environment.id)


@cache
def connect_beanstalk() -> Beanstalk:
    """The account's Elastic Beanstalk, by the environment's credentials and region; one client a process.

    One attempt a call: a retry inside the SDK could repeat a swap whose answer was lost, and undo it.
    The state's Retry looks again before it acts.
    """
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20)
    return Beanstalk(boto3.client("elasticbeanstalk", config=config))


@contextmanager
def _translated(doing: str) -> Iterator[None]:
    """Turn the SDK's errors into this project's."""
    try:
        yield
    except ClientError as error:
        raise _translation(doing, error) from error
    except BotoCoreError as error:
        raise ServiceUnavailableError(
            expected=f"an answer from Elastic Beanstalk about {doing}",
            found=f"none ({error})",
            next_step="The stage looks again and repeats what is missing.",
        ) from error


def _translation(doing: str, error: ClientError) -> Exception:
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    expected, found = f"Elastic Beanstalk to accept {doing}", f"{code}: {message}"
    if code in THROTTLING or status >= 500:
        return ServiceUnavailableError(
            expected=expected, found=found, next_step="The stage looks again and repeats what is missing."
        )
    if is_denial(error):
        return CallRejectedError(expected=expected, found=found, next_step=PERMIT)
    if code == "OperationInProgressFailure" or any(busy in message for busy in BUSY_MESSAGES):
        return EnvironmentNotReadyError(
            expected=expected, found=found, next_step="Wait for the operation in progress to end."
        )
    kind = AlreadyExistsError if message.endswith("already exists.") else CallRejectedError
    return kind(
        expected=expected, found=found, next_step="Correct what the message names, then redrive this execution."
    )
