"""One Lambda function for each stage, each with a role of its own."""

from collections.abc import Sequence
from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.function_maker import FunctionMaker
from infra.network import place_in_network
from infra.record_store import RecordStore
from infra.settings import EnvironmentPolicy, NetworkSettings
from infra.snapshot_store import snapshot_environment, turns_environment
from infra.stage_permissions import STAGES, StagePermissions
from infra.stage_roles import DEFAULT_BUS, StageRoles
from lambdas.aws.event_bus import BUS
from lambdas.aws.reports import BUCKET

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
        self._artifacts = artifacts
        self.maker = FunctionMaker(self)
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
        function = self.maker.make(
            self,
            _camel(name),
            role,
            description=f"Blue/green release: {name}",
            handler=f"lambdas.stages.{name}.handler",
            seconds=permissions.seconds,
            environment={
                **self._records.environment(Stack.of(self)),
                **({BUS: DEFAULT_BUS, BUCKET: self._artifacts.bucket_name} if permissions.events else {}),
                **(snapshot_environment(self._applications) if permissions.snapshot else {}),
                **(turns_environment() if permissions.turns else {}),
                **({"HOOKS": ",".join(self._hooks)} if permissions.hooks and self._hooks else {}),
                **({"TESTS_IN_NETWORK": "yes"} if name == "plan" and self._network else {}),
            },
        )
        if self._network and name in TESTING:
            place_in_network(function, role, self._network)
        return function


def _camel(name: str) -> str:
    return name.title().replace("_", "")
