"""The permissions that a call itself takes: actions, the resources they are authorised on, and condition keys.

It is over 200 lines long because the operations stand in one table.
Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticbeanstalk.html
"""

from collections.abc import Callable, Mapping

from emulator.beanstalk.authorization import condition_keys
from emulator.beanstalk.authorization.permission import ConditionKeys, RequiredPermission
from emulator.beanstalk.authorization.resources import SERVICE, Resource, Resources
from emulator.beanstalk.call import Call
from emulator.beanstalk.errors import AccessDeniedError, InvalidParameterValueError
from emulator.beanstalk.state import State

_PermissionFinder = Callable[[str, Call, Resources], list[RequiredPermission]]


def require_permissions(name: str, call: Call, state: State) -> None:
    """Raise AccessDeniedError when the caller lacks a permission for this call. Hold the state's lock."""
    for permission in required_permissions(name, call, state):
        if refusal := call.caller.refusal(*permission):
            raise AccessDeniedError(refusal)


def required_permissions(name: str, call: Call, state: State) -> list[RequiredPermission]:
    """Return the permissions that a call takes.

    Return none when its environment does not exist: the action says so. Return none for lists: they leave out what
    the caller may not see.
    """
    try:
        return _FINDERS[name](name, call, Resources(state)) if name in _FINDERS else []
    except InvalidParameterValueError:
        return []


def _everything(name: str, _call: Call, _resources: Resources) -> list[RequiredPermission]:
    return [_permission(name, "*", {})]


