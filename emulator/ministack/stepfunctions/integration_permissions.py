"""Optimized integrations act in the state machine's role, which needs the permission of the call.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html and the policies of each page. A
denial of Lambda: https://github.com/doug-macleod/Pipe-1Dev/issues/13; the other errors have the names that the SDK for
Java gives to what a service's model lacks.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import get_account_id, get_region, new_uuid

from emulator.ministack.stepfunctions.internals import ExecutionError
from emulator.ministack.stepfunctions.machine_role import refusal

_OPTIMIZED = re.compile(r"arn:([\w-]+):states:::(lambda|sns|sqs|dynamodb|states|events):(\w+).*")
Arguments = dict[str, Any]


@dataclass(frozen=True)
class _Service:
    """How a service words a denial, and the resource that a call acts on."""

    error: str
    name: str
    status: int
    code: str
    resource: Callable[[Arguments], str]


def _local(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{get_region()}:{get_account_id()}:{resource}"


def _function(arguments: Arguments) -> str:
    name = str(arguments.get("FunctionName", ""))
    return name if name.startswith("arn:") else _local("lambda", f"function:{name.rpartition('function:')[2]}")


def _queue(arguments: Arguments) -> str:
    return _local("sqs", str(arguments.get("QueueUrl", "")).rpartition("/")[2])


def _table(arguments: Arguments) -> str:
    return _local("dynamodb", f"table/{arguments.get('TableName', '')}")


_SERVICES = {
    "lambda": _Service("Lambda.AWSLambdaException", "AWSLambda", 403, "AccessDeniedException", _function),
    "sns": _Service(
        *("SNS.AuthorizationErrorException", "AmazonSNS", 403, "AuthorizationError"),
        resource=lambda arguments: str(arguments.get("TopicArn", "*")),
    ),
    "sqs": _Service("SQS.AmazonSQSException", "AmazonSQS", 403, "AccessDenied", _queue),
    "dynamodb": _Service("DynamoDB.AmazonDynamoDBException", "AmazonDynamoDBv2", 400, "AccessDeniedException", _table),
    "states": _Service(
        *("StepFunctions.AWSStepFunctionsException", "AWSStepFunctions", 400, "AccessDeniedException"),
        resource=lambda arguments: str(arguments.get("StateMachineArn", "*")),
    ),
    "events": _Service(
        *("EventBridge.AmazonEventBridgeException", "AmazonEventBridge", 400, "AccessDeniedException"),
        resource=lambda _: _local("events", "event-bus/default"),
    ),
}
_ACTIONS = {"lambda:invoke": "lambda:InvokeFunction"}


def require_allowed(role_arn: str, resource: str, arguments: Any) -> None:
    """Raise ExecutionError when a machine's role may not make the call of a task."""
    if ":function:" in resource:
        # The function itself is the resource.
        resource, arguments = "arn:aws:states:::lambda:invoke", {"FunctionName": resource}
    found = _OPTIMIZED.fullmatch(resource)
    if found is None or not isinstance(arguments, dict):
        return
    service, operation = found[2], found[3]
    action = _ACTIONS.get(f"{service}:{operation}", f"{service}:{operation[0].upper()}{operation[1:]}")
    words = _SERVICES[service]
    if reason := refusal(role_arn, action, words.resource(arguments)):
        about = f"Service: {words.name}; Status Code: {words.status}; Error Code: {words.code}"
        raise ExecutionError(words.error, f"{reason} ({about}; Request ID: {new_uuid()}; Proxy: null)")


def require_map_allowed(role_arn: str, machine_arn: str) -> None:
    """Raise ExecutionError when a machine's role may not start executions of the machine: a distributed Map does.

    Source of the words: https://qiita.com/akis1215/items/f347d813cd26eb929a9c. They do not tell the error's name.
    """
    if reason := refusal(role_arn, "states:StartExecution", machine_arn):
        about = f"Service: Sfn, Status Code: 400, Request ID: {new_uuid()}"
        cause = f"Error contacting AWS Service. | Message from Service: {reason} ({about})"
        raise ExecutionError("States.Permissions", cause)
