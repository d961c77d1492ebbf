"""What each stage's role may do: what the stage calls, on what it calls it, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.acknowledgments import acknowledge, arn_in_findings
from infra.environment_resources import SETTINGS, environment_resources_policy
from infra.policies import allow, explain
from lambdas.aws.bundles import BUNDLE_KEY
from lambdas.deployment import BLUE_TAG

LOOK = ("DescribeEnvironments",)


@dataclass(frozen=True)
class StagePermissions:
    """Elastic Beanstalk's actions by the kind of resource that AWS authorises them on, and what else a stage needs."""

    environment: tuple[str, ...] = ()
    marked: tuple[str, ...] = ()
    """On environments that bear the tag of a clone, or get it."""
    application: tuple[str, ...] = ()
    applicationversion: tuple[str, ...] = ()
    configurationtemplate: tuple[str, ...] = ()
    alarms: bool = False
    bundles: bool = False
    record: Literal["", "read", "write"] = ""
    """What acts reads the record first, whether it still holds the environment; Plan writes it."""
    reads_settings: bool = False
    """Elastic Beanstalk looks at an environment's resources with its caller's permissions."""
    makes_resources: bool = False
    """Elastic Beanstalk takes what it needs to make, change or remove an environment's resources from its caller."""
    seconds: int = 120
    """The function's time-out."""


STAGES: Mapping[str, StagePermissions] = {
    "plan": StagePermissions(
        environment=(*LOOK, "DescribeConfigurationSettings", "DescribeEvents", "ListTagsForResource"),
        application=("DescribeApplications",),
        applicationversion=("DescribeApplicationVersions",),
        alarms=True,
        reads_settings=True,
        record="write",
    ),
    "register_release": StagePermissions(
        application=("CreateApplicationVersion",),
        applicationversion=("CreateApplicationVersion", "DescribeApplicationVersions"),
        bundles=True,
        record="read",
    ),
    "await_registration": StagePermissions(applicationversion=("DescribeApplicationVersions",)),
    "clone_blue": StagePermissions(
        environment=(*LOOK, "ListTagsForResource"),
        marked=("AddTags", "CreateEnvironment"),
        configurationtemplate=(
            "CreateConfigurationTemplate",
            "DeleteConfigurationTemplate",
            "DescribeConfigurationSettings",
        ),
        makes_resources=True,
        record="read",
    ),
    "await_green": StagePermissions(environment=(*LOOK, "DescribeEvents")),
    "swap_traffic": StagePermissions(environment=(*LOOK, "SwapEnvironmentCNAMEs"), record="read"),
    "await_traffic": StagePermissions(environment=LOOK),
    "deploy_release": StagePermissions(
        environment=(*LOOK, "AbortEnvironmentUpdate", "DescribeEvents", "UpdateEnvironment"),
        makes_resources=True,
        record="read",
    ),
    "await_release": StagePermissions(environment=(*LOOK, "DescribeEvents")),
    "verify_release": StagePermissions(environment=LOOK, seconds=800),
    "watch_release": StagePermissions(environment=LOOK, alarms=True),
    "terminate_green": StagePermissions(
        environment=(*LOOK, "ListTagsForResource"),
        marked=("TerminateEnvironment",),
        configurationtemplate=("DeleteConfigurationTemplate", "DescribeConfigurationSettings"),
        makes_resources=True,
        record="read",
    ),
    "await_termination": StagePermissions(environment=LOOK),
    "keep_green_live": StagePermissions(
        environment=(*LOOK, "DescribeEvents", "ListTagsForResource", "SwapEnvironmentCNAMEs"),
        marked=("TerminateEnvironment",),
        configurationtemplate=("DeleteConfigurationTemplate", "DescribeConfigurationSettings"),
        makes_resources=True,
        record="read",
    ),
    "hold_for_redrive": StagePermissions(),
}


WHY: Mapping[str, str] = {
    "AbortEnvironmentUpdate": "An update that hangs on blue is broken off.",
    "AddTags": "Green is marked as a clone when it is made.",
    "CreateApplicationVersion": "The version is made from its source bundle.",
    "CreateConfigurationTemplate": "Green is made from blue's saved configuration.",
    "CreateEnvironment": "Green is made.",
    "DeleteConfigurationTemplate": "Green's saved configuration goes with it.",
    "DescribeApplicationVersions": "Is the version there, and processed?",
    "DescribeApplications": "Is the application there?",
    "DescribeConfigurationSettings": "Is a database coupled to blue? Whose is the saved configuration?",
    "DescribeEnvironments": "Who stands, who serves, how are they?",
    "DescribeEvents": "How did the last operation go, and when were users moved?",
    "ListTagsForResource": "Is this a clone of this tool, and of whom?",
    "SwapEnvironmentCNAMEs": "Users move.",
    "TerminateEnvironment": "Green goes.",
    "UpdateEnvironment": "The version is deployed onto blue.",
}
"""Elastic Beanstalk's actions, in the words of a release."""


