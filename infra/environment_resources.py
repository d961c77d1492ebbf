"""The policy for stages that create, update or terminate an environment.

Elastic Beanstalk uses its caller's permissions on the resources of an environment. AWS offers the managed policy
AdministratorAccess-AWSElasticBeanstalk, which also allows everything on every application. This policy is the part
of it for an environment's resources, without Elastic Beanstalk's own actions.
Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/AWSHowTo.iam.managed-policies.html
"""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.policies import allow

READS = [
    "acm:DescribeCertificate",
    "acm:ListCertificates",
    "autoscaling:Describe*",
    "cloudformation:Describe*",
    "cloudformation:GetTemplate",
    "cloudformation:ListStackResources",
    "cloudformation:ValidateTemplate",
    "cloudwatch:DescribeAlarms",
    "ec2:Describe*",
    "elasticloadbalancing:Describe*",
    "iam:ListInstanceProfiles",
    "iam:ListServerCertificates",
    "logs:DescribeLogGroups",
    "sns:ListSubscriptionsByTopic",
]
"""Calls that AWS authorises on `*` only, or that Elastic Beanstalk makes before it knows a resource's name."""

SETTINGS = [
    "autoscaling:Describe*",
    "cloudformation:Describe*",
    "cloudformation:GetTemplate",
    "ec2:DescribeInstances",
]
"""Elastic Beanstalk reads them when a caller asks for the settings of an environment. Not documented; callers
with Elastic Beanstalk's own actions only were denied: https://github.com/aws/aws-elastic-beanstalk-cli/issues/82."""

NETWORK = [
    "ec2:AllocateAddress",
    "ec2:AssociateAddress",
    "ec2:AuthorizeSecurityGroupEgress",
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:CreateLaunchTemplate",
    "ec2:CreateLaunchTemplateVersion",
    "ec2:CreateSecurityGroup",
    "ec2:CreateTags",
    "ec2:DeleteLaunchTemplate",
    "ec2:DeleteLaunchTemplateVersions",
    "ec2:DeleteSecurityGroup",
    "ec2:DisassociateAddress",
    "ec2:ReleaseAddress",
    "ec2:RevokeSecurityGroupEgress",
    "ec2:RevokeSecurityGroupIngress",
    "ec2:RunInstances",
    "ec2:TerminateInstances",
]
"""EC2 gives these resources ids, not names, so no pattern of names matches Elastic Beanstalk's own."""

STACKS = ["cloudformation:*"]
ELASTICITY = ["autoscaling:*", "elasticloadbalancing:*"]
OTHERS = [
    "cloudwatch:DeleteAlarms",
    "cloudwatch:PutMetricAlarm",
    "logs:CreateLogGroup",
    "logs:DeleteLogGroup",
    "logs:PutRetentionPolicy",
    "sns:CreateTopic",
    "sns:DeleteTopic",
    "sns:GetTopicAttributes",
    "sns:SetTopicAttributes",
    "sns:Subscribe",
]
BUCKET = ["s3:CreateBucket", "s3:DeleteObject", "s3:Get*", "s3:List*", "s3:PutObject"]
"""Elastic Beanstalk requires s3:CreateBucket even if the bucket exists."""
NAMED_BY_BEANSTALK = "Elastic Beanstalk chooses these names; the pattern allows its resources only."


def environment_resources_policy(scope: Construct) -> iam.ManagedPolicy:
    """Return the one policy that all these stages share."""
    policy = iam.ManagedPolicy(
        scope,
        "EnvironmentResources",
        description="What Elastic Beanstalk takes from the caller that creates, updates or terminates an environment",
    )
    stack = Stack.of(scope)

    def arn(service: str, resource: str) -> str:
        return f"arn:{stack.partition}:{service}:{stack.region}:{stack.account}:{resource}"

    groups = [
        arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/awseb-e-*"),
        arn("autoscaling", "launchConfiguration:*:launchConfigurationName/awseb-e-*"),
    ]
    kinds = ("listener", "listener/app", "listener/net", "listener-rule/app", "loadbalancer", "loadbalancer/app")
    balancers = [arn("elasticloadbalancing", f"{kind}/awseb-*") for kind in (*kinds, "loadbalancer/net", "targetgroup")]
    others = [
        arn("cloudwatch", "alarm:awseb-*"),
        arn("logs", "log-group:/aws/elasticbeanstalk/*"),
        arn("sns", "ElasticBeanstalkNotifications-*"),
    ]
    bucket = f"arn:{stack.partition}:s3:::elasticbeanstalk-{stack.region}-{stack.account}"

    allow(policy, READS, ["*"], why="AWS authorises these reads on * only, or before a resource has a name.")
    allow(policy, NETWORK, ["*"], why="EC2 gives these resources ids, so no pattern of names can match them.")
    allow(policy, STACKS, [arn("cloudformation", "stack/awseb-*")], why=NAMED_BY_BEANSTALK)
    allow(policy, ELASTICITY, [*groups, *balancers], why=NAMED_BY_BEANSTALK)
    allow(policy, OTHERS, others, why=NAMED_BY_BEANSTALK)
    allow(policy, BUCKET, [bucket, f"{bucket}/*"], why="Elastic Beanstalk's own bucket for bundles and logs.")
    allow(
        policy,
        ["iam:GetRole", "iam:PassRole"],
        ["*"],
        why="Green gets blue's instance profile and service role, whatever their names.",
        conditions={
            "StringLikeIfExists": {"iam:PassedToService": ["ec2.amazonaws.com", "elasticbeanstalk.amazonaws.com"]}
        },
    )
    return policy
