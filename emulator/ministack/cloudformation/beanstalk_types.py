"""Applications, their versions and their saved configurations as resources of CloudFormation.

Sources of what each property's change does: `createOnlyProperties` in AWS's schemas, and
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ElasticBeanstalk.html
"""

from emulator.ministack.cloudformation.account_api import (
    NotStabilizedError,
    ResourceHandlerError,
)
from emulator.ministack.cloudformation.resource_type import (
    Properties,
    Provisioned,
    ResourceNotCreatedError,
    ResourceType,
    Started,
    generated_name,
)

SERVICE = "elasticbeanstalk"
NAME_LENGTH = 100
"""The most characters of an application's name, of a version label and of a template's name."""


class ApplicationType(ResourceType):
    """AWS::ElasticBeanstalk::Application. `Ref` returns its name."""

    name = "AWS::ElasticBeanstalk::Application"
    replacing = ("ApplicationName",)
    name_property = "ApplicationName"

    def create(self, name: str, properties: Properties, started: Started) -> Provisioned:
        chosen = properties.get("ApplicationName") or name
        self._api.call(SERVICE, "CreateApplication", {**properties, "ApplicationName": chosen})
        started(chosen)
        return chosen, {}

    def update(self, physical_id: str, old: Properties, new: Properties) -> Provisioned:
        named = {"ApplicationName": physical_id}
        if old.get("Description") != new.get("Description"):
            described = {**named, "Description": new.get("Description", "")}
            self._api.call(SERVICE, "UpdateApplication", described)
        lifecycle = new.get("ResourceLifecycleConfig")
        if lifecycle and lifecycle != old.get("ResourceLifecycleConfig"):
            changed = {**named, "ResourceLifecycleConfig": lifecycle}
            self._api.call(SERVICE, "UpdateApplicationResourceLifecycle", changed)
        return physical_id, {}

    def delete(self, physical_id: str, _properties: Properties) -> None:
        found = self._api.call(SERVICE, "DescribeApplications", {"ApplicationNames": [physical_id]})
        if found["Applications"]:
            self._api.call(SERVICE, "DeleteApplication", {"ApplicationName": physical_id})

    def generated_name(self, stack: str, logical_id: str, suffix: str) -> str:
        return generated_name(stack, logical_id, suffix, NAME_LENGTH)


class VersionType(ResourceType):
    """AWS::ElasticBeanstalk::ApplicationVersion. `Ref` returns its label, which is always generated."""

    name = "AWS::ElasticBeanstalk::ApplicationVersion"
    replacing = ("ApplicationName", "SourceBundle", "BuildConfiguration", "ImageConfiguration", "Process")

    def create(self, name: str, properties: Properties, started: Started) -> Provisioned:
        self._api.call(SERVICE, "CreateApplicationVersion", {**properties, "VersionLabel": name})
        started(name)
        application = properties["ApplicationName"]
        self._api.wait_until(lambda: self._status(application, name) != "PROCESSING", self.name, name)
        if self._status(application, name) == "FAILED":
            raise ResourceNotCreatedError(NotStabilizedError(self.name, name), name)
        return name, {"Id": name}

    def update(self, physical_id: str, _old: Properties, new: Properties) -> Provisioned:
        named = {"ApplicationName": new["ApplicationName"], "VersionLabel": physical_id}
        described = {**named, "Description": new.get("Description", "")}
        self._api.call(SERVICE, "UpdateApplicationVersion", described)
        return physical_id, {"Id": physical_id}

    def delete(self, physical_id: str, properties: Properties) -> None:
        application = properties["ApplicationName"]
        if self._status(application, physical_id) is None:
            return
        named = {"ApplicationName": application, "VersionLabel": physical_id}
        self._api.call(SERVICE, "DeleteApplicationVersion", named)

    def generated_name(self, stack: str, logical_id: str, suffix: str) -> str:
        return generated_name(stack, logical_id, suffix, NAME_LENGTH)

    def _status(self, application: str, label: str) -> str | None:
        """Return the version's status, None when there is no such version."""
        named = {"ApplicationName": application, "VersionLabels": [label]}
        found = self._api.call(SERVICE, "DescribeApplicationVersions", named)["ApplicationVersions"]
        return str(found[0]["Status"]).upper() if found else None


class ConfigurationTemplateType(ResourceType):
    """AWS::ElasticBeanstalk::ConfigurationTemplate. `Ref` returns its name, which is always generated."""

    name = "AWS::ElasticBeanstalk::ConfigurationTemplate"
    replacing = (
        "ApplicationName",
        "EnvironmentId",
        "PlatformArn",
        "SolutionStackName",
        "SourceConfiguration",
    )

    def create(self, name: str, properties: Properties, started: Started) -> Provisioned:
        self._api.call(SERVICE, "CreateConfigurationTemplate", {**properties, "TemplateName": name})
        started(name)
        return name, {"TemplateName": name}

    def update(self, physical_id: str, old: Properties, new: Properties) -> Provisioned:
        changes = {
            "ApplicationName": new["ApplicationName"],
            "TemplateName": physical_id,
            "Description": new.get("Description", ""),
            "OptionSettings": new.get("OptionSettings", []),
            "OptionsToRemove": removed_options(old, new),
        }
        self._api.call(SERVICE, "UpdateConfigurationTemplate", changes)
        return physical_id, {"TemplateName": physical_id}

    def delete(self, physical_id: str, properties: Properties) -> None:
        named = {"ApplicationName": properties["ApplicationName"], "TemplateName": physical_id}
        try:
            self._api.call(SERVICE, "DeleteConfigurationTemplate", named)
        except ResourceHandlerError as error:
            if "No Configuration Template named" not in str(error):
                raise

    def generated_name(self, stack: str, logical_id: str, suffix: str) -> str:
        return generated_name(stack, logical_id, suffix, NAME_LENGTH)


def removed_options(old: Properties, new: Properties) -> list[dict[str, str]]:
    """Return the options that the old properties set and the new ones do not, as OptionsToRemove takes them."""
    kept = {_option(setting) for setting in new.get("OptionSettings", [])}
    removed = [option for setting in old.get("OptionSettings", []) if (option := _option(setting)) not in kept]
    return [
        {"Namespace": namespace, "OptionName": name, **({"ResourceName": resource} if resource else {})}
        for namespace, name, resource in removed
    ]


def _option(setting: Properties) -> tuple[str, str, str | None]:
    return setting["Namespace"], setting["OptionName"], setting.get("ResourceName")
