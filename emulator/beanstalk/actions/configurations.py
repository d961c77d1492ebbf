"""The actions about configuration templates (saved configurations) and option settings."""

from dataclasses import replace
from typing import Any

from emulator.beanstalk import configuration_options, configuration_source, option_settings, platforms, tags
from emulator.beanstalk.actions.environment_description import tier
from emulator.beanstalk.call import Call, Result
from emulator.beanstalk.errors import (
    InvalidParameterCombinationError,
    InvalidParameterValueError,
    TooManyConfigurationTemplatesError,
)
from emulator.beanstalk.model import ConfigurationTemplate, Environment
from emulator.beanstalk.option_settings import Settings
from emulator.beanstalk.platforms import Platform
from emulator.beanstalk.state import State


class ConfigurationActions:
    """The actions about configuration templates and option settings."""

    def __init__(self, state: State) -> None:
        self._state = state

    def create_template(self, call: Call) -> Result:
        """CreateConfigurationTemplate."""
        application, name = self._state.application(call["ApplicationName"]), call["TemplateName"]
        if name in application.templates:
            raise InvalidParameterValueError(f"Configuration Template {name} already exists.")
        self._require_quota()
        source = configuration_source.of_new_template(call, self._state)
        settings = option_settings.changed(source.settings, call.get("OptionSettings", []), platform=source.platform)
        template = replace(
            self.new_template(application.name, name, settings, source.platform),
            description=call.get("Description"),
            tags=tags.read(call.get("Tags", [])),
            environment_tags=source.tags,
        )
        application.templates[name] = template
        return _template_description(template)

    def new_template(
        self, application: str, name: str, settings: Settings, platform: Platform
    ) -> ConfigurationTemplate:
        """Return a saved configuration that is not stored yet."""
        now, arn = self._state.clock.time(), self._state.arn("configurationtemplate", application, name)
        return ConfigurationTemplate(name, application, arn, settings, platform, now, now)

    def update_template(self, call: Call) -> Result:
        """UpdateConfigurationTemplate: change the description and option settings."""
        template = self._state.template(call["ApplicationName"], call["TemplateName"])
        new, removed = call.get("OptionSettings", []), call.get("OptionsToRemove", [])
        updated = replace(
            template,
            settings=option_settings.changed(template.settings, new, removed, platform=template.platform),
            description=call.get("Description", template.description),
            updated=self._state.clock.time(),
        )
        self._state.applications[template.application].templates[template.name] = updated
        return _template_description(updated)

    def delete_template(self, call: Call) -> Result:
        """DeleteConfigurationTemplate."""
        template = self._state.template(call["ApplicationName"], call["TemplateName"])
        del self._state.applications[template.application].templates[template.name]
        return None

    def describe_settings(self, call: Call) -> Result:
        """DescribeConfigurationSettings of a template or an environment."""
        template, environment = call.get("TemplateName"), call.get("EnvironmentName")
        if bool(template) == bool(environment):
            raise InvalidParameterCombinationError("Must specify either TemplateName or EnvironmentName, and not both.")
        application = self._state.application(call["ApplicationName"]).name
        if template:
            found = self._state.template(application, template)
            sets = [
                _template_description(found)
                | {"OptionSettings": option_settings.described(found.settings, found.platform)}
            ]
        else:
            sets = _environment_descriptions(self._environment(application, environment))
        return {"ConfigurationSettings": sets}

    def describe_options(self, call: Call) -> Result:
        """DescribeConfigurationOptions of a template, an environment, a platform, or of all platforms."""
        template, environment = call.get("TemplateName"), call.get("EnvironmentName")
        if template or environment:
            application = self._state.application(call.get("ApplicationName", "")).name
            settings, platform = self._settings_and_platform(application, template, environment)
        else:
            stack, arn = call.get("SolutionStackName"), call.get("PlatformArn")
            settings, platform = {}, platforms.named(self._state.region, solution_stack=stack, arn=arn)
        worker = bool(environment) and self._environment(application, environment).worker
        found = configuration_options.options(platform, settings, call.get("Options", []), worker=worker)
        return {
            "SolutionStackName": platform and platform.solution_stack,
            "PlatformArn": platform and platform.arn,
            "Options": [each.described() for each in found],
        }

    def delete_draft(self, call: Call) -> Result:
        """DeleteEnvironmentConfiguration: remove a failed draft."""
        environment = self._environment(call["ApplicationName"], call["EnvironmentName"])
        if environment.draft and environment.draft.failed:
            environment.draft = None
        return None

    def validate(self, call: Call) -> Result:
        """ValidateConfigurationSettings: return the problems as messages."""
        application, name = self._state.application(call["ApplicationName"]).name, call.get("EnvironmentName")
        if call.get("TemplateName") and name:
            raise InvalidParameterCombinationError("Must specify either TemplateName or EnvironmentName, and not both.")
        base, platform = self._settings_and_platform(application, call.get("TemplateName"), name)
        new = option_settings.given(call.get("OptionSettings", []))
        problems = option_settings.validate(new, base | new, platform)
        return {
            "Messages": [
                {"Message": message, "Severity": "error", "Namespace": option.namespace, "OptionName": option.name}
                for option, message in problems.items()
            ]
        }

    def _environment(self, application: str, name: str) -> Environment:
        environment = self._state.environment({"EnvironmentName": name})
        if environment.application != application:
            raise InvalidParameterValueError(f"No Environment found for EnvironmentName = '{name}'.")
        return environment

    def _settings_and_platform(
        self, application: str, template: str | None, environment: str | None
    ) -> tuple[Settings, Platform | None]:
        """Return those of a template or an environment, or else the defaults."""
        if template:
            found = self._state.template(application, template)
            return found.settings, found.platform
        if environment:
            described = self._environment(application, environment)
            return described.settings, described.platform
        return dict(option_settings.DEFAULTS), None

    def _require_quota(self) -> None:
        maximum = self._state.quotas.configuration_templates
        if sum(len(application.templates) for application in self._state.applications.values()) >= maximum:
            raise TooManyConfigurationTemplatesError(f"You cannot have more than {maximum} Configuration Templates.")


def _template_description(template: ConfigurationTemplate) -> dict[str, Any]:
    return {
        "SolutionStackName": template.platform.solution_stack,
        "PlatformArn": template.platform.arn,
        "ApplicationName": template.application,
        "TemplateName": template.name,
        "Description": template.description,
        "DateCreated": template.created,
        "DateUpdated": template.updated,
    }


def _environment_descriptions(environment: Environment) -> list[dict[str, Any]]:
    """Return the deployed settings, and the draft: pending or failed settings."""
    both = {
        "SolutionStackName": environment.platform.solution_stack,
        "PlatformArn": environment.platform.arn,
        "ApplicationName": environment.application,
        "EnvironmentName": environment.name,
        "Tier": tier(environment),
        "Description": environment.description,
        "DateCreated": environment.created,
        "DateUpdated": environment.updated,
    }
    sets = [both | {"DeploymentStatus": "deployed", "OptionSettings": _described(environment, environment.settings)}]
    if draft := environment.draft:
        status = {"DeploymentStatus": "failed" if draft.failed else "pending", "DateCreated": draft.created}
        sets.append(both | status | {"OptionSettings": _described(environment, draft.settings)})
    return sets


def _described(environment: Environment, settings: Settings) -> list[dict[str, Any]]:
    return option_settings.described(settings, environment.platform, worker=environment.worker)
