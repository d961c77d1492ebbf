"""Notifications to people: a topic, and a rule for executions that bypass the failure branch."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Aws, CfnMapping, RemovalPolicy
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.event_texts import execution_link, executions_end, redrive_command, releases_send, report_link
from lambdas.console import HOSTS
from lambdas.fleet import RELEASE_PREFIX
from lambdas.release_events import Kind

EVENTS = iam.ServicePrincipal("events.amazonaws.com")


class Notifications(Construct):
    """An encrypted topic. `email`: an address to subscribe, if any."""

    def __init__(self, scope: Construct, construct_id: str, *, email: str | None) -> None:
        super().__init__(scope, construct_id)
        key = kms.Key(
            self,
            "Key",
            description="Notifications of blue/green releases",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.DESTROY,
        )
        key.grant_encrypt_decrypt(EVENTS)  # with AWS's own key for SNS, EventBridge cannot publish
        self.topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True)
        self.key = key
        consoles = {partition: {"host": host} for partition, host in HOSTS.items()}
        self.console: str = CfnMapping(self, "Consoles", mapping=consoles).find_in_map(Aws.PARTITION, "host")
        if email:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))

    def notify_of_stopped_releases(self, machine: sfn.IStateMachine, name: str, bucket: str) -> None:
        """Notify of executions that are aborted or time out: they bypass every Catch, so a rule sees their status.

        Releases of a fleet are left out, by their names: the fleet tells of them, or of its own abort. `name`: of the
        machine. `bucket`: has the reports.
        """
        what_to_do = (
            "Nothing was cleaned up: the environment with the production CNAME serves users, and a green environment "
            "may be left over.\nWhat to do: redrive the execution, which resumes where it stopped, or start a new one, "
            "which observes both environments first."
        )
        single = {"name": [{"anything-but": {"prefix": RELEASE_PREFIX}}]}
        link = report_link(self.console, bucket, events.EventField.from_path("$.detail.name"), name)
        told = "Releases that were aborted or timed out"
        what_to_do += f"\n  The report, a moment after the end: {link}"
        self._notify_of_ends("Ends", told, "release", what_to_do, machine, single)

    def notify_of_stopped_fleets(self, machine: sfn.IStateMachine) -> None:
        """Notify of fleets that are aborted or time out. Their releases that ran are aborted with them."""
        what_to_do = (
            "Its releases that ran were aborted with it, and nothing was cleaned up: of each, the environment with the "
            "production CNAME serves users.\nWhat to do: redrive the fleet, which goes on with what is left, or "
            "start a new one."
        )
        self._notify_of_ends("FleetEnds", "Fleets that were aborted or timed out", "fleet", what_to_do, machine, {})

    def _notify_of_ends(  # noqa: PLR0917 - one call for each machine
        self,
        construct_id: str,
        description: str,
        what: str,
        what_to_do: str,
        machine: sfn.IStateMachine,
        more: Mapping[str, Any],
    ) -> None:
        # Fields without free text only: a quotation mark in free text loses the notification.
        field = events.EventField.from_path
        execution = field("$.detail.executionArn")
        text = (
            f"The {what} {field('$.detail.name')} ended {field('$.detail.status')}. {what_to_do}\n"
            f"  {redrive_command(execution)}\n"
            f"  {execution_link(self.console, execution)}\n"
        )
        events.Rule(
            self,
            construct_id,
            description=description,
            event_pattern=executions_end(machine, ["ABORTED", "TIMED_OUT"], more),
            targets=[targets.SnsTopic(self.topic, message=events.RuleTargetInput.from_multiline_text(text))],
        )

    def notify_of_successes(self, machine: sfn.IStateMachine) -> None:
        """Notify of releases that succeeded, by the event that the last stage sends."""
        field = events.EventField.from_path
        # Without the version, which may have a quotation mark in it: that would lose the notification.
        text = (
            f"The release onto {field('$.detail.blue')} (mode {field('$.detail.mode')}) succeeded. Users are served by "
            f"{field('$.detail.served_by')}.\n"
            f"  {execution_link(self.console, field('$.detail.execution'))}\n"
            f"  The report, a moment after the end: {field('$.detail.report')}\n"
        )
        events.Rule(
            self,
            "Successes",
            description="Releases that succeeded",
            event_pattern=releases_send(self, Kind.RELEASE_SUCCEEDED, machine),
            targets=[targets.SnsTopic(self.topic, message=events.RuleTargetInput.from_multiline_text(text))],
        )
