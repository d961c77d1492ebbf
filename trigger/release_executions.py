"""The executions of the state machine that release one blue environment."""

import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import count, takewhile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

RUNNING = "RUNNING"
UNDER_WAY = (RUNNING, "PENDING_REDRIVE")
"""The statuses of a release that goes on. AWS lists PENDING_REDRIVE for map runs only, never by state machine."""
LONGEST_SEARCH = 100
"""The most executions of each status that a search looks at."""
BESIDE_APPROVAL = frozenset({"WatchApproval", "TellApprovers"})
"""The states that an execution may enter while it waits for approval."""

Found = Mapping[str, Any]
"""An answer of AWS, with the keys of its API."""


class ReleaseExecutions:
    """The executions of a state machine. `request`: the execution input. All methods raise botocore's exceptions."""

    def __init__(self, states: "SFNClient", machine: str, request: Mapping[str, Any]) -> None:
        self.states = states
        self._machine, self._request = machine, request

    def start(self) -> str:
        """Start an execution and return its ARN; return the running one if its name and input are the same."""
        text = json.dumps(self._request, sort_keys=True)
        name = f"{re.sub('[^A-Za-z0-9]+', '-', self._words)}-{sha256(text.encode()).hexdigest()[:8]}"
        numbers = count(2)
        numbered = name
        while True:
            try:
                started = self.states.start_execution(stateMachineArn=self._machine, name=numbered, input=text)
                return started["executionArn"]
            except (
                self.states.exceptions.ExecutionAlreadyExists
            ):  # it has ended; Step Functions keeps its name for 90 days
                numbered = f"{name}-{next(numbers)}"

    @property
    def _words(self) -> str:
        """The first part of the name of an execution."""
        return f"{self._request['blue']}-{self._request.get('version', '')[:15]}-{self._request['mode']}"

    def newest(self, status: str | None = None) -> Found | None:
        """Return the newest execution of any status, or of this one; never a dry run."""
        listed = self._list(**({"statusFilter": status} if status else {}))
        described = (self.states.describe_execution(executionArn=item["executionArn"]) for item in listed)
        return next((found for found in described if self._is_ours(json.loads(found["input"]))), None)

    def _list(self, **wanted: Any) -> Iterator[Found]:
        pages = self.states.get_paginator("list_executions").paginate(
            stateMachineArn=self._machine, PaginationConfig={"MaxItems": LONGEST_SEARCH}, **wanted
        )
        return (each for page in pages for each in page["executions"])

    def _is_ours(self, asked: Any) -> bool:
        if not isinstance(asked, dict) or asked.get("dry_run"):
            return False
        return all(asked.get(name) == self._request[name] for name in ("application", "blue"))

    def events(self, execution: str, after: int = 0) -> Iterator[Found]:
        """Return the history after the event of that number, newest first."""
        pages = self.states.get_paginator("get_execution_history").paginate(executionArn=execution, reverseOrder=True)
        return takewhile(lambda event: event["id"] > after, (event for page in pages for event in page["events"]))

    def current_state(self, execution: str) -> str | None:
        """Return the name of the state that the execution entered last."""
        entered = (event.get("stateEnteredEventDetails") for event in self.events(execution))
        return next((each["name"] for each in entered if each and each["name"] not in BESIDE_APPROVAL), None)

    def approval_token(self, execution: str) -> str | None:
        """Return the token of the open request for approval; None if none is open."""
        for event in self.events(execution):
            state = event.get("stateEnteredEventDetails") or event.get("stateExitedEventDetails")
            if state and state["name"] not in BESIDE_APPROVAL:
                return None
            asked = json.loads(event.get("taskScheduledEventDetails", {}).get("parameters", "{}"))
            if found := re.search(r"--task-token (\S+)", str(asked.get("Message"))):
                return found[1]
        return None
