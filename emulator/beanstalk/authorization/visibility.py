"""Lists leave out what the caller may not see, without an error: github.com/aws/aws-sdk/issues/435."""

from collections.abc import Callable, Mapping
from typing import Any

from emulator.beanstalk.authorization.resources import SERVICE, Resource, Resources
from emulator.beanstalk.call import Call, Result
from emulator.beanstalk.state import State

_ResourceFinder = Callable[[Any, Resources], Resource]


def visible_part(name: str, call: Call, result: Result, state: State) -> Result:
    """Return the result of a list without what the caller may not see. Hold the state's lock."""
    if result is None or name not in _LISTS:
        return result
    resources = Resources(state)
    visible: dict[str, bool] = {}

    def may_see(resource: Resource) -> bool:
        if resource.arn not in visible:
            visible[resource.arn] = not call.caller.refusal(f"{SERVICE}:{name}", *resource)
        return visible[resource.arn]

    kept = {
        member: [item for item in result[member] if may_see(find(item, resources))]
        for member, find in _LISTS[name].items()
    }
    return result | kept


def _event(event: Mapping[str, Any], resources: Resources) -> Resource:
    """Return the resource that an event is about."""
    application = event["ApplicationName"] or ""
    if name := event["EnvironmentName"]:
        return resources.environment(application, name)
    if label := event["VersionLabel"]:
        return resources.version(application, label)
    if template := event["TemplateName"]:
        return resources.template(application, template)
    return resources.application(application)


_LISTS: Mapping[str, Mapping[str, _ResourceFinder]] = {
    "DescribeApplicationVersions": {
        "ApplicationVersions": lambda item, resources: resources.by_arn(item["ApplicationVersionArn"])
    },
    "DescribeApplications": {"Applications": lambda item, resources: resources.by_arn(item["ApplicationArn"])},
    "DescribeEnvironments": {"Environments": lambda item, resources: resources.by_arn(item["EnvironmentArn"])},
    "DescribeEvents": {"Events": _event},
    "ListAvailableSolutionStacks": {
        "SolutionStacks": lambda item, resources: resources.solution_stack(item),
        "SolutionStackDetails": lambda item, resources: resources.solution_stack(item["SolutionStackName"]),
    },
    "ListPlatformVersions": {
        "PlatformSummaryList": lambda item, resources: resources.by_arn(item["PlatformArn"]),
    },
}
"""By action: the lists of its result, and what finds the resource of an item."""
