"""Environments as resources of CloudFormation.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticbeanstalk-environment.html
"""

from typing import Any

from emulator.ministack.cloudformation.account_api import NotStabilizedError
from emulator.ministack.cloudformation.beanstalk_types import SERVICE, removed_options
from emulator.ministack.cloudformation.resource_type import (
    Properties,
    Provisioned,
    ResourceNotCreatedError,
    ResourceType,
    Started,
)

UPDATED = ("Description", "OptionSettings", "PlatformArn", "TemplateName", "VersionLabel")
"""The properties that UpdateEnvironment changes in place."""
RESERVED_TAGS = "aws:"
"""CloudFormation sets tags with this prefix, which no client may do."""


class EnvironmentType(ResourceType):
    """AWS::ElasticBeanstalk::Environment. `Ref` returns its name, the attribute EndpointURL where its users are."""

    name = "AWS::ElasticBeanstalk::Environment"
    replacing = ("ApplicationName", "CNAMEPrefix", "EnvironmentName", "SolutionStackName", "Tier")
    name_property = "EnvironmentName"
    tagged = True

    def create(self, name: str, properties: Properties, started: Started) -> Provisioned:
        """Create an environment; return when it is Ready, with whatever health. Raises when it is Terminated.

        A stack succeeds although its environment is Red: https://github.com/byu-oit/handel/issues/378.
        """
        chosen = properties.get("EnvironmentName") or name
        tags = [{"Key": key, "Value": value} for key, value in _tags(properties).items()]
        request = {**properties, "EnvironmentName": chosen, "Tags": tags}
        id_ = self._api.call(SERVICE, "CreateEnvironment", request)["EnvironmentId"]
        started(chosen)
        try:
            environment = self._settled(id_, chosen)
        except NotStabilizedError as error:
            raise ResourceNotCreatedError(error, chosen) from error
        if environment["Status"] != "Ready":
            raise ResourceNotCreatedError(NotStabilizedError(self.name, chosen), chosen)
        return chosen, _attributes(environment)

    def update(self, physical_id: str, old: Properties, new: Properties) -> Provisioned:
        """Update an environment in place.

        Raises NotStabilizedError when it does not have the version of the template at the end. AWS does not document
        how CloudFormation judges an update.
        """
        environment = self._existing(physical_id)
        id_ = environment["EnvironmentId"]
        removed = removed_options(old, new)
        changes = {name: new.get(name) for name in UPDATED if old.get(name) != new.get(name)}
        if removed:
            changes["OptionsToRemove"] = removed
        if changes:
            self._api.call(SERVICE, "UpdateEnvironment", {"EnvironmentId": id_, **changes})
            environment = self._settled(id_, physical_id)
            label = changes.get("VersionLabel")
            if environment["Status"] != "Ready" or label not in (None, environment.get("VersionLabel")):
                raise NotStabilizedError(self.name, physical_id)
        self._change_role(physical_id, old.get("OperationsRole"), new.get("OperationsRole"))
        self._change_tags(environment, _tags(old), _tags(new))
        return physical_id, _attributes(environment)

    def delete(self, physical_id: str, _properties: Properties) -> None:
        """Terminate an environment, and return when it is Terminated."""
        environment = self._find(physical_id)
        if environment is None:
            return
        id_ = environment["EnvironmentId"]
        if environment["Status"] != "Terminating":
            self._api.call(SERVICE, "TerminateEnvironment", {"EnvironmentId": id_})
        if self._settled(id_, physical_id)["Status"] != "Terminated":
            raise NotStabilizedError(self.name, physical_id)

    def generated_name(self, stack: str, logical_id: str, suffix: str) -> str:
        """Return a name of at most 23 characters: four of the stack, four of the logical id, and the suffix.

        Source: the endpoint `awseb-myst-myen-132MQC4KRLAMD-...` in the documentation of the resource.
        """
        return f"{stack[:4]}-{logical_id[:4]}-{suffix}"

    def _change_role(self, name: str, old: str | None, new: str | None) -> None:
        if new and new != old:
            role = {"EnvironmentName": name, "OperationsRole": new}
            self._api.call(SERVICE, "AssociateEnvironmentOperationsRole", role)
        elif old and not new:
            self._api.call(SERVICE, "DisassociateEnvironmentOperationsRole", {"EnvironmentName": name})

    def _change_tags(self, environment: dict[str, Any], old: dict[str, str], new: dict[str, str]) -> None:
        if old == new:
            return
        changes = {
            "ResourceArn": environment["EnvironmentArn"],
            "TagsToAdd": [{"Key": key, "Value": value} for key, value in new.items() if old.get(key) != value],
            "TagsToRemove": [key for key in old if key not in new],
        }
        self._api.call(SERVICE, "UpdateTagsForResource", changes)
        self._settled(environment["EnvironmentId"], environment["EnvironmentName"])

    def _settled(self, id_: str, name: str) -> dict[str, Any]:
        """Return an environment when no operation on it is in progress. Raises NotStabilizedError after hours."""
        self._api.wait_until(lambda: self._describe(id_)["Status"] in ("Ready", "Terminated"), self.name, name)
        return self._describe(id_)

    def _describe(self, id_: str) -> dict[str, Any]:
        found = self._api.call(SERVICE, "DescribeEnvironments", {"EnvironmentIds": [id_]})["Environments"]
        # A Terminated environment is listed for an hour only.
        return dict(found[0]) if found else {"Status": "Terminated"}

    def _find(self, name: str) -> dict[str, Any] | None:
        """Return the environment of that name that is not Terminated, None when there is none."""
        named = {"EnvironmentNames": [name], "IncludeDeleted": False}
        found = self._api.call(SERVICE, "DescribeEnvironments", named)["Environments"]
        return dict(found[0]) if found else None

    def _existing(self, name: str) -> dict[str, Any]:
        environment = self._find(name)
        if environment is None:
            raise NotStabilizedError(self.name, name)
        return environment


def _attributes(environment: dict[str, Any]) -> dict[str, Any]:
    endpoint = environment.get("EndpointURL")
    return {"EndpointURL": endpoint} if endpoint else {}


def _tags(properties: Properties) -> dict[str, str]:
    tags = {tag["Key"]: str(tag.get("Value", "")) for tag in properties.get("Tags") or []}
    return {key: value for key, value in tags.items() if not key.lower().startswith(RESERVED_TAGS)}
