"""Where people hear of a release that needs them: a topic, and a rule for what bypasses the failure branch."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

EVENTS = iam.ServicePrincipal("events.amazonaws.com")


class Notifications(Construct):
    """An encrypted topic; `email` is subscribed to it, if given."""

    def __init__(self, scope: Construct, construct_id: str, *, email: str | None) -> None:
        super().__init__(scope, construct_id)
        key = kms.Key(
            self,
            "Key",
            description="Notifications of blue/green releases",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.DESTROY,
        )
        key.grant_encrypt_decrypt(EVENTS)  # AWS's own key for SNS does not let EventBridge publish
        self.topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True)
        if email:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))

    def notify_of_stopped_releases(self, machine: sfn.IStateMachine) -> None:
        """An execution that is aborted or times out bypasses every Catch, so its status change is what tells."""
        field = events.EventField.from_path  # none whose text is free: a quotation mark in it loses the notification
        execution = field("$.detail.executionArn")
        text = (
            f"The release {field('$.detail.name')} ended {field('$.detail.status')}. Nothing was cleaned up: users are "
            "served by whichever environment holds the production CNAME, and a green environment may be left over.\n"
            "What to do: redrive the execution, which goes on where it was, or start a new one, which looks at what "
            f"stands.\n  aws stepfunctions redrive-execution --execution-arn {execution}\n"
            f"  https://console.aws.amazon.com/states/home?region={field('$.region')}"
            f"#/v2/executions/details/{execution}\n"
        )
        events.Rule(
            self,
            "Ends",
            description="Releases that were aborted or timed out",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={"status": ["ABORTED", "TIMED_OUT"], "stateMachineArn": [machine.state_machine_arn]},
            ),
            targets=[targets.SnsTopic(self.topic, message=events.RuleTargetInput.from_multiline_text(text))],
        )