def _application(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    return [_permission(name, *resources.application(call["ApplicationName"]))]


def _new_application(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    return _new(name, call, resources.application(call["ApplicationName"]), {})


def _version(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    return [_permission(name, *resources.version(call["ApplicationName"], call["VersionLabel"]))]


def _new_version(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    version = resources.version(call["ApplicationName"], call["VersionLabel"])
    return [*_application(name, call, resources), *_new(name, call, version, {})]


def _template(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    return [_permission(name, *resources.template(call["ApplicationName"], call["TemplateName"]))]


def _new_template(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    origins = condition_keys.platform(call, resources)
    if call.get("EnvironmentId"):
        origins["FromEnvironment"] = resources.called_environment(call).arn
    if source := call.get("SourceConfiguration"):
        application = source.get("ApplicationName", "")
        origins["FromApplication"] = resources.application(application).arn
        origins["FromConfigurationTemplate"] = resources.template(application, source.get("TemplateName", "")).arn
    return _new(name, call, resources.template(call["ApplicationName"], call["TemplateName"]), origins)


def _environment(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    return [_permission(name, *resources.called_environment(call))]


def _new_environment(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    application = call["ApplicationName"]
    environment = resources.environment(application, call.get("EnvironmentName", ""))
    return _new(name, call, environment, condition_keys.sources(call, resources, application))


def _update(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    environment = resources.called_environment(call)
    application = environment.arn.split("/")[1]
    return [
        _permission(
            name,
            environment.arn,
            environment.keys | condition_keys.named(condition_keys.sources(call, resources, application)),
        )
    ]


def _swap(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    source = resources.called_environment(call, "Source")
    destination = resources.called_environment(call, "Destination")
    return [
        _permission(name, source.arn, source.keys | condition_keys.named({"FromEnvironment": destination.arn})),
        _permission(name, destination.arn, destination.keys | condition_keys.named({"FromEnvironment": source.arn})),
    ]


def _settings(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    """Return the permission for the saved configuration or the environment that has the settings."""
    if call.get("TemplateName"):
        return _template(name, call, resources)
    return [_permission(name, *resources.environment(call["ApplicationName"], call.get("EnvironmentName", "")))]


def _options(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    """Return the permission for what has the options: a saved configuration, an environment or a platform."""
    if call.get("TemplateName") or call.get("EnvironmentName"):
        return _settings(name, call, resources)
    if stack := call.get("SolutionStackName"):
        return [_permission(name, *resources.solution_stack(stack))]
    return _platform_version(name, call, resources)


def _platform_version(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    return [_permission(name, *resources.by_arn(call["PlatformArn"]))] if call.get("PlatformArn") else []


def _new_platform_version(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    return _new(name, call, resources.platform(call["PlatformName"], call["PlatformVersion"]), {})


def _composed(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    application = call.get("ApplicationName", "")
    versions = [resources.version(application, label) for label in call.get("VersionLabels", [])]
    return [_permission(name, *each) for each in (resources.application(application), *versions)]


def _passed_role(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    """Return the permission for the environment, and the one to pass the role to the service."""
    keys = {"iam:PassedToService": "elasticbeanstalk.amazonaws.com"}
    return [*_environment(name, call, resources), RequiredPermission("iam:PassRole", call["OperationsRole"], keys)]


def _by_arn(name: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    return [_permission(name, *resources.by_arn(call["ResourceArn"]))]


def _tags(_: str, call: Call, resources: Resources) -> list[RequiredPermission]:
    """Return the permissions AddTags and RemoveTags: IAM knows them instead of UpdateTagsForResource."""
    resource, removed = resources.by_arn(call["ResourceArn"]), call.get("TagsToRemove", [])
    permissions = []
    if added := call.get("TagsToAdd"):
        permissions.append(_permission("AddTags", resource.arn, resource.keys | condition_keys.requested(added)))
    if removed:
        permissions.append(_permission("RemoveTags", resource.arn, resource.keys | {"aws:TagKeys": removed}))
    return permissions


_FINDERS: Mapping[str, _PermissionFinder] = {
    "AbortEnvironmentUpdate": _environment,
    "ApplyEnvironmentManagedAction": _environment,
    "AssociateEnvironmentOperationsRole": _passed_role,
    "CheckDNSAvailability": _everything,
    "ComposeEnvironments": _composed,
    "CreateApplication": _new_application,
    "CreateApplicationVersion": _new_version,
    "CreateConfigurationTemplate": _new_template,
    "CreateEnvironment": _new_environment,
    "CreatePlatformVersion": _new_platform_version,
    "CreateStorageLocation": _everything,
    "DeleteApplication": _application,
    "DeleteApplicationVersion": _version,
    "DeleteConfigurationTemplate": _template,
    "DeleteEnvironmentConfiguration": _settings,
    "DeletePlatformVersion": _platform_version,
    "DescribeAccountAttributes": _everything,
    "DescribeConfigurationOptions": _options,
    "DescribeConfigurationSettings": _settings,
    "DescribeEnvironmentHealth": _environment,
    "DescribeEnvironmentManagedActionHistory": _environment,
    "DescribeEnvironmentManagedActions": _environment,
    "DescribeEnvironmentResources": _environment,
    "DescribeInstancesHealth": _environment,
    "DescribePlatformVersion": _platform_version,
    "DisassociateEnvironmentOperationsRole": _environment,
    "ListPlatformBranches": _everything,
    "ListTagsForResource": _by_arn,
    "RebuildEnvironment": _environment,
    "RequestEnvironmentInfo": _environment,
    "RestartAppServer": _environment,
    "RetrieveEnvironmentInfo": _environment,
    "SwapEnvironmentCNAMEs": _swap,
    "TerminateEnvironment": _environment,
    "UpdateApplication": _application,
    "UpdateApplicationResourceLifecycle": _application,
    "UpdateApplicationVersion": _version,
    "UpdateConfigurationTemplate": _template,
    "UpdateEnvironment": _update,
    "UpdateTagsForResource": _tags,
    "ValidateConfigurationSettings": _settings,
}


def _new(name: str, call: Call, resource: Resource, origins: ConditionKeys) -> list[RequiredPermission]:
    """Return the permissions to create a resource, and to tag it in the same call."""
    tags = condition_keys.requested(call.get("Tags", []))
    create = _permission(name, resource.arn, resource.keys | tags | condition_keys.named(origins))
    return [create, _permission("AddTags", resource.arn, resource.keys | tags)] if tags else [create]


def _permission(action: str, resource: str, keys: ConditionKeys) -> RequiredPermission:
    return RequiredPermission(f"{SERVICE}:{action}", resource, keys)
