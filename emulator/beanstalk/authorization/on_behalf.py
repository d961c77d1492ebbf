"""The permissions that Elastic Beanstalk takes from its caller to act on the caller's behalf."""

from collections.abc import Iterable, Iterator, Mapping

from emulator.beanstalk import option_settings
from emulator.beanstalk.authorization import denials
from emulator.beanstalk.authorization.permission import RequiredPermission
from emulator.beanstalk.authorization.taken_permissions import CONDITION_KEYS, TAKEN, TakenPermissions
from emulator.beanstalk.call import Call
from emulator.beanstalk.configuration_options import Option
from emulator.beanstalk.errors import InvalidParameterValueError
from emulator.beanstalk.model import BundleLocation
from emulator.beanstalk.option_settings import Settings
from emulator.beanstalk.state import State

NEW_ENVIRONMENT = "e-0000000000"
"""The id in resource names while a new environment has none."""
PATCHES = "eb_patching_resources/instance_patch_extension.linux"
PLATFORM_ASSETS = "platform/assets.zip"
"""What is read is not known; only the bucket is."""

_SERVICE_ROLE = Option("aws:elasticbeanstalk:environment", "ServiceRole")
_INSTANCE_PROFILE = Option(
    "aws:autoscaling:launchconfiguration", "IamInstanceProfile", "AWSEBAutoScalingLaunchConfiguration"
)


def require_permissions(name: str, call: Call, state: State) -> None:
    """Raise an error in AWS's words when the caller lacks a permission. Hold the state's lock."""
    operation = _Operation.of_call(name, call, state)
    for permission in operation.denied_at_once() if operation else ():
        if refusal := call.caller.refusal(*permission):
            raise denials.answer(permission, refusal)


def later_denial(name: str, call: Call, state: State) -> str | None:
    """Return the ERROR event of a permission that the caller lacks later, None without one. Hold the state's lock.

    The caller's policies count as they are during the call.
    """
    operation = _Operation.of_call(name, call, state)
    for permission in operation.denied_later() if operation else ():
        if refusal := call.caller.refusal(*permission):
            return denials.event(permission, refusal)
    return None


def required_permissions(name: str, call: Call, state: State) -> Iterator[RequiredPermission]:
    """Yield the permissions that a call takes. Yield none when its environment does not exist: the action says so."""
    if operation := _Operation.of_call(name, call, state):
        yield from operation.denied_at_once()
        yield from operation.denied_later()


class _Operation:
    """What one call takes. `names`: the ARNs of its resources, by the placeholders of the tables."""

    def __init__(self, taken: TakenPermissions, settings: Settings, names: Mapping[str, str]) -> None:
        self._taken = taken
        self._balanced = option_settings.load_balanced(settings)
        self._names = names

    @classmethod
    def of_call(cls, name: str, call: Call, state: State) -> "_Operation | None":
        """Return the operation of a call, None when the call takes nothing or its environment does not exist."""
        if name == "UpdateEnvironment":
            name = _kind_of_update(call)
        if name not in TAKEN or (name == "CreateApplicationVersion" and not call.get("Process")):
            return None
        if _operations_role(name, call, state):
            return None
        try:
            return cls(TAKEN[name], *_environment(name, call, state))
        except InvalidParameterValueError:
            return None

    def denied_at_once(self) -> Iterator[RequiredPermission]:
        return self._permissions(self._taken.denied_at_once(balanced=self._balanced))

    def denied_later(self) -> Iterator[RequiredPermission]:
        return self._permissions(self._taken.denied_later(balanced=self._balanced))

    def _permissions(self, permissions: Iterable[str]) -> Iterator[RequiredPermission]:
        for permission in permissions:
            action, _, resource = permission.partition(" ")
            if resource == "{bundle}" and "bundle" not in self._names:
                continue  # the sample application
            keys = {key: value.format(**self._names) for key, value in CONDITION_KEYS.get(permission, {}).items()}
            yield RequiredPermission(action, resource.format(**self._names), keys)


