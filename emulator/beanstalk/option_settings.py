"""Option settings of environments: defaults, validation, and what the emulated service reads from them."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from emulator.beanstalk.errors import ConfigurationValidationError


class Option(NamedTuple):
    """The name of an option setting. The resource is empty for most."""

    namespace: str
    name: str
    resource: str = ""


Settings = dict[Option, str]

_HEALTH_REPORTING = Option("aws:elasticbeanstalk:healthreporting:system", "SystemType")
_HEALTHCHECK_URL = Option("aws:elasticbeanstalk:application", "Application Healthcheck URL")
_HEALTHCHECK_PATH = Option("aws:elasticbeanstalk:environment:process:default", "HealthCheckPath")
_MATCHER = Option("aws:elasticbeanstalk:environment:process:default", "MatcherHTTPCode")
_TIMEOUT = Option("aws:elasticbeanstalk:command", "Timeout")
_IGNORE_HEALTH = Option("aws:elasticbeanstalk:command", "IgnoreHealthCheck")
_POLICY = Option("aws:elasticbeanstalk:command", "DeploymentPolicy")
_TYPE = Option("aws:elasticbeanstalk:environment", "EnvironmentType")
_MANAGED_ACTIONS = Option("aws:elasticbeanstalk:managedactions", "ManagedActionsEnabled")
GROUP = "aws:autoscaling:asg"
GROUP_RESOURCE = "AWSEBAutoScalingGroup"
_PROPERTIES = "aws:elasticbeanstalk:application:environment"

DEFAULTS: Mapping[Option, str] = {
    _HEALTH_REPORTING: "basic",
    _HEALTHCHECK_URL: "",
    _HEALTHCHECK_PATH: "/",
    _MATCHER: "200",
    _TIMEOUT: "600",
    _IGNORE_HEALTH: "false",
    _POLICY: "AllAtOnce",
    _TYPE: "LoadBalanced",
    _MANAGED_ACTIONS: "false",
    Option(GROUP, "MinSize", GROUP_RESOURCE): "1",
    Option(GROUP, "MaxSize", GROUP_RESOURCE): "1",
}
"""The API's defaults. The console, the EB CLI and CloudFormation templates often set others."""

_CHOICES: Mapping[Option, tuple[str, ...]] = {
    _HEALTH_REPORTING: ("basic", "enhanced"),
    _IGNORE_HEALTH: ("true", "false"),
    _MANAGED_ACTIONS: ("true", "false"),
    # The other policies need more than one instance.
    _POLICY: ("AllAtOnce",),
    _TYPE: ("LoadBalanced", "SingleInstance"),
}


def given(parameters: Iterable[Mapping[str, str]]) -> Settings:
    """Return the option settings of a call's parameters, unchecked."""
    return {_option(parameter): parameter.get("Value", "") for parameter in parameters}


def read(parameters: Iterable[Mapping[str, str]]) -> Settings:
    """Return the option settings of a call's parameters. Raises ConfigurationValidationError."""
    settings = given(parameters)
    if problems := validate(settings):
        raise ConfigurationValidationError("Configuration validation exception: " + " ".join(problems.values()))
    return settings


def without(settings: Settings, parameters: Iterable[Mapping[str, str]]) -> Settings:
    """Return the settings with the removed ones at their defaults."""
    removed = {_option(parameter) for parameter in parameters}
    kept = {option: value for option, value in settings.items() if option not in removed}
    return kept | {option: DEFAULTS[option] for option in removed if option in DEFAULTS}


def validate(settings: Settings) -> dict[Option, str]:
    """Return the problems by option."""
    return {option: problem for option, value in settings.items() if (problem := _problem(option, value))}


def described(settings: Settings) -> list[dict[str, Any]]:
    """Return the settings as DescribeConfigurationSettings shows them."""
    return [
        {
            "ResourceName": option.resource or None,
            "Namespace": option.namespace,
            "OptionName": option.name,
            "Value": value,
        }
        for option, value in sorted(settings.items())
    ]


def enhanced_health(settings: Settings) -> bool:
    return settings[_HEALTH_REPORTING] == "enhanced"


def load_balanced(settings: Settings) -> bool:
    return settings[_TYPE] == "LoadBalanced"


def managed_actions(settings: Settings) -> bool:
    return settings[_MANAGED_ACTIONS] == "true"


def ignores_health(settings: Settings) -> bool:
    return settings[_IGNORE_HEALTH] == "true"


def command_timeout(settings: Settings) -> float:
    """Return the time limit of a deployment on an instance, in account seconds."""
    return float(settings[_TIMEOUT])


def health_path(settings: Settings) -> str:
    """Return the path of the health check. The option holds a path, or a URL such as `HTTP:80/path`."""
    url = settings[_HEALTHCHECK_URL] or settings[_HEALTHCHECK_PATH]
    return "/" + url.partition("/")[2]


def is_good(settings: Settings, status: int | None) -> bool:
    """Return whether the HTTP status of a health check is good. By default only 200 is."""
    return status is not None and any(_matches(part, status) for part in settings[_MATCHER].split(","))


def properties(settings: Settings) -> dict[str, str]:
    """Return the environment properties: the environment variables of the application."""
    return {option.name: value for option, value in settings.items() if option.namespace == _PROPERTIES}


def _option(parameter: Mapping[str, str]) -> Option:
    names = ("Namespace", "OptionName", "ResourceName")
    option = Option(*(parameter.get(name, "") for name in names))
    # The resource is optional: there is one group.
    return option._replace(resource=GROUP_RESOURCE) if option.namespace == GROUP else option


def _matches(part: str, status: int) -> bool:
    first, _, last = part.partition("-")
    return int(first) <= status <= int(last or first)


def _problem(option: Option, value: str) -> str | None:
    where = f"(Namespace: '{option.namespace}', OptionName: '{option.name}')"
    if not option.namespace.startswith("aws:") or not option.name:
        return f"Invalid option specification {where}: Unknown configuration setting."
    if option == _TIMEOUT and not (value.isdecimal() and 1 <= int(value) <= 3600):
        return f"Invalid option value: '{value}' {where}: Value must be a number from 1 to 3600."
    if option == _MATCHER and not all(part.replace("-", "", 1).isdecimal() for part in value.split(",")):
        return f"Invalid option value: '{value}' {where}: Value must be statuses such as 200, 200,202 or 200-299."
    if value not in (choices := _CHOICES.get(option, (value,))):
        return f"Invalid option value: '{value}' {where}: Value must be one of: {', '.join(choices)}."
    return None
