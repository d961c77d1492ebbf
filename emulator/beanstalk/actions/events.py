"""The action DescribeEvents."""

import math
from typing import Any

from emulator.beanstalk.call import Call, Result
from emulator.beanstalk.model import Event
from emulator.beanstalk.state import State

_SEVERITIES = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
_LARGEST_PAGE = 1000


class EventActions:
    """The action about events."""

    def __init__(self, state: State) -> None:
        self._state = state

    def describe(self, call: Call) -> Result:
        """DescribeEvents: newest first. The token is the page's last event's number, so new events shift no page."""
        token = call.next_token
        older_than = math.inf if token is None else token
        found = [event for event in reversed(self._state.events) if event.number < older_than and _matches(event, call)]
        page = found[: call.get("MaxRecords", _LARGEST_PAGE)]
        next_token = str(page[-1].number) if len(page) < len(found) else None
        return {"Events": [_description(event) for event in page], "NextToken": next_token}


def _matches(event: Event, call: Call) -> bool:
    filters = {
        "ApplicationName": event.application,
        "VersionLabel": event.version,
        "TemplateName": event.template,
        "EnvironmentId": event.environment_id,
        "EnvironmentName": event.environment,
        "PlatformArn": None,
        "RequestId": event.request_id,
    }
    return (
        all(call.get(name) in (None, value) for name, value in filters.items())
        and _SEVERITIES.index(event.severity) >= _SEVERITIES.index(call.get("Severity", "TRACE"))
        and call.get("StartTime", 0) <= event.date < call.get("EndTime", float("inf"))
    )


def _description(event: Event) -> dict[str, Any]:
    return {
        "EventDate": event.date,
        "Message": event.message,
        "ApplicationName": event.application,
        "VersionLabel": event.version,
        "TemplateName": event.template,
        "EnvironmentName": event.environment,
        "RequestId": event.request_id,
        "Severity": event.severity,
    }
