"""The role of each stage: it allows the calls of the stage, on the resources of these calls, and nothing else."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.acknowledgments import acknowledge, arn_in_findings
from infra.beanstalk_access import BeanstalkAccess
from infra.policies import allow, explain
from infra.record_store import RecordStore
from infra.settings import EnvironmentPolicy
from infra.snapshot_store import allow_snapshot, allow_turns
from infra.stage_permissions import StagePermissions
from lambdas.aws.bundles import BUNDLE_KEY

MACHINES: Final = "BeanstalkBlueGreen-*"
"""The state machines of all stacks of this project, which have the stacks' names."""

DEFAULT_BUS: Final = "default"
"""The bus of EventBridge that each account has."""


class StageRoles:
    """Makes the roles."""

    def __init__(
        self,
        scope: Construct,
        *,
        applications: Sequence[str],
        artifacts: s3.IBucket,
        records: RecordStore,
        environment_policy: EnvironmentPolicy,
        hooks: Sequence[str] = (),
    ) -> None:
        self._scope = scope
        self._applications = applications
        self._beanstalk = BeanstalkAccess(scope, applications, environment_policy)
        self._artifacts = artifacts
        self._records = records
        self._hooks = hooks

    def role(self, construct_id: str, permissions: StagePermissions) -> iam.Role:
        """Return a role with these permissions for a function."""
        role = iam.Role(self._scope, construct_id, assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self._beanstalk.grant(role, permissions)
        self._allow_services(role, permissions)
        if permissions.bundles:
            self._allow_bundles(role, permissions)
        if permissions.record:
            self._allow_record(role, permissions)
        if permissions.snapshot:
            allow_snapshot(role, self._applications)
        if permissions.turns:
            allow_turns(role)
        if permissions.executions:
            self._allow_executions(role, "How did a release end that the Map reports as failed?")
        if self._artifacts.encryption_key and (permissions.bundles or permissions.record):
            self._allow_key(role, self._artifacts.encryption_key, permissions)
        return role

    def _allow_services(self, role: iam.Role, permissions: StagePermissions) -> None:
        """Allow the calls to services beside Elastic Beanstalk and S3."""
        if permissions.alarms:
            why = "Is an alarm of the release on? For several alarms, AWS authorises on all alarms only."
            allow(role, ["cloudwatch:DescribeAlarms"], ["*"], why=why)
        if permissions.events:
            stack = Stack.of(role)
            bus = f"arn:{stack.partition}:events:{stack.region}:{stack.account}:event-bus/{DEFAULT_BUS}"
            allow(role, ["events:PutEvents"], [bus], why="Machines are told of each step of a release.")
        if permissions.answers:
            why = "The execution fails with a plain cause, and goes on after a redrive. AWS authorises that on * only."
            allow(role, ["states:SendTaskFailure", "states:SendTaskSuccess"], ["*"], why=why)
        if permissions.scaling:
            self._allow_scaling(role)
        if permissions.surroundings:
            self._allow_surroundings(role)
        if permissions.hooks == "call" and self._hooks:
            self._allow_hooks(role)

    def _allow_scaling(self, role: iam.Role) -> None:
        stack = Stack.of(role)
        why = "How many instances do both environments have? AWS authorises that on all groups only."
        allow(role, ["autoscaling:DescribeAutoScalingGroups"], ["*"], why=why)
        why = "When did an instance come into service? AWS authorises that on all groups only."
        allow(role, ["autoscaling:DescribeScalingActivities"], ["*"], why=why)
        groups = f"arn:{stack.partition}:autoscaling:{stack.region}:{stack.account}:autoScalingGroup:*"
        why = "The environment that gets the users gets as many instances. AWS's policy names these groups."
        named = [f"{groups}:autoScalingGroupName/awseb-e-*"]
        allow(role, ["autoscaling:SetDesiredCapacity"], named, why=why)
        why = "It keeps them until its users have come: its MinSize is raised, and given back by a scheduled action."
        allow(role, ["autoscaling:PutScheduledUpdateGroupAction", "autoscaling:UpdateAutoScalingGroup"], named, why=why)
        why = "What MinSize does such a group get back? AWS authorises that on all groups only."
        allow(role, ["autoscaling:DescribeScheduledActions"], ["*"], why=why)

    def _allow_surroundings(self, role: iam.Role) -> None:
        why = "Does a web ACL protect blue's load balancer? It may be one of another account, and AWS asks for both."
        allow(role, ["wafv2:GetWebACL", "wafv2:GetWebACLForResource"], ["*"], why=why)
        why = "Which hosted zones may have records of blue's load balancer? AWS authorises that on all zones only."
        allow(role, ["route53:ListHostedZones"], ["*"], why=why)
        zones = f"arn:{Stack.of(role).partition}:route53:::hostedzone/*"
        why = "Does a DNS record lead to blue's load balancer, past the CNAME that is swapped?"
        allow(role, ["route53:ListResourceRecordSets"], [zones], why=why)

    def _allow_hooks(self, role: iam.Role) -> None:
        stack = Stack.of(role)
        prefix = f"arn:{stack.partition}:lambda:{stack.region}:{stack.account}:function:"
        arns = [each if each.startswith("arn:") else f"{prefix}{each}" for each in self._hooks]
        allow(role, ["lambda:InvokeFunction"], arns, why="The hooks that the stack was deployed with are called.")

    def _allow_bundles(self, role: iam.Role, permissions: StagePermissions) -> None:
        if permissions.bundles == "look":
            why = "Does the bundle exist that a dry run names? It may have any key."
            self._allow_objects(role, ["s3:GetObject", "s3:GetObjectVersion"], "*", why)
            return
        why = "Bundles may have any key; Elastic Beanstalk reads them with its caller's permissions."
        self._allow_objects(role, ["s3:GetObject", "s3:GetObjectAcl", "s3:GetObjectVersion"], "*", why)
        if permissions.bundles != "copy":
            return
        for application in self._applications:
            prefix = BUNDLE_KEY.split("{version}", maxsplit=1)[0].format(application=_quoted(application))
            self._allow_objects(role, ["s3:PutObject"], f"{prefix}*", "One bundle is kept for each version.")

    def _allow_record(self, role: iam.Role, permissions: StagePermissions) -> None:
        takes = permissions.record == "take"
        why_written = "The execution takes the environment." if takes else "A swap is written down before it is made."
        for application in self._applications:
            self._records.allow_reading(role, application)
            if permissions.writes_record:
                self._records.allow_writing(role, application, why_written)
        self._records.allow_listing(role)
        if takes:
            self._allow_executions(role, "Is the execution that holds the environment, of any stack, still running?")

    def _allow_executions(self, role: iam.Role, why: str) -> None:
        stack = Stack.of(role)
        executions = f"arn:{stack.partition}:states:{stack.region}:{stack.account}:execution:{MACHINES}:*"
        allow(role, ["states:DescribeExecution"], [executions], why=why)

    def _allow_key(self, role: iam.Role, key: kms.IKey, permissions: StagePermissions) -> None:
        allow(role, ["kms:Decrypt"], [key.key_arn], why="The bucket's objects are encrypted with this key.")
        if permissions.bundles == "copy":
            allow(role, ["kms:GenerateDataKey"], [key.key_arn], why="What is written is encrypted with this key.")

    def _allow_objects(self, role: iam.Role, actions: Sequence[str], key: str, why: str) -> None:
        objects = self._artifacts.arn_for_objects(key)
        role.add_to_policy(iam.PolicyStatement(actions=actions, resources=[objects]))
        explain(role, actions, why)
        if "*" in key:
            acknowledge(role, f"IAM5[Resource::{arn_in_findings(self._artifacts)}/{key}]", why)


def _quoted(application: str) -> str:
    return "*" if application == "*" else quote(application, safe="")
