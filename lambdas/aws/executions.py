"""The executions of the state machine itself: whether the one that holds an environment still runs."""

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.aws.errors import unanswered

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


class Executions:
    """Step Functions' executions, by ARN."""

    def __init__(self, client: "SFNClient") -> None:
        self._client = client

    def is_running(self, arn: str) -> bool:
        """Whether the execution runs, or is about to again; one that is forgotten does not."""
        try:
            return self._client.describe_execution(executionArn=arn)["status"] in {"RUNNING", "PENDING_REDRIVE"}
        except ClientError as error:
            if error.response["Error"]["Code"] in {"ExecutionDoesNotExist", "InvalidArn"}:
                return False
            raise unanswered(f"Step Functions to answer about {arn}", error) from error
        except BotoCoreError as error:
            raise unanswered(f"Step Functions to answer about {arn}", error) from error


@cache
def connect_executions() -> Executions:
    """The account's executions, by the function's credentials and region; one client a process."""
    return Executions(boto3.client("stepfunctions"))
