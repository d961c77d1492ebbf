"""Makes the Lambda functions of the stack, all with the same code, layer and settings."""

from collections.abc import Mapping

from aws_cdk import Duration, IgnoreMode, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.acknowledgments import acknowledge, acknowledge_wildcards
from infra.layer import RUNTIME, SOURCE, dependencies_layer
from infra.policies import explain


class FunctionMaker:
    """Makes functions, each with a log of its own. `scope`: gets the layer that they share."""

    def __init__(self, scope: Construct) -> None:
        self._layer = dependencies_layer(scope)
        self._code = lambda_.Code.from_asset(
            str(SOURCE),
            exclude=["*", "!lambdas", "!lambdas/**", "__pycache__", "requirements.txt"],
            ignore_mode=IgnoreMode.GIT,
        )

    def make(
        self,
        scope: Construct,
        name: str,
        role: iam.Role,
        *,
        description: str,
        handler: str,
        seconds: int,
        environment: Mapping[str, str],
    ) -> lambda_.Function:
        """Return a function that runs `handler` in the role for so many seconds at most."""
        log = logs.LogGroup(
            scope, f"{name}Log", retention=logs.RetentionDays.THREE_MONTHS, removal_policy=RemovalPolicy.DESTROY
        )
        log.grant_write(role)
        explain(role, ["logs:CreateLogStream", "logs:PutLogEvents"], "The function writes its own log.")
        why = "Lambda sends the function's traces; X-Ray authorises that on * only."
        acknowledge_wildcards(role, resources=["*"], why=why)
        explain(role, ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], why)
        function = lambda_.Function(
            scope,
            name,
            description=description,
            runtime=RUNTIME,
            architecture=lambda_.Architecture.ARM_64,
            handler=handler,
            code=self._code,
            layers=[self._layer],
            role=role,
            log_group=log,
            memory_size=256,
            timeout=Duration.seconds(seconds),
            tracing=lambda_.Tracing.ACTIVE,
            environment=dict(environment),
        )
        acknowledge(
            function, "L1", "The runtime moves with what the handlers are tested with, not with what is newest."
        )
        return function
