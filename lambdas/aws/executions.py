"""The executions of the state machines: whether the one that holds an environment still runs, and how it ended."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3

from lambdas.aws.errors import translated_errors

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


@dataclass(frozen=True)
class Execution:
    """One execution. `output`: what it ended with; empty when it did not succeed. `error`, `cause`: why not."""

    arn: str
    status: str
    started: datetime
    output: dict[str, Any]
    error: str = ""
    cause: str = ""

    @property
    def running(self) -> bool:
        """Whether it runs, or waits for its redrive."""
        return self.status in {"RUNNING", "PENDING_REDRIVE"}

    @property
    def succeeded(self) -> bool:
        """Whether it ended well."""
        return self.status == "SUCCEEDED"


class Executions:
    """Step Functions' executions, by ARN."""

    def __init__(self, client: "SFNClient") -> None:
        self._client = client

    def find(self, arn: str) -> Execution | None:
        """Return the execution; None when there is none: it ended over 90 days ago, or its machine was deleted.

        Raises PermissionDeniedError, and CallRejectedError when it is of another account or region.
        """
        with translated_errors("Step Functions", f"answer about {arn}"):
            try:
                found = self._client.describe_execution(executionArn=arn)
            except self._client.exceptions.ExecutionDoesNotExist:
                return None
        why = found.get("error", ""), found.get("cause", "")
        return Execution(arn, found["status"], found["startDate"], _object(found.get("output")), *why)


def _object(text: str | None) -> dict[str, Any]:
    """Return the JSON object in a text, or an empty one."""
    found = json.loads(text or "{}")
    return found if isinstance(found, dict) else {}


@cache
def connect_executions() -> Executions:
    """Return Step Functions' executions by the function's credentials and region; one client a process."""
    return Executions(boto3.client("stepfunctions"))
