"""Removes what a run made in Step Functions and Elastic Beanstalk: executions, environments, the application."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.prove.names import RunNames
from rehearsal.prove.run_file import RunFile
from rehearsal.prove.target import ProofTarget

STOP_MINUTES = 10.0
TERMINATION_MINUTES = 60.0
"""A launch cannot be terminated before it ends, and both may take long."""
DELETION_MINUTES = 10.0


def stop_executions(target: ProofTarget, names: RunNames) -> None:
    """Stop the executions of the run's state machine. One that goes on could launch another environment."""
    states = target.client("stepfunctions")

    def running() -> list[str]:
        return [
            execution["executionArn"]
            for machine in state_machines(states)
            if machine["name"] == names.stack
            for page in states.get_paginator("list_executions").paginate(
                stateMachineArn=machine["stateMachineArn"], statusFilter="RUNNING"
            )
            for execution in page["executions"]
        ]

    for arn in running():
        states.stop_execution(executionArn=arn, error="Removed", cause="make prove removes what it made")
    target.until(lambda: not running(), "all executions to be stopped", STOP_MINUTES, found=running)


def remove_environments(target: ProofTarget, names: RunNames, memory: RunFile) -> None:
    """Terminate the environments of the run's application, and return when all are gone."""
    beanstalk = target.client("elasticbeanstalk")

    def gone() -> bool:
        found = list(environments(beanstalk, names.application))
        for environment in found:
            memory.remember_environment(environment["EnvironmentId"])
            _push_to_its_end(beanstalk, environment)
        return not found

    target.until(
        gone,
        f"all environments of {names.application} to be terminated",
        TERMINATION_MINUTES,
        found=lambda: [f"{each['EnvironmentName']}: {each['Status']}" for each in _all(beanstalk, names)],
    )


def delete_application(target: ProofTarget, names: RunNames) -> None:
    """Delete the run's application, with its versions and saved configurations."""
    beanstalk = target.client("elasticbeanstalk")

    def exists() -> bool:
        found = beanstalk.describe_applications(ApplicationNames=[names.application])
        return bool(found["Applications"])

    if exists():
        beanstalk.delete_application(ApplicationName=names.application)
    target.until(lambda: not exists(), f"the application {names.application} to be deleted", DELETION_MINUTES)


def environments(beanstalk: Any, application: str) -> Iterator[dict[str, Any]]:
    """Yield the environments of an application that are not terminated, as DescribeEnvironments shows them."""
    token: dict[str, str] = {}
    while True:
        page = beanstalk.describe_environments(
            ApplicationName=application, IncludeDeleted=False, MaxRecords=1000, **token
        )
        yield from page["Environments"]
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}


def state_machines(states: Any) -> Iterator[dict[str, Any]]:
    """Yield the state machines of the account and region."""
    for page in states.get_paginator("list_state_machines").paginate():
        yield from page["stateMachines"]


def _push_to_its_end(beanstalk: Any, environment: dict[str, Any]) -> None:
    """Terminate an environment if it is Ready, abort its update if that is possible, else leave it for the next look.

    A look may be old: what it allowed may be refused now, and the next look tells.
    """
    try:
        if environment["Status"] == "Ready":
            beanstalk.terminate_environment(EnvironmentId=environment["EnvironmentId"])
        elif environment.get("AbortableOperationInProgress"):
            beanstalk.abort_environment_update(EnvironmentId=environment["EnvironmentId"])
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("InvalidParameterValue", "OperationInProgressFailure"):
            raise


def _all(beanstalk: Any, names: RunNames) -> list[dict[str, Any]]:
    return list(environments(beanstalk, names.application))
