"""The tables of what Elastic Beanstalk takes from its caller: actions, and the resources that they are checked on.

AWS documents only that it uses the caller's permissions, and a policy that is enough. These are the actions on an
environment of one instance, its Auto Scaling group and its load balancer. They come from the resources of its
CloudFormation stack and from denials that callers reported:
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/AWSHowTo.iam.managed-policies.html
https://github.com/codeship/documentation/issues/338, https://github.com/aws/aws-toolkit-azure-devops/issues/124,
https://github.com/jenkinsci/aws-beanstalk-publisher-plugin/issues/27 (s3:CreateBucket, although the bucket exists),
https://github.com/aws/aws-elastic-beanstalk-cli/issues/82 (also to read the settings of an environment),
https://github.com/hashicorp/terraform-provider-aws/issues/32977 (an object in a bucket of AWS),
https://github.com/grails/grails-core/issues/16260, https://github.com/grails/grails-core/issues/16262 (its own bucket's
policy, autoscaling:SuspendProcesses).
"""

from collections.abc import Mapping
from dataclasses import dataclass

_READ = (
    "autoscaling:DescribeAutoScalingGroups *",
    "autoscaling:DescribeScalingActivities *",
    "cloudformation:DescribeStackEvents *",
    "cloudformation:DescribeStackResources *",
    "cloudformation:DescribeStacks *",
    "cloudformation:GetTemplate *",
    "ec2:DescribeInstances *",
)
_PATCHES = ("s3:GetObject {patches}",)
_PLATFORM_ASSETS = ("s3:GetObject {platform_assets}",)
_OWN_BUCKET = (
    "s3:CreateBucket {bucket}",
    "s3:GetBucketPolicy {bucket}",
    "s3:ListBucket {bucket}",
    "s3:PutBucketOwnershipControls {bucket}",
    "s3:PutBucketPolicy {bucket}",
    "s3:PutBucketPublicAccessBlock {bucket}",
)
_BUCKET = (
    *_OWN_BUCKET,
    "s3:GetObject {objects}",
    "s3:GetObjectAcl {objects}",
    "s3:PutObject {objects}",
    "s3:PutObjectAcl {objects}",
)
_BUNDLE = ("s3:GetObject {bundle}", "s3:GetObjectAcl {bundle}", "s3:GetObjectVersion {bundle}")
_PASSED_ROLES = ("iam:PassRole {service_role}", "iam:PassRole {instance_role}")
_CREATE = (
    *_PASSED_ROLES,
    "cloudformation:CreateStack {stack}",
    "autoscaling:CreateAutoScalingGroup {group}",
    "autoscaling:UpdateAutoScalingGroup {group}",
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
_DEPLOY = ("autoscaling:ResumeProcesses {group}", "autoscaling:SuspendProcesses {group}")
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
    "autoscaling:DeleteAutoScalingGroup {group}",
    "autoscaling:UpdateAutoScalingGroup {group}",
    "cloudformation:DeleteStack {stack}",
    "ec2:DeleteLaunchTemplate *",
    "ec2:DeleteSecurityGroup *",
    "ec2:TerminateInstances {instance}",
    "s3:DeleteObject {objects}",
)
_TERMINATE_BALANCED = (
    "cloudwatch:DeleteAlarms {alarm}",
    "elasticloadbalancing:DeleteListener {listener}",
    "elasticloadbalancing:DeleteLoadBalancer {balancer}",
    "elasticloadbalancing:DeleteTargetGroup {targets}",
    "elasticloadbalancing:DescribeLoadBalancers *",
)


@dataclass(frozen=True)
class TakenPermissions:
    """What one operation takes: `ACTION RESOURCE`, with the names of resources in braces.

    `at_once`: a denial is the answer to the call. `later`: a denial is an ERROR event, and the operation fails.
    `at_once_balanced`, `later_balanced`: more of both for an environment with a load balancer. `bundle`: whether the
    version's bundle is read and copied, which is denied later.
    """

    at_once: tuple[str, ...]
    later: tuple[str, ...] = ()
    at_once_balanced: tuple[str, ...] = ()
    later_balanced: tuple[str, ...] = ()
    bundle: bool = False

    def denied_later(self, *, balanced: bool) -> tuple[str, ...]:
        """Return the permissions whose denial comes later."""
        bundle = _BUNDLE if self.bundle else ()
        return (*bundle, *self.later, *(self.later_balanced if balanced else ()))

    def denied_at_once(self, *, balanced: bool) -> tuple[str, ...]:
        """Return the permissions whose denial is the answer."""
        return (*self.at_once, *(self.at_once_balanced if balanced else ()))


TAKEN: Mapping[str, TakenPermissions] = {
    "CreateApplicationVersion": TakenPermissions(_BUCKET),
    "CreateEnvironment": TakenPermissions(
        (*_READ, *_BUCKET, *_PLATFORM_ASSETS), _CREATE, later_balanced=_CREATE_BALANCED, bundle=True
    ),
    "CreateStorageLocation": TakenPermissions(_OWN_BUCKET),
    "DescribeConfigurationSettings": TakenPermissions((*_PATCHES, *_READ)),
    "RebuildEnvironment": TakenPermissions(
        (*_READ, *_BUCKET, *_PLATFORM_ASSETS),
        (*_TERMINATE, *_CREATE),
        later_balanced=(*_TERMINATE_BALANCED, *_CREATE_BALANCED),
        bundle=True,
    ),
    "TerminateEnvironment": TakenPermissions((*_READ, *_TERMINATE), at_once_balanced=_TERMINATE_BALANCED),
    "deploy": TakenPermissions((*_PATCHES, *_READ, *_BUCKET), _DEPLOY, later_balanced=_DEPLOY_BALANCED, bundle=True),
    "deploy and configure": TakenPermissions(
        (*_PATCHES, *_READ, *_BUCKET), _CONFIGURE, later_balanced=_DEPLOY_BALANCED, bundle=True
    ),
    "configure": TakenPermissions((*_PATCHES, *_READ, *_BUCKET), _CONFIGURE, later_balanced=_DEPLOY_BALANCED),
}
"""By action; UpdateEnvironment is `deploy`, `configure` or both. CreateApplicationVersion takes them with Process."""

CONDITION_KEYS: Mapping[str, Mapping[str, str]] = {
    "ec2:RunInstances *": {"ec2:LaunchTemplate": "{launch_template}"},
    "ec2:TerminateInstances {instance}": {"ec2:ResourceTag/aws:cloudformation:stack-id": "{stack}"},
    "iam:PassRole {instance_role}": {"iam:PassedToService": "ec2.amazonaws.com"},
    "iam:PassRole {service_role}": {"iam:PassedToService": "elasticbeanstalk.amazonaws.com"},
}
"""The condition keys of a request, by permission. AWS's managed policy has conditions on them."""
