"""What the configuration of a new environment or saved configuration comes from."""

from dataclasses import dataclass, field
from typing import Any

from emulator.beanstalk import option_settings, platforms, saved_configuration
from emulator.beanstalk.call import Call
from emulator.beanstalk.errors import InvalidParameterCombinationError, InvalidParameterValueError
from emulator.beanstalk.model import Tags
from emulator.beanstalk.option_settings import Settings
from emulator.beanstalk.platforms import Platform
from emulator.beanstalk.state import State

_NO_BASE = "Unable to determine base for template pack (no solution stack)"


@dataclass(frozen=True)
class ConfigurationSource:
    """A configuration to start from. `tags`: of the environments made from it."""

    platform: Platform
    settings: Settings
    tags: Tags = field(default_factory=dict)


def of_environment(state: State, name: str) -> ConfigurationSource:
    """Return the configuration of an environment. Raises InvalidParameterValueError."""
    environment = state.environment({"EnvironmentName": name})
    return ConfigurationSource(environment.platform, dict(environment.settings), dict(environment.tags))


def of_template(state: State, application: str, name: str) -> ConfigurationSource:
    """Return a saved configuration. Raises InvalidParameterValueError."""
    template = state.template(application, name)
    return ConfigurationSource(template.platform, dict(template.settings), dict(template.environment_tags))


def of_new_environment(call: Call, state: State) -> ConfigurationSource:
    """Return what CreateEnvironment names: a saved configuration, a platform, or the EB CLI's TemplateSpecification.

    Raises InvalidParameterValueError and InvalidParameterCombinationError.
    """
    source = template_source(call)
    stack, arn = _platform_names(call, source)
    template, original = call.get("TemplateName"), source.get("EnvironmentName")
    if len([given for given in (stack, arn, template) if given]) > 1:
        raise InvalidParameterCombinationError(
            "Only one of TemplateName, SolutionStackName and PlatformArn may be given."
        )
    platform = platforms.named(state.region, solution_stack=stack, arn=arn)
    if template:
        found = of_template(state, call["ApplicationName"], template)
    elif original:
        found = of_environment(state, original)
        found = ConfigurationSource(platform or found.platform, found.settings, found.tags)
    elif platform:
        found = ConfigurationSource(platform, dict(option_settings.DEFAULTS))
    else:
        raise InvalidParameterValueError(_NO_BASE)
    return ConfigurationSource(
        found.platform, dict(option_settings.DEFAULTS) | found.settings | contents(source), found.tags
    )


def of_new_template(call: Call, state: State) -> ConfigurationSource:
    """Return what CreateConfigurationTemplate names: an environment, a saved configuration or a platform.

    Raises InvalidParameterValueError.
    """
    source = template_source(call)
    stack, arn = _platform_names(call, source)
    platform = platforms.named(state.region, solution_stack=stack, arn=arn)
    if id_ := call.get("EnvironmentId"):
        found = of_environment(state, state.environment({"EnvironmentId": id_}).name)
    elif source.get("EnvironmentName"):
        found = of_environment(state, source["EnvironmentName"])
    elif saved := call.get("SourceConfiguration"):
        found = of_template(state, saved.get("ApplicationName", ""), saved.get("TemplateName", ""))
    elif platform:
        found = ConfigurationSource(platform, dict(option_settings.DEFAULTS))
    else:
        raise InvalidParameterValueError(_NO_BASE)
    return ConfigurationSource(platform or found.platform, found.settings | contents(source), found.tags)


def template_source(call: Call) -> dict[str, Any]:
    """Return the TemplateSource of the EB CLI's TemplateSpecification. Raises InvalidParameterValueError."""
    specification = call.get("TemplateSpecification") or {}
    if snippets := specification.get("TemplateSnippets"):
        names = ", ".join(snippet.get("SnippetName", "") for snippet in snippets)
        raise InvalidParameterValueError(f"The template snippets {names} make a database, which this account has not.")
    return specification.get("TemplateSource") or {}


def contents(source: dict[str, Any]) -> Settings:
    """Return the option settings of a saved configuration's file. Raises InvalidParameterValueError."""
    text = source.get("SourceContents")
    return saved_configuration.read(text).settings if text else {}


def _platform_names(call: Call, source: dict[str, Any]) -> tuple[str | None, str | None]:
    return (
        call.get("SolutionStackName") or source.get("SolutionStackName"),
        call.get("PlatformArn") or source.get("PlatformArn"),
    )
