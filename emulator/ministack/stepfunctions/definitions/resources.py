"""The resources that tasks call: an ARN, in a pattern that the service and the type of the machine have."""

import re
from collections.abc import Iterator
from typing import Any

from emulator.ministack.stepfunctions.definitions.diagnostics import Diagnostic

_OPTIMIZED = re.compile(r"arn:[\w-]+:states:::([\w-]+):([\w.:]+)")
_PATTERN = re.compile(r"(\.sync(:2)?|\.waitForTaskToken)?$")
_OPTIMIZED_ACTIONS = {
    "lambda": {"invoke"},
    "sns": {"publish"},
    "sqs": {"sendMessage"},
    "dynamodb": {"getItem", "putItem", "deleteItem", "updateItem"},
    "states": {"startExecution"},
    "events": {"putEvents"},
}
"""The actions of the optimized integrations that the account has, and may run."""
_NO_SYNC = ("lambda", "sns", "sqs", "dynamodb", "events", "aws-sdk")
_NO_TOKEN = ("dynamodb",)


def resource_diagnostics(state: dict[str, Any], path: str, machine_type: str) -> Iterator[Diagnostic]:
    """Return what is wrong with the resource of a task."""
    resource, place = state.get("Resource"), f"{path}/Resource"
    if state.get("Type") != "Task" or not isinstance(resource, str):
        return
    if not resource.startswith("arn:"):
        yield Diagnostic("Value is not a valid resource ARN", place)
        return
    if not _is_recognized(resource):
        message = (
            f"The resource provided {resource} is not recognized. The value is not a valid resource ARN,"
            " or the resource is not available in this region."
        )
        yield Diagnostic(message, place)
    if machine_type == "EXPRESS":
        yield from _express(resource, place)


def _is_recognized(resource: str) -> bool:
    service = _OPTIMIZED.fullmatch(resource)
    if service is None:
        return True
    pattern = _PATTERN.search(service[2])
    suffix = pattern[0] if pattern else ""
    action = service[2].removesuffix(suffix)
    if service[1] in _OPTIMIZED_ACTIONS and action not in _OPTIMIZED_ACTIONS[service[1]]:
        return False
    if suffix == ".sync:2":
        return service[1] == "states"
    return not (suffix == ".sync" and service[1] in _NO_SYNC) and not (suffix[1:2] == "w" and service[1] in _NO_TOKEN)


def _express(resource: str, place: str) -> Iterator[Diagnostic]:
    if resource.endswith(".waitForTaskToken"):
        # AWS's message ends with a space.
        yield Diagnostic("Express state machine does not support '.waitForTaskToken' service integration ", place)
    elif resource.endswith((".sync", ".sync:2")):
        yield Diagnostic("Express state machine does not support '.sync' service integration", place)
    elif ":activity:" in resource:
        yield Diagnostic("Express state machine does not support Activity ARN", place)
