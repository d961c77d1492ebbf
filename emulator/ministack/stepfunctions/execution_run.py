"""One run of an execution: its history, its waits and its end.

MiniStack lets an execution's thread continue after StopExecution, and ignores the state machine's TimeoutSeconds. Here
the end of a run wakes all its waits, and each of its threads raises RunEnded at the next event.
"""

import json
import threading
from contextvars import ContextVar, copy_context
from datetime import datetime
from typing import Any

from ministack.services import stepfunctions

from emulator.clock import Clock
from emulator.ministack.stepfunctions.branch_scope import BranchScope, current_branch
from emulator.ministack.stepfunctions.encoding import details_key, encode_payload, format_time
from emulator.ministack.stepfunctions.entered_state import EnteredState
from emulator.ministack.stepfunctions.internals import shown_name

MAX_EVENTS = 25_000
_ASIDE = ("IterationSucceeded", "IterationFailed")
_previous_event: ContextVar[int] = ContextVar("previous_event", default=0)


class RunEnded(Exception):  # noqa: N818 - not an error: it ends the thread's work
    """The run has ended: it was stopped, timed out, or failed in another branch."""


class ExecutionRun:
    """One run of an execution, from its start or a redrive to its end. Thread-safe.

    `execution` is MiniStack's record of the execution, which its API describes. `entry` is the state that the run is
    in. `lock` guards both. `over` is set at the run's end. The definition is that of the state machine at the start of
    the execution, also in redrives.
    """

    def __init__(
        self, clock: Clock, execution: dict[str, Any], state_machine: dict[str, Any], entry: EnteredState | None = None
    ) -> None:
        self.clock = clock
        self.execution = execution
        self.state_machine = dict(state_machine)
        self.definition: dict[str, Any] = json.loads(state_machine["definition"])
        self.entry = entry
        self.lock = threading.RLock()
        # Not the execution's status: threads of an earlier run must not continue after a redrive.
        self._ended = bool(execution["status"] != "RUNNING")
        self._waiting: dict[threading.Event, BranchScope | None] = {}
        self.over = threading.Event()
        self._timer: threading.Timer | None = None

    def redriven(self) -> "ExecutionRun":
        """Redrive the ended execution; return the run that resumes where this one ended."""
        execution = self.execution
        for name in ("error", "cause"):
            execution.pop(name, None)
        count = execution.get("redriveCount", 0) + 1
        date = format_time(self.clock.time())
        execution.update(status="RUNNING", stopDate=None, output=None, redriveCount=count, redriveDate=date)
        run = ExecutionRun(self.clock, execution, self.state_machine, self.entry)
        run._append("ExecutionRedriven", {"redriveCount": count}, len(execution["events"]))
        stepfunctions._emit_execution_status_event(execution)
        return run

    def start(self) -> None:
        """Start the run and the state machine's time-out. Raises RunEnded."""
        started = self.execution["events"][0]
        started["previousEventId"] = 0
        started["executionStartedEventDetails"]["inputDetails"] = {"truncated": False}
        _previous_event.set(self._event_before_first())
        with self.lock:
            self.check()
            if seconds := self.definition.get("TimeoutSeconds"):
                start = self.execution.get("redriveDate", self.execution["startDate"])
                end = datetime.fromisoformat(start).timestamp() + seconds
                self._timer = threading.Timer(self.clock.real(seconds), copy_context().run, (self._time_out, end))
                self._timer.daemon = True
                self._timer.start()

    def _event_before_first(self) -> int:
        """Return the id of the event before this run's first: after a redrive, the state's original StateEntered."""
        if self.entry is None:
            return 0
        fails = self.definition["States"][self.entry.name]["Type"] == "Fail"
        return len(self.execution["events"]) if fails else self.entry.event

    @property
    def ended(self) -> bool:
        return self._ended

    def record(self, event_type: str, details: dict[str, Any] | None = None, previous: int | None = None) -> int:
        """Append an event to the history and return its id. Raises RunEnded.

        `previous`: the event before it; by default the last one of this thread.
        """
        with self.lock:
            self.check()
            if len(self.execution["events"]) + 1 >= MAX_EVENTS:
                cause = f"The execution reached the maximum number of history events ({MAX_EVENTS})."
                self.fail("States.Runtime", cause)
                raise RunEnded
            return self._append(event_type, details, _previous_event.get() if previous is None else previous)

    def record_aside(self, event_type: str, details: dict[str, Any] | None = None) -> None:
        """Append an event that the next one does not follow: that one follows the event before. Raises RunEnded."""
        before = _previous_event.get()
        self.record(event_type, details)
        _previous_event.set(before)

    def follow_last(self) -> None:
        """Let the next event of this thread follow the last one of all threads, or the one before an aside."""
        with self.lock:
            last = self.execution["events"][-1]
            _previous_event.set(last["previousEventId"] if last["type"].endswith(_ASIDE) else last["id"])

    def check(self) -> None:
        """Raise RunEnded when the run has ended, or the branch that this thread works for."""
        branch = current_branch.get()
        if self.ended or (branch is not None and branch.over):
            raise RunEnded

    def wait(self, account_seconds: float) -> None:
        """Wait for so many account seconds. Raises RunEnded as soon as the run ends."""
        self.wait_for(threading.Event(), self.clock.real(account_seconds))

    def wait_for(self, event: threading.Event, real_seconds: float | None) -> bool:
        """Wait for an event; return whether it was set in time. Raises RunEnded as soon as the run ends."""
        with self.lock:
            self.check()
            self._waiting[event] = current_branch.get()
        try:
            event.wait(None if real_seconds is None else max(0.0, real_seconds))
        finally:
            with self.lock:
                self._waiting.pop(event, None)
        self.check()
        return event.is_set()

    def stop(self, branch: BranchScope) -> None:
        """End a branch: wake its waits; each of its threads raises RunEnded at the next event."""
        with self.lock:
            branch.stopped = True
            for event, waiting in self._waiting.items():
                if waiting is not None and waiting.over:
                    event.set()

    def succeed(self, output: Any) -> None:
        written = encode_payload(output)
        self._end("SUCCEEDED", {"output": written, "outputDetails": {"truncated": False}}, {"output": written})

    def fail(self, error: str, cause: str | None) -> None:
        found = _without_none({"error": shown_name(error), "cause": cause})
        self._end("FAILED", found, found)

    def abort(self, error: str | None, cause: str | None) -> None:
        found = _without_none({"error": error, "cause": cause})
        self._end("ABORTED", found, found)

    def _time_out(self, end: float) -> None:
        # Only the last event has an error; DescribeExecution shows none.
        self._end("TIMED_OUT", {"error": "States.Timeout"}, {"stopDate": format_time(end)})

    def _end(self, status: str, details: dict[str, Any], shown: dict[str, Any]) -> None:
        """End the run. Does nothing when the run has ended already."""
        with self.lock:
            if self.ended:
                return
            self._ended = True
            self.execution.update({"status": status, "stopDate": format_time(self.clock.time()), **shown})
            event_type = "".join(word.capitalize() for word in status.split("_"))
            has_previous = status in ("SUCCEEDED", "FAILED")
            self._append(f"Execution{event_type}", details, _previous_event.get() if has_previous else 0)
            self.over.set()
            for event in self._waiting:
                event.set()
            if self._timer:
                self._timer.cancel()
            stepfunctions._emit_execution_status_event(self.execution)

    def _append(self, event_type: str, details: dict[str, Any] | None, previous: int) -> int:
        number = len(self.execution["events"]) + 1
        event = {
            "id": number,
            "previousEventId": previous,
            "type": event_type,
            "timestamp": format_time(self.clock.time()),
        }
        if details is not None:
            event[details_key(event_type)] = details
        self.execution["events"].append(event)
        _previous_event.set(number)
        return number


current_run: ContextVar[ExecutionRun | None] = ContextVar("current_run", default=None)
"""The run that this thread works for, if any."""


def require_run() -> ExecutionRun:
    """Return the run that this thread works for. Raises LookupError when there is none: a programming error."""
    run = current_run.get()
    if run is None:
        raise LookupError("Expected this thread to run an execution; it does not.")
    return run


def _without_none(details: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in details.items() if value is not None}
