"""The stack: stage functions, the state machine over them, a bucket for bundles and records, what tells of releases."""

from collections.abc import Sequence

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.monitoring import Monitoring
from infra.network import Network
from infra.notifications import Notifications
from infra.permissions import accept
from infra.pipeline import ReleasePipeline
from infra.pipeline_settings import PipelineSettings
from infra.questions import SavedQueries
from infra.stage_functions import StageFunctions
from infra.workflow import Workflow

RECORD_KEY = "records/{application}/{blue}.json"
SLOW_MINUTES = 60


class BlueGreenStack(Stack):
    """Blue/green releases for the given Elastic Beanstalk applications (`*`: all) of this account and region.

    `artifacts_bucket`: for bundles and records, else one is made. `record_key`: a pattern with {application} and
    {blue} in it. `notify_email`: who hears of releases that failed, took `slow_minutes` or wait for approval.
    `pipeline`: with one, a CodePipeline is made that starts releases. `network`: where blue is tested from, else the
    internet.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        applications: Sequence[str],
        artifacts_bucket: str | None = None,
        record_key: str = RECORD_KEY,
        notify_email: str | None = None,
        slow_minutes: int = SLOW_MINUTES,
        pipeline: PipelineSettings | None = None,
        network: Network | None = None,
    ) -> None:
        super().__init__(scope, construct_id, description="Blue/green releases for AWS Elastic Beanstalk")
        artifacts = self._artifacts(artifacts_bucket)
        notifications = Notifications(self, "Notifications", email=notify_email)
        functions = StageFunctions(
            self,
            "Stages",
            applications=applications,
            artifacts=artifacts,
            record_key=record_key,
            machine_name=self.stack_name,
            network=network,
        )
        workflow = Workflow(self, "Workflow", self.stack_name, functions.by_name, notifications.topic)
        notifications.tell_of_ends(workflow.machine)
        Monitoring(
            self,
            "Monitoring",
            machine=workflow.machine,
            functions=functions.by_name,
            topic=notifications.topic,
            slow_minutes=slow_minutes,
        )
        SavedQueries(
            self,
            "Questions",
            folder=self.stack_name,
            functions=[function.log_group for function in functions.by_name.values()],
            machine=workflow.log,
        )
        if pipeline:
            ReleasePipeline(
                self,
                "Pipeline",
                settings=pipeline,
                machine=workflow.machine,
                artifacts=artifacts,
                topic=notifications.topic,
            )
        CfnOutput(self, "StateMachineArn", value=workflow.machine.state_machine_arn)
        CfnOutput(self, "ArtifactsBucketName", value=artifacts.bucket_name)
        CfnOutput(self, "NotificationsTopicArn", value=notifications.topic.topic_arn)

    def _artifacts(self, name: str | None) -> s3.IBucket:
        if name:
            return s3.Bucket.from_bucket_name(self, "Artifacts", name)
        bucket = s3.Bucket(
            self,
            "Artifacts",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            versioned=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        why = "Access logs would take a second bucket; who reads a bundle, CloudTrail's data events tell."
        accept(bucket, "S1", why)
        _send_events(bucket)
        return bucket


def _send_events(bucket: s3.Bucket) -> None:
    """To EventBridge, so that an upload can start a release. The CDK's own way takes a function and a role for it."""
    resource = bucket.node.default_child
    if isinstance(resource, s3.CfnBucket):
        path = "NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled"
        resource.add_property_override(path, True)
