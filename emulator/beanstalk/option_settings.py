"""Option settings of environments: defaults, validation, and what the emulated service reads from them."""

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any

from emulator.beanstalk import configuration_options, option_validation
from emulator.beanstalk.configuration_options import Option
from emulator.beanstalk.errors import ConfigurationValidationError
from emulator.beanstalk.platforms import Platform

Settings = dict[Option, str]

_HEALTH_REPORTING = Option("aws:elasticbeanstalk:healthreporting:system", "SystemType")
_HEALTHCHECK_URL = Option("aws:elasticbeanstalk:application", "Application Healthcheck URL")
_HEALTHCHECK_PATH = Option("aws:elasticbeanstalk:environment:process:default", "HealthCheckPath")
_MATCHER = Option("aws:elasticbeanstalk:environment:process:default", "MatcherHTTPCode")
_TIMEOUT = Option("aws:elasticbeanstalk:command", "Timeout")
_IGNORE_HEALTH = Option("aws:elasticbeanstalk:command", "IgnoreHealthCheck")
_ROLLBACK_LAUNCH = Option("aws:elasticbeanstalk:control", "RollbackLaunchOnFailure")
_POLICY = Option("aws:elasticbeanstalk:command", "DeploymentPolicy")
_TYPE = Option("aws:elasticbeanstalk:environment", "EnvironmentType")
_BALANCER_TYPE = Option("aws:elasticbeanstalk:environment", "LoadBalancerType")
_INSTANCE_TYPES = Option("aws:ec2:instances", "InstanceTypes")
_INSTANCE_TYPE = Option("aws:autoscaling:launchconfiguration", "InstanceType", "AWSEBAutoScalingLaunchConfiguration")
_MANAGED_ACTIONS = Option("aws:elasticbeanstalk:managedactions", "ManagedActionsEnabled")
GROUP = "aws:autoscaling:asg"
GROUP_RESOURCE = "AWSEBAutoScalingGroup"
_WSGI_PATH = Option("aws:elasticbeanstalk:container:python", "WSGIPath")
_PROPERTIES = "aws:elasticbeanstalk:application:environment"

_MIN_SIZE = Option(GROUP, "MinSize", GROUP_RESOURCE)
_MAX_SIZE = Option(GROUP, "MaxSize", GROUP_RESOURCE)

DEFAULTS: Mapping[Option, str] = {
    option: configuration_options.default(option)
    for option in (
        _HEALTH_REPORTING,
        _HEALTHCHECK_URL,
        _HEALTHCHECK_PATH,
        _MATCHER,
        _TIMEOUT,
        _IGNORE_HEALTH,
        _ROLLBACK_LAUNCH,
        _POLICY,
        _TYPE,
        _MANAGED_ACTIONS,
        _MIN_SIZE,
        _MAX_SIZE,
    )
}
"""The API's defaults of the options read here. The console, the EB CLI and CloudFormation templates often set others.

Others are only described: an environment keeps the settings that it was given, and these.
"""


def given(parameters: Iterable[Mapping[str, str]]) -> Settings:
    """Return the option settings of a call's parameters, unchecked."""
    return {_option(parameter): parameter.get("Value", "") for parameter in parameters}


def read(parameters: Iterable[Mapping[str, str]], platform: Platform | None = None) -> Settings:
    """Return the option settings of parameters. Raises ConfigurationValidationError for a wrong one."""
    settings = given(parameters)
    require_none(option_validation.problems(settings, platform))
    return settings


def require_none(problems: Mapping[Option, str]) -> None:
    """Raise ConfigurationValidationError when there are problems."""
    if problems:
        raise ConfigurationValidationError("Configuration validation exception: " + " ".join(problems.values()))


def changed(
    base: Settings,
    parameters: Iterable[Mapping[str, str]],
    removed: Iterable[Mapping[str, str]] = (),
    *,
    platform: Platform | None = None,
) -> Settings:
    """Return settings with those of a call, and with the removed ones at their defaults.

    Raises ConfigurationValidationError.
    """
    new = read(parameters, platform)
    left_out = {_option(parameter) for parameter in removed}
    kept = {option: value for option, value in (base | new).items() if option not in left_out}
    settings = kept | {option: DEFAULTS[option] for option in left_out if option in DEFAULTS}
    require_none(option_validation.disagreements(settings))
    return settings


def validate(new: Settings, all_settings: Settings, platform: Platform | None = None) -> dict[Option, str]:
    """Return the problems by option: of single new settings, or else of all settings together."""
    return option_validation.problems(new, platform) or option_validation.disagreements(all_settings)


def described(settings: Settings, platform: Platform, *, worker: bool = False) -> list[dict[str, Any]]:
    """Return the settings as DescribeConfigurationSettings shows them: all of the platform, set or not."""
    unset = {
        each.option: each.default
        for each in configuration_options.listed()
        if not each.named_resource and each.is_of(platform, worker=worker)
    }
    return [
        {
            "ResourceName": option.resource or None,
            "Namespace": option.namespace,
            "OptionName": option.name,
            "Value": value,
        }
        for option, value in sorted((unset | settings).items(), key=itemgetter(0))
    ]


def enhanced_health(settings: Settings) -> bool:
    return settings[_HEALTH_REPORTING] == "enhanced"


def load_balanced(settings: Settings) -> bool:
    return settings[_TYPE] == "LoadBalanced"


def instance_type(settings: Settings) -> str:
    """Return the type of the instances: the first of the chosen ones."""
    types = (
        settings.get(_INSTANCE_TYPES) or settings.get(_INSTANCE_TYPE) or configuration_options.default(_INSTANCE_TYPE)
    )
    return types.split(",")[0].strip()


def load_balancer_type(settings: Settings) -> str:
    """Return `classic`, `application` or `network`."""
    return settings.get(_BALANCER_TYPE, "classic")


def managed_actions(settings: Settings) -> bool:
    return settings[_MANAGED_ACTIONS] == "true"


def ignores_health(settings: Settings) -> bool:
    return settings[_IGNORE_HEALTH] == "true"


def rolls_back_launch(settings: Settings) -> bool:
    """Return whether a launch that fails removes the environment."""
    return settings[_ROLLBACK_LAUNCH] == "true"


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


def wsgi_path(settings: Settings) -> str:
    """Return the module of a Python application, by default `application`."""
    return settings.get(_WSGI_PATH) or configuration_options.default(_WSGI_PATH)


def software(settings: Settings) -> tuple[dict[str, str], str]:
    """Return the settings that the application on an instance depends on."""
    return properties(settings), wsgi_path(settings)


def _option(parameter: Mapping[str, str]) -> Option:
    """Return the option that a parameter names. Callers may leave out the resource that has the option."""
    namespace, name = parameter.get("Namespace", ""), parameter.get("OptionName", "")
    known = configuration_options.find(namespace, name)
    if known is None or known.named_resource:
        return Option(namespace, name, parameter.get("ResourceName", ""))
    return known.option


def _matches(part: str, status: int) -> bool:
    first, _, last = part.partition("-")
    return int(first) <= status <= int(last or first)
