"""What the history of an execution says about its release: the stages, the failure, who served users."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from lambdas.errors import EnvironmentNotReadyError, EnvironmentReadySoonError
from lambdas.failure import Failure

WAITING: Final = frozenset({EnvironmentNotReadyError.__name__, EnvironmentReadySoonError.__name__})
"""The errors with which a stage asks for another look."""
FAILURES: Final = ("TaskFailed", "TaskTimedOut", "TaskStartFailed", "TaskSubmitFailed")
ENDS: Final = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionAborted": "ABORTED",
    "ExecutionTimedOut": "TIMED_OUT",
}
"""The status of an execution by the event of its end."""
SERVED_BY: Final = "Users are served by"
"""How the line of a notice begins that tells it."""


@dataclass
class ReportedStage:
    """One run of a stage. A redrive begins a new one.

    `looks`: how often it was not ready yet. `retries`: how often it was repeated after an error, by the error. `error`,
    `cause`: of the one that ended it.
    """

    name: str
    entered: datetime
    left: datetime | None = None
    looks: int = 0
    retries: Counter[str] = field(default_factory=Counter)
    error: str = ""
    cause: str = ""

    def fail(self, error: str, cause: str) -> None:
        """Take an error, which ends the run unless the stage is repeated."""
        self.error, self.cause = error, cause

    def repeat(self) -> None:
        """Take note that the stage is repeated after its last error, if it had one."""
        if self.error in WAITING:
            self.looks += 1
        elif self.error:
            self.retries[self.error] += 1
        self.error = self.cause = ""


@dataclass
class ReleaseHistory:
    """A release, as far as the history of its execution was read. `events`: how many events were read.

    `request`: the execution input. `deployment`: the newest that a stage passed on; empty before. `failure`, `notice`:
    of the last failure since a redrive, as KeepGreenLive got and told it. `result`: the execution's output. `serving`:
    from when on which environment served users, by the stages; `unknown` after a failure that does not tell.
    """

    started: datetime
    request: Mapping[str, Any] = field(default_factory=dict)
    ended: datetime | None = None
    status: str = "RUNNING"
    error: str = ""
    cause: str = ""
    runs: list[ReportedStage] = field(default_factory=list)
    redriven: list[datetime] = field(default_factory=list)
    deployment: Mapping[str, Any] = field(default_factory=dict)
    failure: Failure | None = None
    notice: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)
    serving: list[tuple[datetime, str]] = field(default_factory=list)
    events: int = 0

    @property
    def stopped(self) -> bool:
        """Whether a person or the time-out ended it, so that no stage of the failure branch ran."""
        return self.status in ("ABORTED", "TIMED_OUT")

    def took(self, run: ReportedStage) -> timedelta:
        """Return how long a run took, up to the end of the release if it was still going on."""
        return (run.left or self.ended or run.entered) - run.entered


def read_history(events: Iterable[Mapping[str, Any]]) -> ReleaseHistory | None:
    """Return what the events say, oldest first; None without any. Shape: the items of GetExecutionHistory."""
    reader = None
    for event in events:
        reader = reader or _Reader(event["timestamp"])
        reader.read(event)
    return reader.history if reader else None


class _Reader:
    """Reads one event after the other."""

    def __init__(self, started: datetime) -> None:
        self.history = ReleaseHistory(started)
        self._runs: dict[int, ReportedStage] = {}  # by the number of each event of theirs: branches run side by side

    def read(self, event: Mapping[str, Any]) -> None:
        self.history.events += 1
        kind = event["type"]
        details = event.get(f"{kind[0].lower()}{kind[1:]}EventDetails", {})
        entered, left = event.get("stateEnteredEventDetails"), event.get("stateExitedEventDetails")
        if kind.startswith("Execution"):
            self._read_execution(kind, event["timestamp"], details)
        elif entered:
            self._enter(event, entered)
        elif run := self._run_of(event):
            self._runs[event["id"]] = run
            if left:
                self._leave(run, event["timestamp"], left)
            elif kind in FAILURES:
                run.fail(details.get("error", "unknown"), details.get("cause", ""))
            elif kind == "TaskScheduled":
                run.repeat()
            elif kind == "TaskStateAborted":
                run.left = event["timestamp"]

    def _run_of(self, event: Mapping[str, Any]) -> ReportedStage | None:
        """Return the run that an event belongs to. An event after the end of a run is of a redrive."""
        run = self._runs.get(event["previousEventId"])
        if run is None or run.left is None:
            return run
        if event["type"] != "TaskScheduled":
            return None
        again = ReportedStage(run.name, event["timestamp"])
        self.history.runs.append(again)
        return again

    def _read_execution(self, kind: str, at: datetime, details: Mapping[str, Any]) -> None:
        history = self.history
        if kind == "ExecutionStarted":
            history.request = _object(details.get("input"))
        elif kind == "ExecutionRedriven":
            history.redriven.append(at)
            history.status, history.ended = "RUNNING", None
            history.failure, history.notice = None, {}
        elif kind in ENDS:
            history.status, history.ended = ENDS[kind], at
            history.error, history.cause = details.get("error", ""), details.get("cause", "")
            history.result = _object(details.get("output"))
            for run in history.runs:
                run.left = run.left or at
                if run.name == "HoldForRedrive" and history.failure and run.error == history.failure.name:
                    run.error = run.cause = ""  # it has not failed: it fails the execution, with that error

    def _enter(self, event: Mapping[str, Any], entered: Mapping[str, Any]) -> None:
        given = _object(entered.get("input"))
        self._keep_deployment(given)
        if entered["name"] == "KeepGreenLive" and isinstance(given.get("failure"), dict):
            self.history.failure = Failure.from_json({"RedriveCount": 0, **given["failure"]})
            self.history.notice = {}
        if event["type"] in ("TaskStateEntered", "WaitStateEntered"):
            run = ReportedStage(entered["name"], event["timestamp"])
            self.history.runs.append(run)
            self._runs[event["id"]] = run

    def _leave(self, run: ReportedStage, at: datetime, left: Mapping[str, Any]) -> None:
        run.left = at
        passed_on = _object(left.get("output"))
        self._keep_deployment(passed_on)
        if run.error:
            return
        if run.name == "KeepGreenLive":
            self.history.notice = passed_on["notice"] if isinstance(passed_on.get("notice"), dict) else {}
        if role := _role_after(run.name, self.history):
            self.history.serving.append((at, role))

    def _keep_deployment(self, given: Mapping[str, Any]) -> None:
        if isinstance(given.get("deployment"), dict):
            self.history.deployment = given["deployment"]


def told(notice: Mapping[str, Any], what: str) -> str:
    """Return the words of a notice about something, such as SERVED_BY; empty if it has none."""
    lines = str(notice.get("message", "")).splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith(f"{what}: ")), "")


def _role_after(stage: str, history: ReleaseHistory) -> str | None:
    """Return which environment serves users when a stage has ended; None if the stage does not tell."""
    deployment = history.deployment
    if stage == "Plan":
        return "green" if deployment.get("next_step") in ("deploy", "test") else "blue"
    if stage in ("AwaitGreenLive", "AwaitBlueLive"):
        return "green" if stage == "AwaitGreenLive" else "blue"
    if stage != "KeepGreenLive" or (history.failure and history.failure.state == "Plan"):
        return None  # a release that fails in Plan moves nobody
    first = told(history.notice, SERVED_BY).partition(" ")[0]
    return next((role for role in ("blue", "green") if first and first == deployment.get(role)), "unknown")


def _object(text: Any) -> dict[str, Any]:
    """Return the JSON object in a text; an empty one if there is none, such as in a text that was cut."""
    try:
        found = json.loads(text or "{}")
    except (RecursionError, TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
