"""Every change of an execution's status goes to EventBridge, and is counted in CloudWatch."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime
from typing import Any

from ministack.services import eventbridge

from emulator.clock import Clock
from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.execution_metrics import record_metrics
from emulator.ministack.stepfunctions.internals import MODULE
from emulator.ministack.stepfunctions.redrives import status_fields

_log = logging.getLogger(__name__)
_ABSENT = ("stateMachineVersionArn", "stateMachineAliasArn", "redriveDate", "redriveStatusReason")


def replacements(clock: Clock) -> list[Replacement]:
    return [Replacement(MODULE, "_emit_execution_status_event", "9c89e45693e3", StatusChanges(clock).publish)]


class StatusChanges:
    """Publishes the changes in their order, in a thread of its own: an execution does not wait for those who hear."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._publisher = ThreadPoolExecutor(max_workers=1, thread_name_prefix="status-changes")

    def publish(self, execution: dict[str, Any]) -> None:
        """Publish and count the current status of an execution. Express executions have no events."""
        names = ("status", "stateMachineArn", "startDate", "stopDate", "redriveCount")
        status = {name: execution[name] for name in names if name in execution}
        self._publisher.submit(copy_context().run, _count, status)
        if not execution.get("sync"):
            self._publisher.submit(copy_context().run, _put, execution["executionArn"], self._detail(execution))

    def _detail(self, execution: dict[str, Any]) -> dict[str, Any]:
        """Return the event's `detail`; dates are epoch milliseconds. Source: the guide's page on events."""
        succeeded = execution["status"] == "SUCCEEDED"
        names = ("executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate", "input", "inputDetails")
        detail = {
            **dict.fromkeys(_ABSENT),
            **{name: execution[name] for name in names},
            "output": execution["output"] if succeeded else None,
            "outputDetails": execution["outputDetails"] if succeeded else None,
            "error": execution.get("error"),
            "cause": execution.get("cause"),
            **status_fields(execution, self._clock.time()),
        }
        dates = {name: _milliseconds(detail[name]) for name in ("startDate", "stopDate", "redriveDate")}
        return {**detail, **dates}


def _milliseconds(date: str | None) -> int | None:
    return None if date is None else int(datetime.fromisoformat(date).timestamp() * 1000)


def _count(status: dict[str, Any]) -> None:
    try:
        record_metrics(status)
    except Exception:  # noqa: BLE001 - an execution does not fail with its metrics
        _log.exception("CloudWatch did not get a status change of %s", status["stateMachineArn"])


def _put(arn: str, detail: dict[str, Any]) -> None:
    entry = {
        "Source": "aws.states",
        "DetailType": "Step Functions Execution Status Change",
        "Detail": json.dumps(detail),
        "Resources": [arn],
    }
    try:
        eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
    except Exception:  # noqa: BLE001 - an execution does not fail with its events
        _log.exception("EventBridge did not get a status change of %s", arn)
