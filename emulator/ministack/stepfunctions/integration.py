"""What a Task state calls, and the events of the call in the history."""

import re
from collections.abc import Mapping
from typing import Any

from ministack.core.responses import get_region

from emulator.ministack.stepfunctions.internals import shown_name

Event = tuple[str, dict[str, Any] | None]

_OPTIMIZED = re.compile(r"arn:aws:states:::(aws-sdk:[^:]+|[^:]+):(.+)")


class Integration:
    """A Task's Resource: a service integration (`Task...` events), the ARN of a function (`LambdaFunction...` events)
    or an activity (`Activity...` events). Each method returns an event's type and details.
    """

    def __init__(self, resource: str) -> None:
        self.resource = resource
        if service := _OPTIMIZED.fullmatch(resource):
            self._kind = "Task"
            self._called = {"resourceType": service[1], "resource": service[2]}
        else:
            self._kind = "Activity" if ":activity:" in resource else "LambdaFunction"
            self._called = {}

    def scheduled(self, arguments: str, limits: Mapping[str, float]) -> Event:
        names = {"TimeoutSeconds": "timeoutInSeconds", "HeartbeatSeconds": "heartbeatInSeconds"}
        bounds = {names[name]: int(seconds) for name, seconds in limits.items()}
        if self._called:
            details = {**self._called, "region": get_region(), "parameters": arguments}
        else:
            details = {"resource": self.resource, "input": arguments, "inputDetails": {"truncated": False}}
        return f"{self._kind}Scheduled", {**details, **bounds}

    def started(self) -> Event:
        return f"{self._kind}Started", self._called or None

    def submitted(self, output: str) -> Event:
        return f"{self._kind}Submitted", {**self._called, "output": output, "outputDetails": {"truncated": False}}

    def succeeded(self, output: str) -> Event:
        return f"{self._kind}Succeeded", {**self._called, "output": output, "outputDetails": {"truncated": False}}

    def failed(self, error: str, cause: str | None) -> Event:
        """Return the event of a failure. Time-outs have another event type, and no cause."""
        error = shown_name(error)
        end = "TimedOut" if error == "States.Timeout" else "Failed"
        details = {"error": error} if cause is None else {"error": error, "cause": cause}
        return f"{self._kind}{end}", {**self._called, **details}
