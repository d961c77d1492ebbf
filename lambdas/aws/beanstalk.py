"""The one adapter that talks to Elastic Beanstalk. It is over 200 lines: all calls of the service, a few lines each.

Facts: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

from lambdas.aws.application_version import ApplicationVersion
from lambdas.aws.environment import Environment
from lambdas.aws.environment_options import GROUP, EnvironmentOptions
from lambdas.aws.errors import translated_errors
from lambdas.aws.event_log import EventLog
from lambdas.errors import CallRejectedError

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk import ElasticBeanstalkClient, type_defs

_translated_errors: Final = partial(translated_errors, "Elastic Beanstalk")
NO_CONFIGURATION: Final = "No Configuration Template named"
MAX_EVENT_PAGES: Final = 5
STARTING: Final = ("NoData", "Pending", "Unknown")
"""What enhanced health says of an instance that has just been launched:
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-status.html
"""
RESERVED_TAGS: Final = ("aws:", "elasticbeanstalk:")


class Beanstalk:
    """Elastic Beanstalk's calls as a release needs them. Errors are raised as `translated_errors` says."""

    def __init__(self, client: "ElasticBeanstalkClient") -> None:
        self._client = client

    # --- reading

    def has_application(self, application: str) -> bool:
        """Return whether the application exists in this region."""
        with _translated_errors(f"show the application {application}"):
            return bool(self._client.describe_applications(ApplicationNames=[application])["Applications"])

    def saved_configurations(self, application: str) -> list[str]:
        """Return the names of the application's saved configurations."""
        with _translated_errors(f"show the application {application}"):
            found = self._client.describe_applications(ApplicationNames=[application])["Applications"]
        return [name for each in found for name in each.get("ConfigurationTemplates", [])]

    def environments(self, *names: str) -> list[Environment]:
        """Return the environments of these names that are not Terminated, in any application."""
        return self._environments(names, EnvironmentNames=[*names], IncludeDeleted=False)[0]

    def environments_in(self, application: str) -> list[Environment]:
        """Return all environments of an application that are not Terminated."""
        return self._environments([f"of {application}"], ApplicationName=application, IncludeDeleted=False)[0]

    def environment(self, id_: str) -> Environment | None:
        """Return the environment of this id, Terminated or not; None when Elastic Beanstalk does not show it."""
        return self.environments_by_id(id_).get(id_)

    def environments_by_id(self, *ids: str) -> dict[str, Environment]:
        """Return the environments of these ids, Terminated or not, by id, in one call."""
        return {each.id: each for each in self._environments(ids, EnvironmentIds=[*ids], IncludeDeleted=True)[0]}

    def all_environments(self) -> tuple[list[Environment], bool]:
        """Return the environments that the role may see, recently Terminated ones too, and whether these are all."""
        return self._environments(["of all applications"], IncludeDeleted=True)

    def _environments(self, which: Iterable[str], **asked: Any) -> tuple[list[Environment], bool]:
        with _translated_errors(f"show the environments {', '.join(which)}"):
            found = self._client.describe_environments(**asked)
        return [Environment.from_description(each) for each in found["Environments"]], not found.get("NextToken")

    def version(self, application: str, label: str) -> ApplicationVersion | None:
        """Return the application version of this label; None when there is none."""
        return self.versions(application, label).get(label)

    def versions(self, application: str, *labels: str) -> dict[str, ApplicationVersion]:
        """Return the application versions of these labels that exist, by label, in one call."""
        with _translated_errors(f"show the version {' and the version '.join(labels)}"):
            found = self._client.describe_application_versions(ApplicationName=application, VersionLabels=list(labels))
        return {
            each["VersionLabel"]: ApplicationVersion.from_description(each) for each in found["ApplicationVersions"]
        }

    def tags(self, environment: Environment) -> dict[str, str]:
        """Return the environment's tags, without those that only AWS sets."""
        with _translated_errors(f"show the tags of {environment.name}"):
            found = self._client.list_tags_for_resource(ResourceArn=environment.arn)["ResourceTags"]
        tags = {tag["Key"]: tag["Value"] for tag in found if not tag["Key"].startswith(RESERVED_TAGS)}
        tags.pop("Name", None)  # Elastic Beanstalk sets it to the environment's name
        return tags

    def options(self, environment: Environment) -> EnvironmentOptions:
        """Return the environment's option settings."""
        with _translated_errors(f"show the settings of {environment.name}"):
            found = self._client.describe_configuration_settings(
                ApplicationName=environment.application, EnvironmentName=environment.name
            )
        return EnvironmentOptions.from_settings(found["ConfigurationSettings"])

    def saved_options(self, application: str, template: str) -> EnvironmentOptions:
        """Return the option settings of a saved configuration."""
        with _translated_errors(f"show the configuration {template}"):
            found = self._client.describe_configuration_settings(ApplicationName=application, TemplateName=template)
        return EnvironmentOptions.from_settings(found["ConfigurationSettings"])

    def started_instances(self, environment: Environment) -> int:
        """Return how many instances tell how healthy they are. Only enhanced health reporting knows."""
        with _translated_errors(f"show the health of the instances of {environment.name}"):
            found = self._client.describe_environment_health(
                EnvironmentId=environment.id, AttributeNames=["InstancesHealth"]
            )
        numbers: Mapping[str, Any] = found.get("InstancesHealth", {})
        return sum(number for status, number in numbers.items() if status not in STARTING)

    def events(self, environment: Environment) -> EventLog:
        """Return what the environment's latest 200 events say."""
        with _translated_errors(f"show the events of {environment.name}"):
            found = self._client.describe_events(EnvironmentId=environment.id, MaxRecords=200)
        return EventLog.from_events(found["Events"])

    def events_since_deployment(self, environment: Environment) -> EventLog:
        """Return what the events since the last deployment say, or the latest 5,000 events if it is older."""
        return self._events_back_to(lambda log: log.last_deployment is not None, environment)

    def events_since_creation(self, environment: Environment) -> EventLog:
        """Return what the events since the creation say, or the latest 5,000 events if it is older."""
        return self._events_back_to(lambda log: log.from_creation, environment)

    def _events_back_to(self, reached: Callable[[EventLog], bool], environment: Environment) -> EventLog:
        events: list[type_defs.EventDescriptionTypeDef] = []
        token: Any = {}
        for _ in range(MAX_EVENT_PAGES):
            with _translated_errors(f"show the events of {environment.name}"):
                found = self._client.describe_events(EnvironmentId=environment.id, MaxRecords=1000, **token)
            events += found["Events"]
            log = EventLog.from_events(events)
            if reached(log) or not found.get("NextToken"):
                break
            token = {"NextToken": found["NextToken"]}
        return log

    # --- changing

    def register(self, application: str, version: str, bucket: str, key: str) -> None:
        """Start to make the version from a source bundle. Raises AlreadyExistsError."""
        source: type_defs.S3LocationTypeDef = {"S3Bucket": bucket, "S3Key": key}
        with _translated_errors(f"register the version {version}"):
            self._client.create_application_version(
                ApplicationName=application, VersionLabel=version, SourceBundle=source, Process=True
            )

    def save_configuration(self, environment: Environment, template: str, description: str) -> None:
        """Save the environment's configuration under a name. Raises AlreadyExistsError."""
        with _translated_errors(f"save the configuration {template}"):
            self._client.create_configuration_template(
                ApplicationName=environment.application,
                TemplateName=template,
                EnvironmentId=environment.id,
                Description=description,
            )

    def configuration_description(self, application: str, template: str) -> str | None:
        """Return the description of the saved configuration; None when there is no such configuration."""
        try:
            with _translated_errors(f"show the configuration {template}"):
                found = self._client.describe_configuration_settings(ApplicationName=application, TemplateName=template)
        except CallRejectedError as error:
            if NO_CONFIGURATION in error.found:
                return None
            raise
        return found["ConfigurationSettings"][0].get("Description", "")

    def delete_configuration(self, application: str, template: str) -> None:
        """Delete the saved configuration, if there is one."""
        try:
            with _translated_errors(f"delete the configuration {template}"):
                self._client.delete_configuration_template(ApplicationName=application, TemplateName=template)
        except CallRejectedError as error:
            if NO_CONFIGURATION not in error.found:
                raise

    def launch(
        self,
        application: str,
        name: str,
        template: str,
        version: str,
        tags: Mapping[str, str],
        *,
        minimum: int | None = None,
    ) -> str:
        """Launch an environment from a saved configuration and return its id. Its CNAME is generated, so it is free.

        `minimum`: the least number of instances, in place of the configuration's.
        """
        option: Any = {"Namespace": GROUP, "OptionName": "MinSize", "Value": str(minimum)}
        with _translated_errors(f"launch {name}"):
            return self._client.create_environment(
                ApplicationName=application,
                EnvironmentName=name,
                TemplateName=template,
                VersionLabel=version,
                OptionSettings=[option] if minimum else [],
                Tags=_tag_list(tags),
            )["EnvironmentId"]

    def tag(self, environment: Environment, tags: Mapping[str, str]) -> None:
        """Start to add the tags to the environment, which is Updating meanwhile."""
        with _translated_errors(f"tag {environment.name}"):
            self._client.update_tags_for_resource(ResourceArn=environment.arn, TagsToAdd=_tag_list(tags))

    def deploy(self, environment: Environment, version: str) -> None:
        """Start to deploy the version onto the environment."""
        with _translated_errors(f"deploy {version} onto {environment.name}"):
            self._client.update_environment(EnvironmentId=environment.id, VersionLabel=version)

    def abort(self, environment: Environment) -> None:
        """Start to abort the update that is in progress."""
        with _translated_errors(f"abort the update of {environment.name}"):
            self._client.abort_environment_update(EnvironmentId=environment.id)

    def swap(self, one: Environment, other: Environment) -> None:
        """Start to swap the CNAMEs of two environments. A second call swaps them back: see lambdas/swaps.py."""
        with _translated_errors(f"swap the CNAMEs of {one.name} and {other.name}"):
            self._client.swap_environment_cnames(SourceEnvironmentId=one.id, DestinationEnvironmentId=other.id)

    def terminate(self, environment: Environment) -> None:
        """Start to terminate the environment."""
        with _translated_errors(f"terminate {environment.name}"):
            self._client.terminate_environment(EnvironmentId=environment.id)


def _tag_list(tags: Mapping[str, str]) -> "list[type_defs.TagTypeDef]":
    return [{"Key": key, "Value": value} for key, value in tags.items()]


@cache
def connect_beanstalk() -> Beanstalk:
    """Return Elastic Beanstalk by the function's credentials and region; one client a process.

    One attempt a call: a retry inside the SDK could undo a swap whose answer was lost. The state's Retry looks again.
    """
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20)
    return Beanstalk(boto3.client("elasticbeanstalk", config=config))
