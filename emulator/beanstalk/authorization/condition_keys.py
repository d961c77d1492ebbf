"""The condition keys of a request: what it creates a resource from, and the tags in it."""

from collections.abc import Iterable, Mapping

from emulator.beanstalk.authorization.permission import ConditionKeys
from emulator.beanstalk.authorization.resources import SERVICE, Resources
from emulator.beanstalk.call import Call


def sources(call: Call, resources: Resources, application: str) -> ConditionKeys:
    """Return the version, template and platform that an environment is created or updated from."""
    origins = platform(call, resources)
    if label := call.get("VersionLabel"):
        origins["FromApplicationVersion"] = resources.version(application, label).arn
    if template := call.get("TemplateName"):
        origins["FromConfigurationTemplate"] = resources.template(application, template).arn
    return origins


def platform(call: Call, resources: Resources) -> ConditionKeys:
    """Return the platform that a call names."""
    origins: ConditionKeys = {}
    if stack := call.get("SolutionStackName"):
        origins["FromSolutionStack"] = resources.solution_stack(stack).arn
    if arn := call.get("PlatformArn"):
        origins["FromPlatform"] = arn
    return origins


def named(origins: ConditionKeys) -> ConditionKeys:
    """Return the keys with the name of the service."""
    return {f"{SERVICE}:{name}": arn for name, arn in origins.items()}


def requested(tags: Iterable[Mapping[str, str]]) -> ConditionKeys:
    """Return the condition keys of the tags in a call."""
    given = {tag.get("Key", ""): tag.get("Value", "") for tag in tags}
    keys: ConditionKeys = {f"aws:RequestTag/{key}": value for key, value in given.items()}
    return keys | {"aws:TagKeys": list(given)} if given else {}
