"""Answers to the tokens of tasks that wait for them."""

from functools import cache
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config

from lambdas.aws.errors import translated_errors

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

MAX_ERROR_LENGTH: Final = 256
MAX_CAUSE_LENGTH: Final = 32_768
"""Source of both: https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html"""


class TaskAnswers:
    """Ends tasks by their tokens. A token can be answered once; later answers are rejected."""

    def __init__(self, client: "SFNClient") -> None:
        self._client = client

    def fail(self, token: str, error: str, cause: str) -> None:
        """Fail the task, with a plain text as its cause. Raises ReleaseError."""
        words = {"error": error[:MAX_ERROR_LENGTH], "cause": cause[:MAX_CAUSE_LENGTH]}
        with translated_errors("Step Functions", "take the error of the failed stage"):
            self._client.send_task_failure(taskToken=token, **words)

    def succeed(self, token: str) -> None:
        """End the task, without an output. Raises ReleaseError."""
        with translated_errors("Step Functions", "let the redriven execution go on"):
            self._client.send_task_success(taskToken=token, output="{}")


@cache
def connect_task_answers() -> TaskAnswers:
    """Return the answers by the function's credentials and region; one client a process."""
    return TaskAnswers(boto3.client("stepfunctions", config=Config(connect_timeout=5, read_timeout=10)))
