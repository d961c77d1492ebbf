"""The actions about platforms and quotas."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from emulator.beanstalk import platforms
from emulator.beanstalk.call import Call, Result, page
from emulator.beanstalk.errors import InvalidParameterValueError
from emulator.beanstalk.state import State

_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "contains": operator.contains,
    "begins_with": str.startswith,
    "ends_with": str.endswith,
}


class CatalogActions:
    """The actions about platforms and quotas."""

    def __init__(self, state: State) -> None:
        self._state = state

    def list_platform_versions(self, call: Call) -> Result:
        """ListPlatformVersions."""
        summaries = [platforms.summary(platform) for platform in platforms.available(self._state.region)]
        filters = call.get("Filters", [])
        found = [platform for platform in summaries if all(_passes(platform, one) for one in filters)]
        return page(call, "PlatformSummaryList", found, largest=100)

    def list_solution_stacks(self, _call: Call) -> Result:
        """ListAvailableSolutionStacks."""
        names = [platform.solution_stack for platform in platforms.available(self._state.region)]
        details = [{"SolutionStackName": name, "PermittedFileTypes": ["zip"]} for name in names]
        return {"SolutionStacks": names, "SolutionStackDetails": details}

    def describe_account_attributes(self, _call: Call) -> Result:
        """DescribeAccountAttributes: the quotas."""
        quotas = self._state.quotas
        maxima = {
            "ApplicationQuota": quotas.applications,
            "ApplicationVersionQuota": quotas.application_versions,
            "EnvironmentQuota": quotas.environments,
            "ConfigurationTemplateQuota": quotas.configuration_templates,
            "CustomPlatformQuota": quotas.custom_platforms,
        }
        return {"ResourceQuotas": {name: {"Maximum": maximum} for name, maximum in maxima.items()}}


def _passes(platform: dict[str, Any], condition: dict[str, Any]) -> bool:
    kind, compare = condition.get("Type", ""), _OPERATORS.get(condition.get("Operator", "="))
    value = platform.get({"SupportedTier": "SupportedTierList", "SupportedAddon": "SupportedAddonList"}.get(kind, kind))
    if compare is None:
        raise InvalidParameterValueError(f"The operator of a filter must be one of {' '.join(_OPERATORS)}.")
    held = value if isinstance(value, list) else [str(value or "")]
    return any(compare(one, wanted) for one in held for wanted in condition.get("Values", []))
