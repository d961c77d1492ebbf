"""The names inside MiniStack's Step Functions that the corrections share."""

from typing import Any

from ministack.services import stepfunctions

MODULE = "ministack.services.stepfunctions"

ExecutionError: Any = stepfunctions._ExecutionError
"""Raised with an error name and a cause (or None) by a state that fails. Attributes: `error`, `cause`."""

HEARTBEAT_TIMEOUT = "States.HeartbeatTimeout"


def shown_name(error: str) -> str:
    """Return the name of an error as histories and catchers show it.

    A missed heartbeat shows as States.Timeout; only Retry and Catch tell it by its own name.
    Source: https://github.com/localstack/localstack/tree/main/tests/aws/services/stepfunctions/v2/timeouts, recorded on
    AWS, and https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    return "States.Timeout" if error == HEARTBEAT_TIMEOUT else error
