"""The role of the pipeline, for all of its actions. The CDK's own grants would let it overwrite records.

Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
"""

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.acknowledgments import acknowledge, acknowledge_wildcards, arn_in_findings
from infra.pipeline_settings import PipelineSettings
from infra.policies import explain

BUCKET_ACTIONS = ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning", "s3:ListBucket"]
READ_ACTIONS = ["s3:GetObject", "s3:GetObjectVersion"]


class PipelineRole(iam.Role):
    """A role that uses artifacts in `store`, reads or writes sources in `artifacts`, starts executions, asks people."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: PipelineSettings,
        machine: sfn.StateMachine,
        artifacts: s3.IBucket,
        store: s3.IBucket,
        topic: sns.Topic,
    ) -> None:
        super().__init__(scope, construct_id, assumed_by=iam.ServicePrincipal("codepipeline.amazonaws.com"))
        self._allow(
            BUCKET_ACTIONS, artifacts.bucket_arn, store.bucket_arn, why="CodePipeline needs them on every bucket."
        )
        self._allow([*READ_ACTIONS, "s3:PutObject"], store.arn_for_objects("*"), why="Artifacts are passed on.")
        acknowledge(self, f"IAM5[Resource::{arn_in_findings(store)}/*]", "The store is the pipeline's own.")
        if settings.repository is None:
            self._allow(READ_ACTIONS, artifacts.arn_for_objects(settings.key), why="The source is read.")
        else:
            sources = settings.key.format(commit="*")
            self._allow(["s3:PutObject"], artifacts.arn_for_objects(sources), why="Each commit becomes a bundle.")
            acknowledge(self, f"IAM5[Resource::{arn_in_findings(artifacts)}/{sources}]", "One object for each commit.")
            # The service has two names; the connection's ARN decides which of them authorises.
            uses = [f"{service}:UseConnection" for service in ("codeconnections", "codestar-connections")]
            self._allow(uses, settings.repository.connection, why="The repository is read.")
        if artifacts.encryption_key:
            uses = ["kms:Decrypt"] if settings.repository is None else ["kms:Decrypt", "kms:GenerateDataKey"]
            self._allow(uses, artifacts.encryption_key.key_arn, why="The bucket's objects are encrypted with this key.")
        starts = ["states:DescribeStateMachine", "states:StartExecution"]
        self._allow(starts, machine.state_machine_arn, why="Releases are started.")
        self._allow(["states:DescribeExecution"], self._executions(), why="Releases are followed to their end.")
        acknowledge_wildcards(self, resources=[self._executions()], why="Each execution has a name of its own.")
        self._allow(["sns:Publish"], topic.topic_arn, why="People are asked to approve.")
        if topic.master_key:
            encrypts = ["kms:Decrypt", "kms:GenerateDataKey"]
            self._allow(encrypts, topic.master_key.key_arn, why="People are asked to approve.")

    def _allow(self, actions: list[str], *resources: str, why: str) -> None:
        self.add_to_policy(iam.PolicyStatement(actions=actions, resources=list(resources)))
        explain(self, actions, why)

    def _executions(self) -> str:
        """Return the ARN of all executions; the machine has the stack's name."""
        stack = Stack.of(self)
        return stack.format_arn(
            service="states",
            resource="execution",
            resource_name=f"{stack.stack_name}:*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
