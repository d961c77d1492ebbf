"""Reads an execution of the state machine: the states that it entered and left, when, and its outcome."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import HistoryEventTypeDef

PAGE = 100
FAILURE_BRANCH = ("KeepGreenLive", "NotifyFailure", "HoldForRedrive")
BESIDE_APPROVAL = ("WatchApproval", "TellApprovers")
"""States that an execution may enter while it waits in AwaitApproval."""


@dataclass
class StateVisit:
    """One visit of the execution to a state; `exited` is None while it lasts. Times are the account's.

    `kind`: the type of the state, as in the definition.
    """

    name: str
    entered: datetime
    exited: datetime | None = None
    kind: str = "Task"

    @property
    def is_stage(self) -> bool:
        """Whether the state does something or waits. Other states only decide."""
        return self.kind in ("Task", "Wait")


@dataclass(frozen=True)
class ExecutionOutcome:
    """The status of an execution, as Step Functions names it; `output` once SUCCEEDED, else `error` and `cause`."""

    status: str
    started: datetime
    stopped: datetime | None
    input: Any
    output: Any
    error: str | None
    cause: str | None

    @property
    def running(self) -> bool:
        """Whether the execution still runs."""
        return self.status == "RUNNING"


class ExecutionReader:
    """Reads one execution. Each `read` adds the events since the last one to `visits`."""

    def __init__(self, states: "SFNClient", arn: str) -> None:
        self._states = states
        self._arn = arn
        self._last_event = 0
        self.visits: list[StateVisit] = []

    def read(self) -> ExecutionOutcome:
        """Update `visits` and return the outcome.

        The outcome is read before the history, so `visits` is never behind it.
        """
        described = self._states.describe_execution(executionArn=self._arn)
        for event in self._new_events():
            self._add(event)
        return ExecutionOutcome(
            status=described["status"],
            started=_utc(described["startDate"]),
            stopped=_utc(described["stopDate"]) if "stopDate" in described else None,
            input=_json(described.get("input")),
            output=_json(described.get("output")),
            error=described.get("error"),
            cause=described.get("cause"),
        )

    def _new_events(self) -> list["HistoryEventTypeDef"]:
        new = [event for page in self._pages_newest_first() for event in page if event["id"] > self._last_event]
        new.reverse()
        if new:
            self._last_event = new[-1]["id"]
        return new

    def _pages_newest_first(self) -> Iterator[list["HistoryEventTypeDef"]]:
        paginator = self._states.get_paginator("get_execution_history")
        pages = paginator.paginate(
            executionArn=self._arn, reverseOrder=True, includeExecutionData=False, PaginationConfig={"PageSize": PAGE}
        )
        for page in pages:
            yield page["events"]
            if not page["events"] or page["events"][-1]["id"] <= self._last_event:
                return

    def _add(self, event: "HistoryEventTypeDef") -> None:
        if event["type"].endswith("StateEntered"):
            self.visits.append(
                StateVisit(
                    name=event["stateEnteredEventDetails"]["name"],
                    entered=_utc(event["timestamp"]),
                    kind=event["type"].removesuffix("StateEntered"),
                )
            )
        elif event["type"].endswith("StateExited"):
            name = event["stateExitedEventDetails"]["name"]
            for visit in reversed(self.visits):
                if visit.name == name and visit.exited is None:
                    visit.exited = _utc(event["timestamp"])
                    return


def failed_visits(visits: Sequence[StateVisit], *, ended: bool = False) -> list[StateVisit]:
    """Return the visits to stages that failed. `ended`: the execution ended after the last visit, with an error."""
    stages = [visit for visit in visits if visit.is_stage and visit.name not in BESIDE_APPROVAL]
    failed = [before for before, after in pairwise(stages) if after.name == FAILURE_BRANCH[0]]
    if ended and stages and stages[-1].name not in FAILURE_BRANCH:
        failed.append(stages[-1])
    return failed


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _json(text: str | None) -> Any:
    return None if text is None else json.loads(text)
