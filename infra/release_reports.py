"""The function that writes a report of each release into the stack's bucket once the release has ended.

Nothing of a release waits for it: a rule of EventBridge starts it.
"""

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.acknowledgments import acknowledge, arn_in_findings
from infra.event_texts import executions_end
from infra.function_maker import FunctionMaker
from infra.policies import allow, explain
from lambdas.aws.reports import BUCKET, FOLDER
from lambdas.report.release_history import ENDS

SECONDS = 120
"""The function's time-out. A history of 25,000 events is 25 calls."""


class ReleaseReports(Construct):
    """The function, its role and its rule. `name`: of the state machine."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        maker: FunctionMaker,
        machine: sfn.IStateMachine,
        name: str,
        applications: Sequence[str],
        artifacts: s3.IBucket,
    ) -> None:
        super().__init__(scope, construct_id)
        role = iam.Role(self, "WriteReportRole", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        _allow_reading(role, name, applications)
        _allow_writing(role, name, artifacts)
        function = maker.make(
            self,
            "WriteReport",
            role,
            description="Blue/green release: write_report",
            handler="lambdas.report.write_report.handler",
            seconds=SECONDS,
            environment={BUCKET: artifacts.bucket_name},
        )
        events.Rule(
            self,
            "Ends",
            description="Releases that ended, for their reports",
            event_pattern=executions_end(machine, list(ENDS.values())),
            targets=[targets.LambdaFunction(function)],
        )


def _allow_reading(role: iam.Role, name: str, applications: Sequence[str]) -> None:
    stack = Stack.of(role)
    within = f"{stack.region}:{stack.account}"
    executions = f"arn:{stack.partition}:states:{within}:execution:{name}:*"
    why = "What happened in the release, and when?"
    allow(role, ["states:GetExecutionHistory"], [executions], why=why)
    environments = f"arn:{stack.partition}:elasticbeanstalk:{within}:environment"
    why = "What did Elastic Beanstalk say of both environments in that time?"
    arns = [f"{environments}/{application}/*" for application in applications]
    allow(role, ["elasticbeanstalk:DescribeEvents"], arns, why=why)


def _allow_writing(role: iam.Role, name: str, artifacts: s3.IBucket) -> None:
    key, why = f"{FOLDER}/{name}/*", "The report of each release is kept."
    role.add_to_policy(iam.PolicyStatement(actions=["s3:PutObject"], resources=[artifacts.arn_for_objects(key)]))
    explain(role, ["s3:PutObject"], why)
    acknowledge(role, f"IAM5[Resource::{arn_in_findings(artifacts)}/{key}]", why)
    if artifacts.encryption_key:
        why = "What is written is encrypted with the bucket's key."
        allow(role, ["kms:GenerateDataKey"], [artifacts.encryption_key.key_arn], why=why)
