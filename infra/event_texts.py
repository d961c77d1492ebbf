"""Parts of rules for events of executions, and of the messages that EventBridge makes of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from lambdas.aws.event_bus import SOURCE
from lambdas.aws.reports import FOLDER
from lambdas.release_events import Kind


def releases_send(scope: Construct, kind: Kind, machine: sfn.IStateMachine) -> events.EventPattern:
    """Return the pattern of the events of a kind that the machine's executions send."""
    executions = Stack.of(scope).format_arn(
        service="states",
        resource="execution",
        resource_name=f"{machine.state_machine_name}:",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
    return events.EventPattern(
        source=[SOURCE], detail_type=[kind], detail={"execution": events.Match.prefix(executions)}
    )


def executions_end(
    machine: sfn.IStateMachine, statuses: Sequence[str], more: Mapping[str, Any] | None = None
) -> events.EventPattern:
    """Return the pattern of Step Functions' events for the machine's executions that end with one of these statuses.

    `more`: what else the event's detail must match.
    """
    return events.EventPattern(
        source=["aws.states"],
        detail_type=["Step Functions Execution Status Change"],
        detail={"status": list(statuses), "stateMachineArn": [machine.state_machine_arn], **(more or {})},
    )


def execution_link(console: str, execution: str) -> str:
    """Return the URL of an execution's page. `console`: its host. `execution`: the event's field with the ARN."""
    region = events.EventField.from_path("$.region")
    return f"https://{console}/states/home?region={region}#/v2/executions/details/{execution}"


def report_link(console: str, bucket: str, execution_name: str, machine_name: str) -> str:
    """Return the URL of a report's page in the console. `execution_name`: the event's field with it."""
    region = events.EventField.from_path("$.region")
    return f"https://{console}/s3/object/{bucket}?region={region}&prefix={FOLDER}/{machine_name}/{execution_name}.html"


def redrive_command(execution: str) -> str:
    """Return the command that redrives an execution. `execution`: the event's field with the ARN."""
    region = events.EventField.from_path("$.region")
    return f"aws stepfunctions redrive-execution --execution-arn {execution} --region {region}"
