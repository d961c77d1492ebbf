"""The executions of the state machines: whether the one that holds an environment still runs, and how it ended."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import boto3

from lambdas.aws.errors import translated_errors

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import HistoryEventTypeDef


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

    def history(self, arn: str, most: int) -> "Iterator[HistoryEventTypeDef]":
        """Yield so many events of an execution at most, oldest first. Raises as `translated_errors` says."""
        pages = self._client.get_paginator("get_execution_history").paginate(
            executionArn=arn, PaginationConfig={"PageSize": 1000}
        )
        with translated_errors("Step Functions", f"show the history of {arn}"):
            yield from islice((event for page in pages for event in page["events"]), most)


def _object(text: str | None) -> dict[str, Any]:
    """Return the JSON object in a text, or an empty one."""
    found = json.loads(text or "{}")
    return found if isinstance(found, dict) else {}


@cache
def connect_executions() -> Executions:
    """Return Step Functions' executions by the function's credentials and region; one client a process."""
    return Executions(boto3.client("stepfunctions"))
