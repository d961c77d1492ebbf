"""The action DescribeEvents."""

import math
from collections.abc import Callable
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
        matches = _filter(call)
        found = [event for event in reversed(self._state.events) if event.number < older_than and matches(event)]
        page = found[: call.get("MaxRecords", _LARGEST_PAGE)]
        next_token = str(page[-1].number) if len(page) < len(found) else None
        return {"Events": [_description(event) for event in page], "NextToken": next_token}


def _filter(call: Call) -> Callable[[Event], bool]:
    """Return what tells whether an event passes the filters of a call."""
    wanted = [(attribute, call[name]) for name, attribute in _FILTERS.items() if call.get(name) is not None]
    severities = _SEVERITIES[_SEVERITIES.index(call.get("Severity", "TRACE")) :]
    start, end = call.get("StartTime", 0), call.get("EndTime", math.inf)
    if call.get("PlatformArn") is not None:
        return lambda _: False  # no event is about a custom platform

    def matches(event: Event) -> bool:
        return (
            start <= event.date < end
            and event.severity in severities
            and all(getattr(event, attribute) == value for attribute, value in wanted)
        )

    return matches


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
