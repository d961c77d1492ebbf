"""Parts of rules for events of executions, and of the messages that EventBridge makes of them."""

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from lambdas.aws.event_bus import SOURCE
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


def execution_link(console: str, execution: str) -> str:
    """Return the URL of an execution's page. `console`: its host. `execution`: the event's field with the ARN."""
    region = events.EventField.from_path("$.region")
    return f"https://{console}/states/home?region={region}#/v2/executions/details/{execution}"


def redrive_command(execution: str) -> str:
    """Return the command that redrives an execution. `execution`: the event's field with the ARN."""
    region = events.EventField.from_path("$.region")
    return f"aws stepfunctions redrive-execution --execution-arn {execution} --region {region}"
