"""The stack: stage functions, the state machine that calls them, a bucket, notifications, monitoring, a pipeline."""

from aws_cdk import CfnOutput, Environment, PermissionsBoundary, RemovalPolicy, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.acknowledgments import acknowledge
from infra.chat import Chat
from infra.fleet_workflow import FleetWorkflow
from infra.monitoring import Monitoring
from infra.notifications import Notifications
from infra.pipeline import ReleasePipeline
from infra.record_store import RecordStore
from infra.release_reports import ReleaseReports
from infra.saved_queries import SavedQueries
from infra.settings import Settings
from infra.stage_functions import StageFunctions
from infra.workflow import Workflow


class BlueGreenStack(Stack):
    """Blue/green releases for the Elastic Beanstalk applications of the settings, in this account and region.

    `state_machine`: runs releases. `fleet_state_machine`: runs fleets. `artifacts`: the bucket for source bundles.
    `topic`: tells people. Grant your own roles and functions what they need of them.
    """

    def __init__(
        self, scope: Construct, construct_id: str, settings: Settings, *, env: Environment | None = None
    ) -> None:
        """`env`: the account and the region; without it, those of the credentials that deploy."""
        super().__init__(
            scope,
            construct_id,
            env=env,
            description="Blue/green releases for AWS Elastic Beanstalk",
            permissions_boundary=_boundary(settings.permissions_boundary),
        )
        artifacts = self._artifacts(settings.artifacts_bucket, settings.artifacts_key)
        notifications = Notifications(self, "Notifications", email=settings.notify_email)
        functions = StageFunctions(
            self,
            "Stages",
            applications=settings.applications,
            artifacts=artifacts,
            records=RecordStore(artifacts, settings.record_key, settings.former_record_key),
            network=settings.network,
            environment_policy=settings.environment_policy,
            hooks=settings.hooks,
        )
        workflow = Workflow(self, "Workflow", self.stack_name, functions.by_name, notifications.topic)
        fleets = FleetWorkflow(
            self,
            "FleetWorkflow",
            name=self.stack_name,
            functions=functions.by_name,
            topic=notifications.topic,
            releases=workflow.machine,
        )
        notifications.notify_of_stopped_releases(workflow.machine, self.stack_name, artifacts.bucket_name)
        if settings.notify_success:
            notifications.notify_of_successes(workflow.machine)
        if settings.chat:
            key, console = notifications.key, notifications.console
            chat = Chat(self, "Chat", machine=workflow.machine, key=key, console=console)
            CfnOutput(self, "ChatTopicArn", value=chat.topic.topic_arn)
        notifications.notify_of_stopped_fleets(fleets.machine)
        ReleaseReports(
            self,
            "Reports",
            maker=functions.maker,
            machine=workflow.machine,
            name=self.stack_name,
            applications=settings.applications,
            artifacts=artifacts,
        )
        Monitoring(
            self,
            "Monitoring",
            machine=workflow.machine,
            fleets=fleets.machine,
            functions=functions.by_name,
            topic=notifications.topic,
            slow_minutes=settings.slow_minutes,
        )
        SavedQueries(
            self,
            "Questions",  # not "SavedQueries": the logical ids of deployed stacks come from it
            folder=self.stack_name,
            functions=[function.log_group for function in functions.by_name.values()],
            machines=[workflow.log, fleets.log],
        )
        if settings.pipeline:
            ReleasePipeline(
                self,
                "Pipeline",
                settings=settings.pipeline,
                machine=workflow.machine,
                artifacts=artifacts,
                topic=notifications.topic,
            )
        self.state_machine = workflow.machine
        self.fleet_state_machine = fleets.machine
        self.artifacts = artifacts
        self.topic = notifications.topic
        CfnOutput(self, "StateMachineArn", value=workflow.machine.state_machine_arn)
        CfnOutput(self, "FleetStateMachineArn", value=fleets.machine.state_machine_arn)
        CfnOutput(self, "ArtifactsBucketName", value=artifacts.bucket_name)
        CfnOutput(self, "NotificationsTopicArn", value=notifications.topic.topic_arn)

    def _artifacts(self, name: str | None, key: str | None) -> s3.IBucket:
        if name:
            encryption = kms.Key.from_key_arn(self, "ArtifactsKey", key) if key else None
            return s3.Bucket.from_bucket_attributes(self, "Artifacts", bucket_name=name, encryption_key=encryption)
        bucket = s3.Bucket(
            self,
            "Artifacts",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            versioned=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        why = "Access logs need a second bucket. CloudTrail's data events show who reads a bundle."
        acknowledge(bucket, "S1", why)
        _send_events(bucket)
        return bucket


def _boundary(policy: str | None) -> PermissionsBoundary | None:
    """Return the boundary of every role. `policy`: a name or an ARN."""
    if policy is None:
        return None
    return PermissionsBoundary.from_arn(policy) if policy.startswith("arn:") else PermissionsBoundary.from_name(policy)


def _send_events(bucket: s3.Bucket) -> None:
    """Send the bucket's events to EventBridge: an upload can start a release. The CDK's own way adds a function."""
    resource = bucket.node.default_child
    if isinstance(resource, s3.CfnBucket):
        path = "NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled"
        resource.add_property_override(path, True)
