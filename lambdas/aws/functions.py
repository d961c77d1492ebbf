"""The one adapter that calls Lambda functions: hooks."""

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

from lambdas.aws.errors import translated_errors

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

MAX_CALL_SECONDS: Final = 840
"""The longest call. Lambda ends the function that calls after 900 seconds."""


class FunctionFailedError(Exception):
    """The function raised an error. The message is the error's type and text."""


class FunctionTimedOutError(Exception):
    """The function did not answer within MAX_CALL_SECONDS."""


class Functions:
    """Lambda functions, by name or ARN."""

    def __init__(self, client: "LambdaClient") -> None:
        self._client = client

    def call(self, name: str, event: Any) -> Any:
        """Return the result of the function. Raises FunctionFailedError or FunctionTimedOutError."""
        with translated_errors("Lambda", f"call the hook {name}"):
            try:
                answer = self._client.invoke(FunctionName=name, Payload=json.dumps(event).encode())
            except ReadTimeoutError as error:
                raise FunctionTimedOutError from error
        result = json.loads(answer["Payload"].read() or b"null")
        if error_kind := answer.get("FunctionError"):
            failure = result if isinstance(result, dict) else {}
            words = failure.get("errorMessage", "no message")
            raise FunctionFailedError(f"{failure.get('errorType', error_kind)}: {words}")
        return result


@cache
def connect_functions() -> Functions:
    """Return Lambda's functions by the function's credentials and region; one client a process.

    The SDK makes each call once: a hook that is slow is not called twice at the same time.
    """
    config = Config(read_timeout=MAX_CALL_SECONDS, tcp_keepalive=True, retries={"total_max_attempts": 1})
    return Functions(boto3.client("lambda", config=config))
