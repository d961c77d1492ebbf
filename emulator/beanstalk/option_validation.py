"""Checks option settings, and words each problem as AWS does.

Sources of the words, by the problem:
an unknown option: https://github.com/aws/aws-elastic-beanstalk-cli/issues/532
a value below the minimum: https://github.com/ThoughtWorksStudios/eb_deployer/pull/44
a value that does not match: https://github.com/aws/aws-elastic-beanstalk-cli/issues/77
Not recorded, and worded alike: a value above the maximum, too long a value, no number, and two settings that disagree.
"""

import re

from emulator.beanstalk import configuration_options
from emulator.beanstalk.configuration_options import ConfigurationOption, Option
from emulator.beanstalk.platforms import Platform

_MANAGED = "aws:elasticbeanstalk:managedactions"
_COMMAND = "aws:elasticbeanstalk:command"
_HEALTH = "aws:elasticbeanstalk:healthreporting:system"
_GROUP = "AWSEBAutoScalingGroup"
_ENHANCED = f"require enhanced health reporting (option SystemType in namespace {_HEALTH})."
_SERVICE_LINKED = "AWSServiceRoleForElasticBeanstalk"
"""The role of an environment that names no service role."""
_NEEDS_ROLE = (
    "You can't enable managed platform updates when your environment uses the service-linked role"
    f" '{_SERVICE_LINKED}'. Select a service role that has the"
    " 'AWSElasticBeanstalkManagedUpdatesCustomerRolePolicy' managed policy."
)


def problems(settings: dict[Option, str], platform: Platform | None = None) -> dict[Option, str]:
    """Return what is wrong with single settings, by option. `platform`: of the environment, None for any."""
    found = {option: _problem(option, value, platform) for option, value in settings.items()}
    return {option: problem for option, problem in found.items() if problem}


def disagreements(settings: dict[Option, str]) -> dict[Option, str]:
    """Return what is wrong with all settings of an environment together, by option."""
    return {
        option: f"Invalid option specification {_where(option)}: {problem}"
        for option, problem in [*_managed_updates(settings), *_deployments(settings), *_group_sizes(settings)]
    }


def _problem(option: Option, value: str, platform: Platform | None) -> str | None:
    known = configuration_options.find(option.namespace, option.name)
    if known is None or (platform and known.platform and not platform.branch.startswith(known.platform)):
        return f"Invalid option specification {_where(option)}: Unknown configuration setting."
    wrong = _wrong_value(known, value)
    return f"Invalid option value: '{value}' {_where(option)}: {wrong}" if wrong else None


def _wrong_value(known: ConfigurationOption, value: str) -> str | None:
    if known.choices and value not in known.choices:
        return f"Value is not one of the allowed values: [{', '.join(known.choices)}]"
    if known.shortest is not None and len(value) < known.shortest:
        return f"Value does not meet the required minimum length: {known.shortest}"
    if known.longest is not None and len(value) > known.longest:
        return f"Value exceeds the allowed maximum length: {known.longest}"
    if known.pattern and not re.fullmatch(known.pattern, value):
        return f"Value does not satisfy regex: '{known.pattern}' [{known.label}]"
    return _wrong_number(known, value)


def _wrong_number(known: ConfigurationOption, value: str) -> str | None:
    if known.minimum is None:
        return None
    if not re.fullmatch(r"-?\d+", value):
        return "Value is not a whole number."
    if int(value) < known.minimum:
        return f"Value is less than minimum allowed value: {known.minimum}"
    if known.maximum is not None and int(value) > known.maximum:
        return f"Value is greater than maximum allowed value: {known.maximum}"
    return None


def _managed_updates(settings: dict[Option, str]) -> list[tuple[Option, str]]:
    """Words: https://github.com/awsdocs/aws-elastic-beanstalk-developer-guide, environment-platform-update-managed."""
    enabled, start = Option(_MANAGED, "ManagedActionsEnabled"), Option(_MANAGED, "PreferredStartTime")
    level = Option(f"{_MANAGED}:platformupdate", "UpdateLevel")
    if settings.get(enabled) != "true":
        return []
    found = []
    if not _enhanced(settings):
        found.append((enabled, f"Managed platform updates {_ENHANCED}"))
    found += [
        (option, f"Managed platform updates require a value for option {option.name} in namespace {option.namespace}.")
        for option in (start, level)
        if not settings.get(option)
    ]
    own_role = settings.get(Option("aws:elasticbeanstalk:environment", "ServiceRole"), _SERVICE_LINKED)
    if own_role.endswith(_SERVICE_LINKED) and not settings.get(Option(_MANAGED, "ServiceRoleForManagedUpdates")):
        found.append((enabled, _NEEDS_ROLE))
    return found


def _deployments(settings: dict[Option, str]) -> list[tuple[Option, str]]:
    """Rules: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rolling-version-deploy.html."""
    policy, size = Option(_COMMAND, "DeploymentPolicy"), Option(_COMMAND, "BatchSize")
    kind, balancer = Option(_COMMAND, "BatchSizeType"), Option("aws:elasticbeanstalk:environment", "LoadBalancerType")
    update = Option("aws:autoscaling:updatepolicy:rollingupdate", "RollingUpdateType", _GROUP)
    chosen = settings.get(policy)
    found = []
    if chosen in ("Immutable", "TrafficSplitting") and not _enhanced(settings):
        found.append((policy, f"{chosen} deployments {_ENHANCED}"))
    if chosen == "TrafficSplitting" and settings.get(balancer) != "application":
        found.append((policy, "TrafficSplitting deployments require an Application Load Balancer."))
    if settings.get(update) == "Immutable" and not _enhanced(settings):
        found.append((update, f"Immutable updates {_ENHANCED}"))
    if settings.get(kind, "Percentage") == "Percentage" and int(settings.get(size, "100")) > 100:
        found.append((size, "BatchSize must be from 1 to 100 when BatchSizeType is Percentage."))
    return found


def _group_sizes(settings: dict[Option, str]) -> list[tuple[Option, str]]:
    smallest, largest = (Option("aws:autoscaling:asg", name, _GROUP) for name in ("MinSize", "MaxSize"))
    if int(settings.get(smallest, "1")) > int(settings.get(largest, "4")):
        return [(smallest, f"MinSize must not be greater than MaxSize, which is {settings.get(largest, '4')}.")]
    return []


def _enhanced(settings: dict[Option, str]) -> bool:
    return settings.get(Option(_HEALTH, "SystemType")) == "enhanced"


def _where(option: Option) -> str:
    return f"(Namespace: '{option.namespace}', OptionName: '{option.name}')"
