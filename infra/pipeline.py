"""The optional CodePipeline: a source, a release in mode `deploy`, a person's approval, a release in mode `cutover`.

The action that starts executions: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-StepFunctions.html
"""

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.acknowledgments import acknowledge
from infra.pipeline_role import PipelineRole
from infra.pipeline_settings import PipelineSettings, Repository
from infra.policies import explain
from lambdas.deployment import Mode

SOURCE = "Source"
"""The name of the source action, of its artifact and of the namespace of its variables."""
PREFIX_LENGTH = 80 - len("-") - 36
"""An execution's name has at most 80 characters; CodePipeline puts a hyphen and a UUID behind the prefix."""


class ReleasePipeline(Construct):
    """A pipeline that releases one application onto one environment. Each new source starts it.

    `artifacts`: the bucket with the sources. It must have versioning on, and send its events to EventBridge.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: PipelineSettings,
        machine: sfn.StateMachine,
        artifacts: s3.IBucket,
        topic: sns.Topic,
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self._machine = machine
        self._artifacts = artifacts
        self._topic = topic
        self._source = codepipeline.Artifact(SOURCE)
        store = self._store()
        role = PipelineRole(
            self, "Role", settings=settings, machine=machine, artifacts=artifacts, store=store, topic=topic
        )
        self.pipeline = codepipeline.Pipeline(
            self,
            "Pipeline",
            pipeline_name=f"{Stack.of(self).stack_name}-{settings.blue}",
            pipeline_type=codepipeline.PipelineType.V2,
            execution_mode=codepipeline.ExecutionMode.SUPERSEDED,  # only the newest source is released
            artifact_bucket=store,
            role=role.without_policy_updates(),
            use_pipeline_role_for_actions=True,
            stages=[
                codepipeline.StageProps(stage_name=name, actions=[action]) for name, action in self._stages().items()
            ],
        )
        self.pipeline.node.add_dependency(role)  # it runs as soon as it exists, and needs its permissions then
        if settings.repository is None:
            self._start_on_upload()
        CfnOutput(self, "PipelineName", value=self.pipeline.pipeline_name)

    def _stages(self) -> dict[str, codepipeline.IAction]:
        return self._sources() | {
            "Deploy": self._release(Mode.DEPLOY),
            "Approve": self._approval(),
            "Cutover": self._release(Mode.CUTOVER),
        }

    def _sources(self) -> dict[str, codepipeline.IAction]:
        repository = self._settings.repository
        if repository is None:
            return {"Source": self._upload()}
        return {"Source": self._repository(repository), "Bundle": self._bundle(self._settings.bundle_key)}

    def _upload(self) -> actions.S3SourceAction:
        return actions.S3SourceAction(
            action_name=SOURCE,
            variables_namespace=SOURCE,
            bucket=self._artifacts,
            bucket_key=self._settings.key,
            output=self._source,
            trigger=actions.S3Trigger.NONE,  # the CDK's own trigger needs a trail of CloudTrail
        )

    def _start_on_upload(self) -> None:
        events.Rule(
            self,
            "Uploaded",
            description=f"A new source bundle for {self._settings.blue}",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={"bucket": {"name": [self._artifacts.bucket_name]}, "object": {"key": [self._settings.key]}},
            ),
            targets=[targets.CodePipeline(self.pipeline)],
        )
        explain(
            self.pipeline.node.find_child("EventsRole"),
            ["codepipeline:StartPipelineExecution"],
            "Uploads start the pipeline.",
        )

    def _repository(self, repository: Repository) -> actions.CodeStarConnectionsSourceAction:
        return actions.CodeStarConnectionsSourceAction(
            action_name=SOURCE,
            variables_namespace=SOURCE,
            connection_arn=repository.connection,
            owner=repository.owner,
            repo=repository.name,
            branch=repository.branch,
            output=self._source,
        )

    def _bundle(self, key: str) -> actions.S3DeployAction:
        """Put the repository's zip where Elastic Beanstalk can read it."""
        return actions.S3DeployAction(
            action_name="Bundle", bucket=self._artifacts, input=self._source, object_key=key, extract=False
        )

    def _release(self, mode: Mode) -> actions.StepFunctionInvokeAction:
        execution_input = self._settings.execution_input(mode, self._artifacts.bucket_name)
        return actions.StepFunctionInvokeAction(
            action_name=mode.title(),
            variables_namespace=mode.title(),
            state_machine=self._machine,
            state_machine_input=actions.StateMachineInput.literal(execution_input),
            execution_name_prefix=execution_prefix(self._settings.blue, mode),
        )

    def _approval(self) -> actions.ManualApprovalAction:
        settings = self._settings
        where = f"{settings.blue} of {settings.application}"
        return actions.ManualApprovalAction(
            action_name="Approve",
            notification_topic=self._topic,
            additional_information=f"{settings.version} runs on {where} and passed its test; "
            "its clone serves users with the version before. Approve: users get the new version. Reject: the clone "
            "continues to serve users until the next release.",
        )

    def _store(self) -> s3.Bucket:
        """Return the bucket for artifacts. Records are in another one, since the pipeline may write to all of this."""
        store = s3.Bucket(
            self,
            "Store",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(30))],
            removal_policy=RemovalPolicy.RETAIN,
        )
        acknowledge(store, "S1", "It holds copies for 30 days; the sources have their own history.")
        return store


def execution_prefix(blue: str, mode: Mode) -> str:
    """Return `<blue>-<mode>`; blue's name is cut if both are too long for an execution's name."""
    return f"{blue[: PREFIX_LENGTH - len(mode) - 1]}-{mode}"