def _environment(name: str, call: Call, state: State) -> tuple[Settings, dict[str, str]]:
    """Return the settings of the environment of a call, and the names. Raises InvalidParameterValueError."""
    defaults = dict(option_settings.DEFAULTS)
    if name in ("CreateApplicationVersion", "CreateStorageLocation"):
        return defaults, _names(NEW_ENVIRONMENT, "", defaults, None, state)
    if name == "CreateEnvironment":
        application, template = call["ApplicationName"], call.get("TemplateName")
        saved = state.template(application, template).settings if template else {}
        settings = defaults | saved | option_settings.given(call.get("OptionSettings", []))
        bundle = _bundle(application, call.get("VersionLabel"), state)
        return settings, _names(NEW_ENVIRONMENT, "", settings, bundle, state)
    existing = state.environment(call.parameters)
    bundle = _bundle(existing.application, call.get("VersionLabel", existing.label), state)
    instance = existing.instances[0].id if existing.instances else ""
    return existing.settings, _names(existing.id, instance, existing.settings, bundle, state)


def _kind_of_update(call: Call) -> str:
    if not call.get("VersionLabel"):
        return "configure"
    return "deploy and configure" if call.changes_configuration else "deploy"


def _operations_role(name: str, call: Call, state: State) -> str | None:
    """Return the role that the service acts in instead of the caller, None without one."""
    if name == "CreateEnvironment":
        role: str | None = call.get("OperationsRole")
        return role
    if name in ("CreateApplicationVersion", "CreateStorageLocation"):
        return None
    try:
        return state.environment(call.parameters).operations_role
    except InvalidParameterValueError:
        return None


def _bundle(application: str, label: str | None, state: State) -> BundleLocation | None:
    owner = state.applications.get(application)
    version = owner.versions.get(label or "") if owner else None
    return version.bundle if version else None


def _names(id_: str, instance: str, settings: Settings, bundle: BundleLocation | None, state: State) -> dict[str, str]:
    """Return the ARNs of an environment's resources by the placeholders, named as CloudFormation names them."""
    where = f"{state.region}:{state.account_id}"
    balancing = f"arn:aws:elasticloadbalancing:{where}"
    stack = f"awseb-{id_}-stack"
    bucket = f"arn:aws:s3:::elasticbeanstalk-{state.region}-{state.account_id}"
    names = {
        "alarm": f"arn:aws:cloudwatch:{where}:alarm:{stack}-AWSEBCloudwatchAlarmHigh-0",
        "balancer": f"{balancing}:loadbalancer/app/awseb-AWSEB-0/0",
        "bucket": bucket,
        "group": f"arn:aws:autoscaling:{where}:autoScalingGroup:0:autoScalingGroupName/{stack}-AWSEBAutoScalingGroup-0",
        "instance": f"arn:aws:ec2:{where}:instance/{instance or 'i-0'}",
        "instance_role": _role(settings.get(_INSTANCE_PROFILE) or "aws-elasticbeanstalk-ec2-role", state),
        "launch_template": f"arn:aws:ec2:{where}:launch-template/lt-0",
        "listener": f"{balancing}:listener/app/awseb-AWSEB-0/0/0",
        "objects": f"{bucket}/resources/environments/{id_}/_runtime/_versions/0",
        "patches": f"arn:aws:s3:::elasticbeanstalk-env-resources-{state.region}/{PATCHES}",
        "platform_assets": f"arn:aws:s3:::elasticbeanstalk-platform-assets-{state.region}/{PLATFORM_ASSETS}",
        "service_role": _role(settings.get(_SERVICE_ROLE) or "aws-elasticbeanstalk-service-role", state),
        "stack": f"arn:aws:cloudformation:{where}:stack/{stack}/0",
        "targets": f"{balancing}:targetgroup/awseb-AWSEB-0/0",
    }
    return names | ({"bundle": f"arn:aws:s3:::{bundle.bucket}/{bundle.key}"} if bundle else {})


def _role(name_or_arn: str, state: State) -> str:
    return f"arn:aws:iam::{state.account_id}:role/{name_or_arn.rpartition('/')[2]}"
