"""The action DescribeEvents."""

import math
from typing import Any

from emulator.beanstalk.call import Call, Result
from emulator.beanstalk.model import Event
from emulator.beanstalk.state import State

_SEVERITIES = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
_LARGEST_PAGE = 1000
_FILTERS = {
    "ApplicationName": "application",
    "VersionLabel": "version",
    "TemplateName": "template",
    "EnvironmentId": "environment_id",
    "EnvironmentName": "environment",
    "RequestId": "request_id",
}
"""The attributes of events by the parameters of a call."""


class EventActions:
    """The action about events."""

    def __init__(self, state: State) -> None:
        self._state = state

    def describe(self, call: Call) -> Result:
        """DescribeEvents: newest first. The token is the page's last event's number, so new events shift no page."""
        token = call.next_token
        older_than = math.inf if token is None else token
        found = _matching(call, [event for event in reversed(self._state.events) if event.number < older_than])
        page = found[: call.get("MaxRecords", _LARGEST_PAGE)]
        next_token = str(page[-1].number) if len(page) < len(found) else None
        return {"Events": [_description(event) for event in page], "NextToken": next_token}


def _matching(call: Call, events: list[Event]) -> list[Event]:
    """Return the events that pass the filters of a call."""
    if call.get("PlatformArn") is not None:
        return []  # no event is about a custom platform
    severities = _SEVERITIES[_SEVERITIES.index(call.get("Severity", "TRACE")) :]
    start, end = call.get("StartTime", 0), call.get("EndTime", math.inf)
    found = [event for event in events if start <= event.date < end and event.severity in severities]
    for name, attribute in _FILTERS.items():
        if (wanted := call.get(name)) is not None:
            found = [event for event in found if getattr(event, attribute) == wanted]
    return found


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
