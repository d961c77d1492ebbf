"""The permissions that Elastic Beanstalk takes from its caller to create, change or remove an environment.

AWS documents only that it uses the caller's permissions, and a policy that is enough. These are the actions on an
environment of one instance, its Auto Scaling group and its load balancer. They come from the resources of its
CloudFormation stack and from denials that callers reported:
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/AWSHowTo.iam.managed-policies.html
https://github.com/codeship/documentation/issues/338, https://github.com/aws/aws-toolkit-azure-devops/issues/124,
https://github.com/jenkinsci/aws-beanstalk-publisher-plugin/issues/27 (s3:CreateBucket, although the bucket exists),
https://github.com/aws/aws-elastic-beanstalk-cli/issues/82 (also to read the settings of an environment).
"""

from collections.abc import Iterator, Mapping

from emulator.beanstalk import option_settings
from emulator.beanstalk.authorization.permission import RequiredPermission
from emulator.beanstalk.call import Call
from emulator.beanstalk.errors import InsufficientPrivilegesError, InvalidParameterValueError
from emulator.beanstalk.option_settings import Settings
from emulator.beanstalk.state import State

NEW_ENVIRONMENT = "e-0000000000"
"""The id in resource names while a new environment has none."""

_ROLES = {
    option_settings.Option("aws:elasticbeanstalk:environment", "ServiceRole"): (
        "aws-elasticbeanstalk-service-role",
        "elasticbeanstalk.amazonaws.com",
    ),
    option_settings.Option("aws:autoscaling:launchconfiguration", "IamInstanceProfile"): (
        "aws-elasticbeanstalk-ec2-role",
        "ec2.amazonaws.com",
    ),
}
"""The roles of an environment: the option that names the role, its default name, and the service that assumes it."""

_READ = (
    "autoscaling:DescribeAutoScalingGroups *",
    "autoscaling:DescribeScalingActivities *",
    "cloudformation:DescribeStackEvents *",
    "cloudformation:DescribeStackResources *",
    "cloudformation:DescribeStacks *",
    "cloudformation:GetTemplate *",
    "ec2:DescribeInstances *",
)
_BUCKET = ("s3:CreateBucket {bucket}", "s3:GetObject {bucket}/*", "s3:ListBucket {bucket}", "s3:PutObject {bucket}/*")
_CREATE = (
    *_READ,
    *_BUCKET,
    "autoscaling:CreateAutoScalingGroup {group}",
    "autoscaling:UpdateAutoScalingGroup {group}",
    "cloudformation:CreateStack {stack}",
    "ec2:AuthorizeSecurityGroupIngress *",
    "ec2:CreateLaunchTemplate *",
    "ec2:CreateSecurityGroup *",
    "ec2:CreateTags *",
    "ec2:DescribeSecurityGroups *",
    "ec2:DescribeSubnets *",
    "ec2:RunInstances *",
)
_CREATE_BALANCED = (
    "autoscaling:PutScalingPolicy {group}",
    "cloudwatch:PutMetricAlarm {alarm}",
    "elasticloadbalancing:CreateListener {balancer}",
    "elasticloadbalancing:CreateLoadBalancer {balancer}",
    "elasticloadbalancing:CreateTargetGroup {targets}",
    "elasticloadbalancing:DescribeLoadBalancers *",
    "elasticloadbalancing:DescribeTargetHealth *",
)
_DEPLOY = (*_READ, *_BUCKET, "autoscaling:ResumeProcesses {group}", "autoscaling:SuspendProcesses {group}")
_DEPLOY_BALANCED = (
    "elasticloadbalancing:DeregisterTargets {targets}",
    "elasticloadbalancing:DescribeTargetHealth *",
    "elasticloadbalancing:RegisterTargets {targets}",
)
_CONFIGURE = (
    *_DEPLOY,
    "autoscaling:UpdateAutoScalingGroup {group}",
    "cloudformation:UpdateStack {stack}",
    "ec2:CreateLaunchTemplateVersion *",
)
_TERMINATE = (
    *_READ,
    "autoscaling:DeleteAutoScalingGroup {group}",
    "autoscaling:UpdateAutoScalingGroup {group}",
    "cloudformation:DeleteStack {stack}",
    "ec2:DeleteLaunchTemplate *",
    "ec2:DeleteSecurityGroup *",
    "ec2:TerminateInstances *",
    "s3:DeleteObject {bucket}/*",
)
_TERMINATE_BALANCED = (
    "cloudwatch:DeleteAlarms {alarm}",
    "elasticloadbalancing:DeleteListener {listener}",
    "elasticloadbalancing:DeleteLoadBalancer {balancer}",
    "elasticloadbalancing:DeleteTargetGroup {targets}",
    "elasticloadbalancing:DescribeLoadBalancers *",
)


