"""The executions of the state machine: whether the one that holds an environment still runs."""

from functools import cache
from typing import TYPE_CHECKING

import boto3

from lambdas.aws.errors import translated_errors

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


class Executions:
    """Step Functions' executions, by ARN."""

    def __init__(self, client: "SFNClient") -> None:
        self._client = client

    def is_running(self, arn: str) -> bool:
        """Return whether the execution runs, or waits for its redrive; False when there is no such execution."""
        with translated_errors("Step Functions", f"answer about {arn}"):
            try:
                status = self._client.describe_execution(executionArn=arn)["status"]
            except (self._client.exceptions.ExecutionDoesNotExist, self._client.exceptions.InvalidArn):
                return False
        return status in {"RUNNING", "PENDING_REDRIVE"}


@cache
def connect_executions() -> Executions:
    """Return Step Functions' executions by the function's credentials and region; one client a process."""
    return Executions(boto3.client("stepfunctions"))
