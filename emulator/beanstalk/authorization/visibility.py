"""Lists leave out what the caller may not see, without a word: github.com/aws/aws-sdk/issues/435."""

from collections.abc import Callable, Mapping
from typing import Any

from emulator.beanstalk.authorization.resources import SERVICE, Resource, Resources
from emulator.beanstalk.call import Call, Result
from emulator.beanstalk.state import State

Find = Callable[[Any, Resources], Resource]


def visible(name: str, call: Call, result: Result, state: State) -> Result:
    """Return a list without what the caller may not see. To be used holding the state's lock."""
    if result is None or name not in _LISTS:
        return result
    resources = Resources(state)
    seen: dict[str, bool] = {}

    def may_see(resource: Resource) -> bool:
        if resource.arn not in seen:
            seen[resource.arn] = not call.caller.refusal(f"{SERVICE}:{name}", *resource)
        return seen[resource.arn]

    kept = {
        member: [item for item in result[member] if may_see(find(item, resources))]
        for member, find in _LISTS[name].items()
    }
    return result | kept


def _event(event: Mapping[str, Any], resources: Resources) -> Resource:
    """What an event is about."""
    application = event["ApplicationName"] or ""
    if name := event["EnvironmentName"]:
        return resources.environment(application, name)
    if label := event["VersionLabel"]:
        return resources.version(application, label)
    if template := event["TemplateName"]:
        return resources.template(application, template)
    return resources.application(application)


_LISTS: Mapping[str, Mapping[str, Find]] = {
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
"""The lists of an answer, and the resource that an item of each is about."""