_PERMISSIONS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "CreateEnvironment": (_CREATE, _CREATE_BALANCED),
    "DescribeConfigurationSettings": (_READ, ()),
    "RebuildEnvironment": (_TERMINATE + _CREATE, _TERMINATE_BALANCED + _CREATE_BALANCED),
    "TerminateEnvironment": (_TERMINATE, _TERMINATE_BALANCED),
    "deploy": (_DEPLOY, _DEPLOY_BALANCED),
    "configure": (_CONFIGURE, _DEPLOY_BALANCED),
}
"""By action: the permissions for every environment, and more for an environment with a load balancer."""


def require_permissions(name: str, call: Call, state: State) -> None:
    """Raise InsufficientPrivilegesError when the caller lacks a permission. Hold the state's lock."""
    for permission in required_permissions(name, call, state):
        if refusal := call.caller.refusal(*permission):
            raise InsufficientPrivilegesError(refusal)


def required_permissions(name: str, call: Call, state: State) -> Iterator[RequiredPermission]:
    """Yield the permissions that a call takes. Yield none when its environment does not exist: the action says so."""
    if name == "UpdateEnvironment":
        name = "deploy" if call.get("VersionLabel") else "configure"
    if name not in _PERMISSIONS:
        return
    try:
        id_, settings = _environment(name, call, state)
    except InvalidParameterValueError:
        return
    always, balanced = _PERMISSIONS[name]
    names = _names(id_, state)
    for permission in (*always, *(balanced if option_settings.load_balanced(settings) else ())):
        action, _, resource = permission.partition(" ")
        yield RequiredPermission(action, resource.format(**names), {})
    if name in ("CreateEnvironment", "RebuildEnvironment"):
        yield from _passed_roles(settings, state)


def _environment(name: str, call: Call, state: State) -> tuple[str, Settings]:
    """Return the id and the settings of the environment of a call. Raises InvalidParameterValueError."""
    if name != "CreateEnvironment":
        existing = state.environment(call.parameters)
        return existing.id, existing.settings
    template = call.get("TemplateName")
    saved = state.template(call["ApplicationName"], template).settings if template else {}
    return NEW_ENVIRONMENT, dict(option_settings.DEFAULTS) | saved | option_settings.given(
        call.get("OptionSettings", [])
    )


def _names(id_: str, state: State) -> dict[str, str]:
    """Return the ARNs of an environment's resources by the placeholders above, named as CloudFormation names them."""
    where = f"{state.region}:{state.account_id}"
    balancing = f"arn:aws:elasticloadbalancing:{where}"
    stack = f"awseb-{id_}-stack"
    return {
        "alarm": f"arn:aws:cloudwatch:{where}:alarm:{stack}-AWSEBCloudwatchAlarmHigh-0",
        "balancer": f"{balancing}:loadbalancer/app/awseb-AWSEB-0/0",
        "bucket": f"arn:aws:s3:::elasticbeanstalk-{state.region}-{state.account_id}",
        "group": f"arn:aws:autoscaling:{where}:autoScalingGroup:0:autoScalingGroupName/{stack}-AWSEBAutoScalingGroup-0",
        "listener": f"{balancing}:listener/app/awseb-AWSEB-0/0/0",
        "stack": f"arn:aws:cloudformation:{where}:stack/{stack}/0",
        "targets": f"{balancing}:targetgroup/awseb-AWSEB-0/0",
    }


def _passed_roles(settings: Settings, state: State) -> Iterator[RequiredPermission]:
    for option, (default, service) in _ROLES.items():
        role = (settings.get(option) or default).rpartition("/")[2]
        arn = f"arn:aws:iam::{state.account_id}:role/{role}"
        yield RequiredPermission("iam:PassRole", arn, {"iam:PassedToService": service})
