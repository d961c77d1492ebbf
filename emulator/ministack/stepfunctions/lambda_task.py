"""Lambda's answers in Step Functions: the function's own error, or the service's."""

import json
from typing import Any

from ministack.services import lambda_svc

from emulator.clock import Clock
from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.execution_run import SERVICE, ExecutionError


def replacements(_: Clock) -> list[Replacement]:
    return [Replacement(SERVICE, "_call_lambda", "25830369b126", call_lambda)]


def call_lambda(reference: str, event: Any) -> Any:
    """Invoke a function and return what it returned.

    A failure has the function's errorType as Error and its whole answer as Cause; Lambda's own refusals are called
    `Lambda.<exception>`. Raises ExecutionError.
    """
    function, config, name = lambda_svc._get_func_record_for_ref(reference)
    if not function or not config:
        raise ExecutionError("Lambda.ResourceNotFoundException", f"Function not found: {name}")
    record = lambda_svc._execution_record_for_config(function, config)
    result = lambda_svc._execute_function_with_config_scope(record, event)
    body = result.get("body")
    if result.get("throttle"):
        raise ExecutionError("Lambda.TooManyRequestsException", body["message"])
    if result.get("error"):
        raise ExecutionError(body.get("errorType", "Lambda.Unknown"), json.dumps(body))
    return body
