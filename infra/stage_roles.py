"""The role of each stage: it allows the calls of the stage, on the resources of these calls, and nothing else."""

from collections.abc import Sequence
from urllib.parse import quote

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.acknowledgments import acknowledge, arn_in_findings
from infra.beanstalk_access import BeanstalkAccess
from infra.policies import allow, explain
from infra.settings import EnvironmentPolicy
from infra.stage_permissions import StagePermissions
from lambdas.aws.bundles import BUNDLE_KEY


class StageRoles:
    """Makes the roles. `record_key`: a pattern with {application} and {blue}. `machine_name`: the state machine."""

    def __init__(
        self,
        scope: Construct,
        *,
        applications: Sequence[str],
        artifacts: s3.IBucket,
        record_key: str,
        machine_name: str,
        environment_policy: EnvironmentPolicy,
        hooks: Sequence[str] = (),
    ) -> None:
        self._scope = scope
        self._applications = applications
        self._beanstalk = BeanstalkAccess(scope, applications, environment_policy)
        self._artifacts = artifacts
        self._record_key = record_key
        self._machine_name = machine_name
        self._hooks = hooks

    def role(self, construct_id: str, permissions: StagePermissions) -> iam.Role:
        """Return a role with these permissions for a function."""
        role = iam.Role(self._scope, construct_id, assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self._beanstalk.grant(role, permissions)
        if permissions.alarms:
            why = "Is an alarm of the release on? For several alarms, AWS authorises on all alarms only."
            allow(role, ["cloudwatch:DescribeAlarms"], ["*"], why=why)
        if permissions.hooks == "call" and self._hooks:
            self._allow_hooks(role)
        if permissions.bundles:
            self._allow_bundles(role, copies=permissions.bundles == "copy")
        if permissions.record:
            self._allow_record(role, permissions)
        if self._artifacts.encryption_key and (permissions.bundles or permissions.record):
            self._allow_key(role, self._artifacts.encryption_key, permissions)
        return role

    def _allow_hooks(self, role: iam.Role) -> None:
        stack = Stack.of(role)
        prefix = f"arn:{stack.partition}:lambda:{stack.region}:{stack.account}:function:"
        arns = [each if each.startswith("arn:") else f"{prefix}{each}" for each in self._hooks]
        allow(role, ["lambda:InvokeFunction"], arns, why="The hooks that the stack was deployed with are called.")

    def _allow_bundles(self, role: iam.Role, *, copies: bool) -> None:
        why = "Bundles may have any key; Elastic Beanstalk reads them with its caller's permissions."
        self._allow_objects(role, ["s3:GetObject", "s3:GetObjectAcl", "s3:GetObjectVersion"], "*", why)
        if not copies:
            return
        for application in self._applications:
            prefix = BUNDLE_KEY.split("{version}", maxsplit=1)[0].format(application=_quoted(application))
            self._allow_objects(role, ["s3:PutObject"], f"{prefix}*", "One bundle is kept for each version.")

    def _allow_record(self, role: iam.Role, permissions: StagePermissions) -> None:
        takes = permissions.record == "take"
        why_written = "The execution takes the environment." if takes else "A swap is written down before it is made."
        for application in self._applications:
            key = self._record_key.replace("{application}", _quoted(application)).replace("{blue}", "*")
            self._allow_objects(role, ["s3:GetObject"], key, "Which execution holds the environment?")
            if permissions.writes_record:
                self._allow_objects(role, ["s3:PutObject"], key, why_written)
        why = "Without it, S3 answers 403 instead of 404 for a record or bundle that does not exist yet."
        allow(role, ["s3:ListBucket"], [self._artifacts.bucket_arn], why=why)
        if takes:
            stack = Stack.of(role)
            executions = f"arn:{stack.partition}:states:{stack.region}:{stack.account}:execution:{self._machine_name}:*"
            why = "Is the execution that holds the environment still running?"
            allow(role, ["states:DescribeExecution"], [executions], why=why)

    def _allow_key(self, role: iam.Role, key: kms.IKey, permissions: StagePermissions) -> None:
        allow(role, ["kms:Decrypt"], [key.key_arn], why="The bucket's objects are encrypted with this key.")
        if permissions.bundles == "copy" or permissions.writes_record:
            allow(role, ["kms:GenerateDataKey"], [key.key_arn], why="What is written is encrypted with this key.")

    def _allow_objects(self, role: iam.Role, actions: Sequence[str], key: str, why: str) -> None:
        objects = self._artifacts.arn_for_objects(key)
        role.add_to_policy(iam.PolicyStatement(actions=actions, resources=[objects]))
        explain(role, actions, why)
        if "*" in key:
            acknowledge(role, f"IAM5[Resource::{arn_in_findings(self._artifacts)}/{key}]", why)


def _quoted(application: str) -> str:
    return "*" if application == "*" else quote(application, safe="")
