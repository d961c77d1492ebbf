"""Messages for a chat: events of releases, in the format of AWS's chat integration, on a topic of their own.

Source of the format: https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
"""

from collections.abc import Mapping
from typing import Any, Final

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.event_texts import execution_link, redrive_command, releases_send
from lambdas.release_events import Kind

TEXTS: Final[Mapping[Kind, tuple[str, str]]] = {
    Kind.RELEASE_STARTED: ("A release onto {blue} has started", "The console shows its stages."),
    Kind.APPROVAL_NEEDED: (
        "The release onto {blue} waits for your approval",
        "{blue} has the new version, and green serves the users. Approve or reject in the message to the subscribers.",
    ),
    Kind.USERS_RETURNED: ("Users of {blue} go back to the good version", "They go to {to}. The release has failed."),
    Kind.RELEASE_FAILED: (
        "The release onto {blue} failed in {stage}",
        "{error}. The message to the subscribers says who serves users, and what to do.",
    ),
    Kind.RELEASE_SUCCEEDED: ("The release onto {blue} succeeded", "Users are served by {served_by}."),
}
"""Title and description by the kind of event, with fields of the event that never have a quotation mark in them:
EventBridge puts them into JSON as they are.
"""
ENDS: Final = frozenset({Kind.RELEASE_FAILED, Kind.RELEASE_SUCCEEDED})
"""The kinds of events that have a report."""
FIELDS: Final = ("blue", "error", "served_by", "stage", "to")


class Chat(Construct):
    """A topic for AWS's chat integration, and a rule for each kind of message. `console`: the console's host."""

    def __init__(
        self, scope: Construct, construct_id: str, *, machine: sfn.IStateMachine, key: kms.IKey, console: str
    ) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True)
        for kind in TEXTS:
            events.Rule(
                self,
                kind,
                description=f"{kind} for a chat",
                event_pattern=releases_send(self, kind, machine),
                targets=[
                    targets.SnsTopic(self.topic, message=events.RuleTargetInput.from_object(_message(kind, console)))
                ],
            )


def _message(kind: Kind, console: str) -> dict[str, Any]:
    field = events.EventField.from_path
    title, description = (
        text.format(**{name: field(f"$.detail.{name}") for name in FIELDS if f"{{{name}}}" in text})
        for text in TEXTS[kind]
    )
    execution = field("$.detail.execution")
    steps = [f"Look at the release: {execution_link(console, execution)}"]
    steps += [f"Read its report: {field('$.detail.report')}"] if kind in ENDS else []
    steps += [f"Once the cause is gone: {redrive_command(execution)}"] if kind == Kind.RELEASE_FAILED else []
    return {
        "version": "1.0",
        "source": "custom",
        "content": {"textType": "client-markdown", "title": title, "description": description, "nextSteps": steps},
        "metadata": {
            "threadId": execution,  # a thread for each release
            "summary": title,
            "eventType": kind,
            "relatedResources": [execution],
            # What a button may take: docs/events.md.
            "additionalContext": {
                "execution": execution,
                "kind": kind,
                "region": events.EventField.from_path("$.region"),
            },
        },
    }
