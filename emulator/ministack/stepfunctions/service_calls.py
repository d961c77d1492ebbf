"""Calls of services by tasks, with the task's time-out and with AWS's names of errors."""

import contextvars
import re
import threading
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from ministack.services import sns, stepfunctions

from emulator.ministack.stepfunctions import sdk_names
from emulator.ministack.stepfunctions.execution_run import ExecutionRun, require_run
from emulator.ministack.stepfunctions.integration_permissions import require_allowed
from emulator.ministack.stepfunctions.internals import ExecutionError
from emulator.ministack.stepfunctions.nested_executions import START, start_execution
from emulator.ministack.stepfunctions.sdk_calls import call_sdk

_PUBLISH = re.compile(r"arn:[\w-]+:states:::sns:publish")


def call_service(run: ExecutionRun, resource: str, arguments: Any, real_seconds: float | None) -> Any:
    """Call a service; return its result. Raises ExecutionError or RunEnded.

    Raises States.Timeout after `real_seconds`: the service's work takes real time, so the time-out is not scaled.
    """
    outcome: list[Callable[[], Any]] = []
    done = threading.Event()

    def work() -> None:
        outcome.append(_outcome(resource, arguments))
        done.set()

    threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True).start()
    if not run.wait_for(done, real_seconds):
        raise ExecutionError("States.Timeout", None)
    return outcome[0]()


def _outcome(resource: str, arguments: Any) -> Callable[[], Any]:
    """Call the service; return a function that returns its result or raises its error in the waiting thread."""
    try:
        result = _invoke(resource, arguments)
    except Exception as error:  # noqa: BLE001 - the waiting thread raises it again
        failure = error
        return lambda: _raise(failure)
    return lambda: result


def _raise(error: Exception) -> None:
    raise error


def _invoke(resource: str, arguments: Any) -> Any:
    role_arn = require_run().state_machine["roleArn"]
    require_allowed(role_arn, resource, arguments)
    if _PUBLISH.fullmatch(resource):
        return _publish(arguments)
    if resource == START:
        return start_execution(arguments)
    if operation := sdk_names.parse(resource):
        return call_sdk(role_arn, *operation, arguments)
    return stepfunctions._invoke_resource(resource, arguments)


def _publish(arguments: Any) -> dict[str, Any]:
    """Publish to SNS. An error has the name of its class in AWS's SDK; MiniStack has one name for all."""
    status, _, body = sns._publish(arguments)
    answer = {element.tag.rpartition("}")[2]: element.text for element in ElementTree.fromstring(body).iter()}  # noqa: S314 -- MiniStack's own
    if status < 400:
        return {"MessageId": answer["MessageId"]}
    code = str(answer["Code"])
    about = f"Service: AmazonSNS; Status Code: {status}; Error Code: {code}; Request ID: {answer['RequestId']}"
    raise ExecutionError(
        f"SNS.{code.removesuffix('Exception')}Exception", f"{answer['Message']} ({about}; Proxy: null)"
    )
