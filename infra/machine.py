"""A state machine with its log, as both state machines of the stack are made."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct


def state_machine(
    scope: Construct, name: str, comment: str, definition: sfn.IChainable, timeout: Duration
) -> tuple[sfn.StateMachine, logs.LogGroup]:
    """Return the state machine of that name, and the group of its log."""
    log = logs.LogGroup(
        scope,
        "Log",
        # Without this prefix, Step Functions' log delivery adds to the account's resource policy, which fills up.
        log_group_name=f"/aws/vendedlogs/states/{name}",
        retention=logs.RetentionDays.THREE_MONTHS,
        removal_policy=RemovalPolicy.DESTROY,
    )
    machine = sfn.StateMachine(
        scope,
        "StateMachine",
        state_machine_name=name,
        comment=comment,
        query_language=sfn.QueryLanguage.JSONATA,
        definition_body=sfn.DefinitionBody.from_chainable(definition),
        timeout=timeout,
        tracing_enabled=True,
        # Without data: an input may have secret headers in it, and a request for approval has a token.
        logs=sfn.LogOptions(destination=log, level=sfn.LogLevel.ALL, include_execution_data=False),
    )
    return machine, log
