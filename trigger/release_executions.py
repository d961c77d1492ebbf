"""The releases of one blue environment: executions of the state machine."""

import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import count, takewhile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

UNDER_WAY = ("RUNNING", "PENDING_REDRIVE")
LOOK_BACK = 100
"""Executions, of each status that is asked for, among which those of this environment are looked for."""

Found = Mapping[str, Any]
"""What AWS answered, as its API describes it."""


class ReleaseExecutions:
    """By that state machine, with that execution input. All methods raise botocore's exceptions."""

    def __init__(self, states: "SFNClient", machine: str, request: Mapping[str, Any]) -> None:
        self.states = states
        self._machine, self._request = machine, request

    def start(self) -> str:
        """Start an execution, or find the one that runs: Step Functions takes a running one's name and input again."""
        text = json.dumps(self._request, sort_keys=True)
        words = f"{self._request['blue']}-{self._request.get('version', '')[:15]}-{self._request['mode']}"
        name = f"{re.sub('[^A-Za-z0-9]+', '-', words)}-{sha256(text.encode()).hexdigest()[:8]}"
        numbers = count(2)
        numbered = name
        while True:
            try:
                started = self.states.start_execution(stateMachineArn=self._machine, name=numbered, input=text)
                return started["executionArn"]
            except self.states.exceptions.ExecutionAlreadyExists:  # and has ended; it is remembered for 90 days
                numbered = f"{name}-{next(numbers)}"

    def newest(self, *statuses: str) -> Found | None:
        """The newest execution, of any status or one of those; dry runs apart."""
        wanted: list[dict[str, Any]] = [{"statusFilter": status} for status in statuses] or [{}]
        listed = (item for each in wanted for item in self._list(**each))
        described = (self.states.describe_execution(executionArn=item["executionArn"]) for item in listed)
        return next((found for found in described if self._is_ours(json.loads(found["input"]))), None)

    def _list(self, **wanted: Any) -> Iterator[Found]:
        pages = self.states.get_paginator("list_executions").paginate(
            stateMachineArn=self._machine, PaginationConfig={"MaxItems": LOOK_BACK}, **wanted
        )
        return (each for page in pages for each in page["executions"])

    def _is_ours(self, asked: Any) -> bool:
        if not isinstance(asked, dict) or asked.get("dry_run"):
            return False
        return all(asked.get(name) == self._request[name] for name in ("application", "blue"))

    def events(self, execution: str, after: int = 0) -> Iterator[Found]:
        """The history after the event of that number, newest first."""
        pages = self.states.get_paginator("get_execution_history").paginate(executionArn=execution, reverseOrder=True)
        return takewhile(lambda event: event["id"] > after, (event for page in pages for event in page["events"]))

    def state(self, execution: str) -> str | None:
        """The state that it entered last."""
        entered = (event.get("stateEnteredEventDetails") for event in self.events(execution))
        return next((details["name"] for details in entered if details), None)

    def question(self, execution: str) -> str | None:
        """The token of the question that the execution asks a person; None when it asks none."""
        for event in self.events(execution):
            if event["type"].endswith(("StateEntered", "StateExited")):
                return None
            asked = json.loads(event.get("taskScheduledEventDetails", {}).get("parameters", "{}"))
            if found := re.search(r"--task-token (\S+)", str(asked.get("Message"))):
                return found[1]
        return None
