"""DescribeExecution and ListExecutions: with the redrive fields, the redrive filter, and AWS's refusals."""

import json
import sys
from collections.abc import Callable
from typing import Any

from ministack.core.responses import error_response_json, json_response
from ministack.services import stepfunctions

from emulator.clock import Clock
from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.internals import MODULE
from emulator.ministack.stepfunctions.redrives import list_fields, status_fields

DEFAULT_MAX_RESULTS = 100
_NEEDS_MAP_RUN = "The status filter PENDING_REDRIVE cannot be used with a stateMachineArn. Expected a mapRunArn."
_UNSUPPORTED_TYPE = "This operation is not supported by this type of state machine"
_FILTERS = {"REDRIVEN": True, "NOT_REDRIVEN": False}

Response = tuple[int, dict[str, str], bytes]
ApiCall = Callable[[dict[str, Any]], Response]


def replacements(clock: Clock) -> list[Replacement]:
    api = Descriptions(clock, stepfunctions._describe_execution, stepfunctions._list_executions)
    return [
        Replacement(MODULE, "_describe_execution", "c3ad294ad8b5", api.describe),
        Replacement(MODULE, "_list_executions", "741208b30077", api.list),
    ]


class Descriptions:
    """Describes and lists executions."""

    def __init__(self, clock: Clock, describe: ApiCall, list_all: ApiCall) -> None:
        self._clock = clock
        self._original_describe = describe
        self._original_list = list_all

    def describe(self, request: dict[str, Any]) -> Response:
        """Answer DescribeExecution, with the redrive fields and without fields that the execution lacks."""
        response = self._original_describe(request)
        execution = stepfunctions._executions.get(request.get("executionArn"))
        if execution is None:
            return response
        described = json.loads(response[2])
        if described["output"] is None:
            del described["outputDetails"]
        return _answer(_without_none({**described, **status_fields(execution, self._clock.time())}))

    def list(self, request: dict[str, Any]) -> Response:
        """Answer ListExecutions. Refuse an unknown machine, an Express one, and a filter that AWS refuses."""
        if refusal := _refusal(request):
            return refusal
        status, headers, body = self._original_list({**request, "maxResults": sys.maxsize})
        if status != 200:
            return status, headers, body
        found = [_item(each) for each in json.loads(body)["executions"]]
        if request.get("redriveFilter") in _FILTERS:
            wanted = _FILTERS[request["redriveFilter"]]
            found = [each for each in found if (each["redriveCount"] > 0) is wanted]
        limit = request.get("maxResults") or DEFAULT_MAX_RESULTS
        page = found[:limit]
        more = {"nextToken": stepfunctions._encode_execution_token(_with_stop_date(page[-1]))} if found[limit:] else {}
        return _answer({"executions": page, **more})


def _refusal(request: dict[str, Any]) -> Response | None:
    wanted = request.get("stateMachineArn")
    if not wanted:
        return None
    if request.get("statusFilter") == "PENDING_REDRIVE":
        return _refused("ValidationException", _NEEDS_MAP_RUN)
    arn = stepfunctions._resolve_state_machine_arn(wanted)
    if arn is None:
        return _refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{wanted}'")
    if stepfunctions._state_machines[arn]["type"] == "EXPRESS":
        return _refused("StateMachineTypeNotSupported", _UNSUPPORTED_TYPE)
    return None


def _item(item: dict[str, Any]) -> dict[str, Any]:
    return _without_none({**item, **list_fields(stepfunctions._executions[item["executionArn"]])})


def _with_stop_date(item: dict[str, Any]) -> dict[str, Any]:
    return {"stopDate": None, **item}


def _answer(fields: dict[str, Any]) -> Response:
    answer: Response = json_response(fields)
    return answer


def _refused(code: str, message: str) -> Response:
    answer: Response = error_response_json(code, message, 400)
    return answer


def _without_none(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
