"""One Lambda function for each stage, each with a role of its own."""

from collections.abc import Sequence
from typing import Final

from aws_cdk import Duration, IgnoreMode, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.acknowledgments import acknowledge, acknowledge_wildcards
from infra.layer import RUNTIME, SOURCE, dependencies_layer
from infra.network import place_in_network
from infra.policies import explain
from infra.record_store import RecordStore
from infra.settings import EnvironmentPolicy, NetworkSettings
from infra.snapshot_store import snapshot_environment
from infra.stage_permissions import STAGES, StagePermissions
from infra.stage_roles import DEFAULT_BUS, StageRoles
from lambdas.aws.event_bus import BUS

TESTING: Final = frozenset({"verify_green", "verify_release"})
"""Stages that ask an environment over HTTP. Its load balancer may be internal."""


class StageFunctions(Construct):
    """The functions, in `by_name` under the names of their modules in lambdas/stages."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        applications: Sequence[str],
        artifacts: s3.IBucket,
        records: RecordStore,
        network: NetworkSettings | None = None,
        environment_policy: EnvironmentPolicy = EnvironmentPolicy.OWN,
        hooks: Sequence[str] = (),
    ) -> None:
        """`network`: the network that VerifyRelease runs in. `environment_policy`: what lets Elastic Beanstalk act on
        the resources of environments. `hooks`: the functions that may be called at gates.
        """
        super().__init__(scope, construct_id)
        self._records = records
        self._network = network
        self._hooks = hooks
        self._applications = applications
        self._code = lambda_.Code.from_asset(
            str(SOURCE),
            exclude=["*", "!lambdas", "!lambdas/**", "__pycache__", "requirements.txt"],
            ignore_mode=IgnoreMode.GIT,
        )
        self._layer = dependencies_layer(self)
        roles = StageRoles(
            self,
            applications=applications,
            artifacts=artifacts,
            records=records,
            environment_policy=environment_policy,
            hooks=hooks,
        )
        self.by_name: dict[str, lambda_.Function] = {
            name: self._function(name, roles.role(f"{_camel(name)}Role", permissions), permissions)
            for name, permissions in STAGES.items()
        }

    def _function(self, name: str, role: iam.Role, permissions: StagePermissions) -> lambda_.Function:
        log = logs.LogGroup(
            self,
            f"{_camel(name)}Log",
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=RemovalPolicy.DESTROY,
        )
        log.grant_write(role)
        explain(role, ["logs:CreateLogStream", "logs:PutLogEvents"], "The function writes its own log.")
        why = "Lambda sends the function's traces; X-Ray authorises that on * only."
        acknowledge_wildcards(role, resources=["*"], why=why)
        explain(role, ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], why)
        function = lambda_.Function(
            self,
            _camel(name),
            description=f"Blue/green release: {name}",
            runtime=RUNTIME,
            architecture=lambda_.Architecture.ARM_64,
            handler=f"lambdas.stages.{name}.handler",
            code=self._code,
            layers=[self._layer],
            role=role,
            log_group=log,
            memory_size=256,
            timeout=Duration.seconds(permissions.seconds),
            tracing=lambda_.Tracing.ACTIVE,
            environment={
                **self._records.environment(Stack.of(self)),
                **({BUS: DEFAULT_BUS} if permissions.events else {}),
                **(snapshot_environment(self._applications) if permissions.snapshot else {}),
                **({"HOOKS": ",".join(self._hooks)} if permissions.hooks and self._hooks else {}),
                **({"TESTS_IN_NETWORK": "yes"} if name == "plan" and self._network else {}),
            },
        )
        if self._network and name in TESTING:
            place_in_network(function, role, self._network)
        acknowledge(
            function, "L1", "The runtime moves with what the handlers are tested with, not with what is newest."
        )
        return function


def _camel(name: str) -> str:
    return name.title().replace("_", "")