class StageRoles:
    """Makes the roles. `record_key`: a pattern with {application} and {blue}. `machine_name`: whose executions hold."""

    def __init__(
        self,
        scope: Construct,
        *,
        applications: Sequence[str],
        artifacts: s3.IBucket,
        record_key: str,
        machine_name: str,
    ) -> None:
        self._scope = scope
        self._applications = applications
        self._artifacts = artifacts
        self._record_key = record_key
        self._machine_name = machine_name
        self._makes_resources = environment_resources_policy(scope)

    def role(self, construct_id: str, permissions: StagePermissions) -> iam.Role:
        """A role that a function may act in."""
        role = iam.Role(self._scope, construct_id, assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        for kind in ("environment", "application", "applicationversion", "configurationtemplate"):
            self._allow_on(kind, role, getattr(permissions, kind))
        if permissions.marked:
            bears = "ResourceTag" if "TerminateEnvironment" in permissions.marked else "RequestTag"
            self._allow_on("environment", role, permissions.marked, {"Null": {f"aws:{bears}/{BLUE_TAG}": "false"}})
        if permissions.alarms:
            why = "Do the release's alarms ring? Of several alarms at once, AWS answers on all alarms or not at all."
            allow(role, ["cloudwatch:DescribeAlarms"], ["*"], why=why)
        if permissions.bundles:
            self._allow_bundles(role)
        if permissions.record:
            self._allow_record(role, writes=permissions.record == "write")
        if permissions.reads_settings:
            why = "Elastic Beanstalk looks at blue's resources for who asks for its settings; authorised on * only."
            allow(role, SETTINGS, ["*"], why=why)
        if permissions.makes_resources:
            role.add_managed_policy(self._makes_resources)
        return role

    def _allow_on(
        self, kind: str, role: iam.Role, actions: Sequence[str], conditions: Mapping[str, Any] | None = None
    ) -> None:
        stack = Stack.of(role)
        of = f"arn:{stack.partition}:elasticbeanstalk:{stack.region}:{stack.account}:{kind}"
        behind = "" if kind == "application" else "/*"
        arns = [f"{of}/{application}{behind}" for application in self._applications]
        for action in actions:
            allow(role, [f"elasticbeanstalk:{action}"], arns, why=WHY[action], conditions=conditions)

    def _allow_bundles(self, role: iam.Role) -> None:
        why = "Bundles may have any key; Elastic Beanstalk reads them as its caller."
        self._allow_objects(role, ["s3:GetObject", "s3:GetObjectVersion"], "*", why)
        for application in self._applications:
            prefix = BUNDLE_KEY.split("{version}", maxsplit=1)[0].format(application=_in_keys(application))
            self._allow_objects(role, ["s3:PutObject"], f"{prefix}*", "One bundle is kept for each version.")

    def _allow_record(self, role: iam.Role, *, writes: bool) -> None:
        for application in self._applications:
            key = self._record_key.replace("{application}", _in_keys(application)).replace("{blue}", "*")
            self._allow_objects(role, ["s3:GetObject"], key, "Who holds the environment?")
            if writes:
                self._allow_objects(role, ["s3:PutObject"], key, "This execution holds the environment.")
        why = "Without it, S3 answers 403 and not 404 where there is no record or bundle yet."
        allow(role, ["s3:ListBucket"], [self._artifacts.bucket_arn], why=why)
        if writes:
            stack = Stack.of(role)
            executions = f"arn:{stack.partition}:states:{stack.region}:{stack.account}:execution:{self._machine_name}:*"
            why = "Does the execution that holds the environment still run?"
            allow(role, ["states:DescribeExecution"], [executions], why=why)

    def _allow_objects(self, role: iam.Role, actions: Sequence[str], key: str, why: str) -> None:
        objects = self._artifacts.arn_for_objects(key)
        role.add_to_policy(iam.PolicyStatement(actions=actions, resources=[objects]))
        explain(role, actions, why)
        if "*" in key:
            acknowledge(role, f"IAM5[Resource::{arn_in_findings(self._artifacts)}/{key}]", why)


def _in_keys(application: str) -> str:
    return "*" if application == "*" else quote(application, safe="")
