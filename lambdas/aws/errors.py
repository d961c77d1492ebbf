"""One translation of AWS's errors into this project's, used by every adapter.

Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/CommonErrors.html, and what the services answer in life.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.aws import denials
from lambdas.errors import (
    AlreadyExistsError,
    CallRejectedError,
    EnvironmentNotReadyError,
    PermissionDeniedError,
    ReleaseError,
    ServiceUnavailableError,
)

THROTTLING_CODES: Final = {
    "RequestLimitExceeded",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
UNAVAILABLE_CODES: Final = THROTTLING_CODES | {
    "ConditionalRequestConflict",
    "OperationAborted",
    "RequestTimeout",
}
"""Throttling and conflicts that pass by themselves. Every status of 500 and above counts, too."""
BUSY_CODES: Final = {"OperationInProgressFailure"}
BUSY_MESSAGES: Final = (
    "Must be Ready",
    "invalid state for this operation",
    "pending creation",
    "pending deployment",
    "pending termination",
)
ABSENCE_CODES: Final = {"ResourceNotFoundException"}
ABSENCE_MESSAGE: Final = re.compile(r"\bNo [A-Z][\w ]+ (named|found)\b")
"""What Elastic Beanstalk does not know, or does not know yet: `No Environment found for EnvironmentName = 'shop'.`"""
GRANT: Final = "Let the function's role do it, if need be by deploying the stack again, then redrive this execution."


@contextmanager
def translated_errors(
    service: str,
    task: str,
    *,
    grant: str = GRANT,
) -> Iterator[None]:
    """Run calls to a service; raise every error of AWS as one of `lambdas.errors`.

    `task` says what the service is to do, as an infinitive without "to". `grant` is the next step after a denial,
    behind what to allow.
    """
    try:
        yield
    except ClientError as error:
        raise _translation(error, service, task, grant) from error
    except BotoCoreError as error:
        raise ServiceUnavailableError(
            expected=f"{service} to {task}",
            found=f"no answer ({error})",
            next_step="The stage looks again and repeats what is missing.",
            unanswered=True,
        ) from error


def _translation(error: ClientError, service: str, task: str, grant: str) -> ReleaseError:
    expected = f"{service} to {task}"
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    found = f"{code} from {error.operation_name}: {message}"
    if code in UNAVAILABLE_CODES or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
        return ServiceUnavailableError(
            expected=expected,
            found=found,
            next_step="The stage looks again and repeats what is missing.",
            unanswered=code not in UNAVAILABLE_CODES or code == "RequestTimeout",
            throttled=code in THROTTLING_CODES,
        )
    if denials.is_denial(code, message):
        allow = denials.remedy(message, service=service, call=error.operation_name, task=task)
        return PermissionDeniedError(expected=expected, found=found, next_step=f"{allow} {grant}")
    if code in BUSY_CODES or any(busy in message for busy in BUSY_MESSAGES):
        return EnvironmentNotReadyError(
            expected=expected, found=found, next_step="Wait for the operation in progress to end."
        )
    rejection = AlreadyExistsError if message.endswith("already exists.") else CallRejectedError
    return rejection(
        expected=expected,
        found=found,
        next_step="Correct what the message names, then redrive this execution.",
        settles=code in ABSENCE_CODES or ABSENCE_MESSAGE.search(message) is not None,
    )
