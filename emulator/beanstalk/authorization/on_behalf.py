"""What Elastic Beanstalk does for its caller, with its caller's permissions, to make, change or remove an environment.

AWS documents only that it takes the caller's permissions, and a policy that is enough. These are the actions on an
environment of one instance, its Auto Scaling group and its load balancer, by the resources of its CloudFormation stack
and by what callers are told that they lack:
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/AWSHowTo.iam.managed-policies.html
https://github.com/codeship/documentation/issues/338, https://github.com/aws/aws-toolkit-azure-devops/issues/124,
https://github.com/jenkinsci/aws-beanstalk-publisher-plugin/issues/27 (s3:CreateBucket, although the bucket is there),
https://github.com/aws/aws-elastic-beanstalk-cli/issues/82 (also to read the settings of an environment that stands).
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from emulator.beanstalk import option_settings
from emulator.beanstalk.call import Call
from emulator.beanstalk.errors import InsufficientPrivilegesError, InvalidParameterValueError
from emulator.beanstalk.option_settings import Settings
from emulator.beanstalk.state import State

NEW_ENVIRONMENT = "e-0000000000"
"""In the names of what an environment is going to have, before it has an id."""

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
"""The roles that an environment gets: by the option that names each, its usual name, and who takes it on."""

_LOOK = (
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
    *_LOOK,
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
_DEPLOY = (*_LOOK, *_BUCKET, "autoscaling:ResumeProcesses {group}", "autoscaling:SuspendProcesses {group}")
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
    *_LOOK,
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


_KINDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "CreateEnvironment": (_CREATE, _CREATE_BALANCED),
    "DescribeConfigurationSettings": (_LOOK, ()),
    "RebuildEnvironment": (_TERMINATE + _CREATE, _TERMINATE_BALANCED + _CREATE_BALANCED),
    "TerminateEnvironment": (_TERMINATE, _TERMINATE_BALANCED),
    "deploy": (_DEPLOY, _DEPLOY_BALANCED),
    "configure": (_CONFIGURE, _DEPLOY_BALANCED),
}
"""For every environment, and for those with a load balancer besides."""


class RequiredPermission(NamedTuple):
    """One action that the service takes for its caller."""

    action: str
    resource: str
    keys: Mapping[str, Any]


def check(name: str, call: Call, state: State) -> None:
    """Raise InsufficientPrivilegesError when the caller lacks what the call takes. To be used holding the lock."""
    for act in acts(name, call, state):
        if refusal := call.caller.refusal(*act):
            raise InsufficientPrivilegesError(refusal)


def acts(name: str, call: Call, state: State) -> Iterator[RequiredPermission]:
    """Yield what a call takes: nothing if it is about an environment that does not stand, as the action then tells."""
    if name == "UpdateEnvironment":
        name = "deploy" if call.get("VersionLabel") else "configure"
    if name not in _KINDS:
        return
    try:
        id_, settings = _environment(name, call, state)
    except InvalidParameterValueError:
        return
    always, balanced = _KINDS[name]
    names = _names(id_, state)
    for each in (*always, *(balanced if option_settings.load_balanced(settings) else ())):
        action, _, resource = each.partition(" ")
        yield RequiredPermission(action, resource.format(**names), {})
    if name in ("CreateEnvironment", "RebuildEnvironment"):
        yield from _passed_roles(settings, state)


def _environment(name: str, call: Call, state: State) -> tuple[str, Settings]:
    """The id and the settings of the environment that a call is about. Raises InvalidParameterValueError."""
    if name != "CreateEnvironment":
        standing = state.environment(call.parameters)
        return standing.id, standing.settings
    template = call.get("TemplateName")
    saved = state.template(call["ApplicationName"], template).settings if template else {}
    return NEW_ENVIRONMENT, dict(option_settings.DEFAULTS) | saved | option_settings.given(
        call.get("OptionSettings", [])
    )


def _names(id_: str, state: State) -> dict[str, str]:
    """The ARNs of what an environment has, by the placeholders above; named as CloudFormation names them."""
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
    for option, (usual, service) in _ROLES.items():
        role = (settings.get(option) or usual).rpartition("/")[2]
        arn = f"arn:aws:iam::{state.account_id}:role/{role}"
        yield RequiredPermission("iam:PassRole", arn, {"iam:PassedToService": service})
