"""Tasks that invoke a function: their error is the function's own, or Lambda's."""

import json
from typing import Any

from ministack.services import lambda_svc

from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.internals import MODULE, ExecutionError


def replacements() -> list[Replacement]:
    return [Replacement(MODULE, "_call_lambda", "25830369b126", call_lambda)]


def call_lambda(reference: str, event: Any) -> Any:
    """Invoke a function; return its result. Raises ExecutionError.

    When the function fails, Error is its errorType and Cause its whole error response. When Lambda refuses the call,
    Error is `Lambda.<exception>`.
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
