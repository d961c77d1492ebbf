"""Which permissions a call takes: actions, the resources that they are authorised on, and condition keys.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticbeanstalk.html
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from emulator.beanstalk.authorization.resources import SERVICE, Keys, Resource, Resources
from emulator.beanstalk.call import Call
from emulator.beanstalk.errors import AccessDeniedError, InvalidParameterValueError
from emulator.beanstalk.state import State


class RequiredPermission(NamedTuple):
    """A permission that a call takes; `action` without the name of the service."""

    action: str
    resource: str
    keys: Keys


Find = Callable[[str, Call, Resources], list[RequiredPermission]]


def check(name: str, call: Call, state: State) -> None:
    """Raise AccessDeniedError when the caller lacks a permission for this call. To be used holding the state's lock."""
    for need in needs(name, call, state):
        if refusal := call.caller.refusal(f"{SERVICE}:{need.action}", need.resource, need.keys):
            raise AccessDeniedError(refusal)


def needs(name: str, call: Call, state: State) -> list[RequiredPermission]:
    """Return what a call takes: nothing if it is about an environment that does not stand, as the action then tells.

    Nothing either for lists, which leave out what the caller may not see.
    """
    try:
        return _NEEDS[name](name, call, Resources(state)) if name in _NEEDS else []
    except InvalidParameterValueError:
        return []


def _everything(name: str, _call: Call, _resources: Resources) -> list[RequiredPermission]:
    return [RequiredPermission(name, "*", {})]


def _application(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    return [RequiredPermission(name, *resources.application(call["ApplicationName"]))]


def _new_application(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    return _new(name, call, resources.application(call["ApplicationName"]), {})


def _version(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    return [RequiredPermission(name, *resources.version(call["ApplicationName"], call["VersionLabel"]))]


def _new_version(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    version = resources.version(call["ApplicationName"], call["VersionLabel"])
    return [*_application(name, call, resources), *_new(name, call, version, {})]


def _template(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    return [RequiredPermission(name, *resources.template(call["ApplicationName"], call["TemplateName"]))]


def _new_template(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    origins = _platform(call, resources)
    if call.get("EnvironmentId"):
        origins["FromEnvironment"] = resources.called_environment(call).arn
    if source := call.get("SourceConfiguration"):
        application = source.get("ApplicationName", "")
        origins["FromApplication"] = resources.application(application).arn
        origins["FromConfigurationTemplate"] = resources.template(application, source.get("TemplateName", "")).arn
    return _new(name, call, resources.template(call["ApplicationName"], call["TemplateName"]), origins)


def _environment(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    return [RequiredPermission(name, *resources.called_environment(call))]


def _new_environment(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    application = call["ApplicationName"]
    environment = resources.environment(application, call.get("EnvironmentName", ""))
    return _new(name, call, environment, _release(call, resources, application))


def _update(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    environment = resources.called_environment(call)
    application = environment.arn.split("/")[1]
    return [
        RequiredPermission(name, environment.arn, environment.keys | _named(_release(call, resources, application)))
    ]


def _swap(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    one, other = resources.called_environment(call, "Source"), resources.called_environment(call, "Destination")
    return [
        RequiredPermission(name, one.arn, one.keys | _named({"FromEnvironment": other.arn})),
        RequiredPermission(name, other.arn, other.keys | _named({"FromEnvironment": one.arn})),
    ]


def _settings(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    """The saved configuration or the environment that has the settings."""
    if call.get("TemplateName"):
        return _template(name, call, resources)
    return [RequiredPermission(name, *resources.environment(call["ApplicationName"], call.get("EnvironmentName", "")))]


def _by_arn(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    return [RequiredPermission(name, *resources.by_arn(call["ResourceArn"]))]


def _tags(_: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    """AddTags and RemoveTags, which are no calls of their own."""
    resource, removed = resources.by_arn(call["ResourceArn"]), call.get("TagsToRemove", [])
    needs = []
    if added := call.get("TagsToAdd"):
        needs.append(RequiredPermission("AddTags", resource.arn, resource.keys | _requested(added)))
    if removed:
        needs.append(RequiredPermission("RemoveTags", resource.arn, resource.keys | {"aws:TagKeys": removed}))
    return needs


_NEEDS: Mapping[str, Find] = {
    "AbortEnvironmentUpdate": _environment,
    "ApplyEnvironmentManagedAction": _environment,
    "CheckDNSAvailability": _everything,
    "CreateApplication": _new_application,
    "CreateApplicationVersion": _new_version,
    "CreateConfigurationTemplate": _new_template,
    "CreateEnvironment": _new_environment,
    "DeleteApplication": _application,
    "DeleteApplicationVersion": _version,
    "DeleteConfigurationTemplate": _template,
    "DeleteEnvironmentConfiguration": _settings,
    "DescribeAccountAttributes": _everything,
    "DescribeConfigurationSettings": _settings,
    "DescribeEnvironmentHealth": _environment,
    "DescribeEnvironmentManagedActions": _environment,
    "DescribeEnvironmentResources": _environment,
    "DescribeInstancesHealth": _environment,
    "ListTagsForResource": _by_arn,
    "RebuildEnvironment": _environment,
    "RestartAppServer": _environment,
    "SwapEnvironmentCNAMEs": _swap,
    "TerminateEnvironment": _environment,
    "UpdateApplication": _application,
    "UpdateEnvironment": _update,
    "UpdateTagsForResource": _tags,
    "ValidateConfigurationSettings": _settings,
}


def _new(name: str, call: Call, resource: Resource, origins: Keys) -> list[RequiredPermission]:
    """Making a resource, and tagging it in the same call."""
    requested = _requested(call.get("Tags", []))
    making = RequiredPermission(name, resource.arn, resource.keys | requested | _named(origins))
    return [making, RequiredPermission("AddTags", resource.arn, resource.keys | requested)] if requested else [making]


def _release(call: Call, resources: Resources, application: str) -> Keys:
    """What an environment is made or changed from."""
    origins = _platform(call, resources)
    if label := call.get("VersionLabel"):
        origins["FromApplicationVersion"] = resources.version(application, label).arn
    if template := call.get("TemplateName"):
        origins["FromConfigurationTemplate"] = resources.template(application, template).arn
    return origins


def _platform(call: Call, resources: Resources) -> Keys:
    origins: Keys = {}
    if stack := call.get("SolutionStackName"):
        origins["FromSolutionStack"] = resources.solution_stack(stack).arn
    if platform := call.get("PlatformArn"):
        origins["FromPlatform"] = platform
    return origins


def _named(origins: Keys) -> Keys:
    return {f"{SERVICE}:{name}": arn for name, arn in origins.items()}


def _requested(tags: Iterable[Mapping[str, str]]) -> Keys:
    """The keys of the tags that a call gives; none when it gives none."""
    given = {tag.get("Key", ""): tag.get("Value", "") for tag in tags}
    keys: Keys = {f"aws:RequestTag/{key}": value for key, value in given.items()}
    return keys | {"aws:TagKeys": list(given)} if given else {}
