"""One run of an execution: its history, its end, and all that waits in it.

The emulator leaves an execution's thread to itself: it goes on after StopExecution, knows no time-out of the state
machine, and writes into the history of an execution that has ended. Here whoever ends the run wakes what waits in it,
and what still goes on finds out at its next event.
"""

import json
import threading
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ministack.services import stepfunctions

from emulator.clock import Clock

MAXIMUM_EVENTS = 25_000
MAXIMUM_PAYLOAD_BYTES = 256 * 1024
SERVICE = "ministack.services.stepfunctions"

ExecutionError: type[Exception] = stepfunctions._ExecutionError

_previous_event: ContextVar[int] = ContextVar("previous_event", default=0)


class RunEnded(Exception):  # noqa: N818 - no error: whatever raises it has nothing left to do
    """The run has ended meanwhile: stopped, timed out, or failed in another branch."""


@dataclass(frozen=True)
class EnteredState:
    """A state of the machine as it was entered, which is where a redrive resumes.

    `data` and `variables` are JSON; `time` is when it was entered, `event` the id of the event that tells of it.
    """

    name: str
    data: str
    variables: str
    time: str
    event: int


class ExecutionRun:
    """One run of an execution, from its start or a redrive to its end. Threads share it.

    `execution` is the emulator's record, which its API describes. `entry` is the state that the run is in. The
    definition stays the one that the state machine had at the start, in redrives as well.
    """

    def __init__(
        self, clock: Clock, execution: dict[str, Any], state_machine: dict[str, Any], entry: EnteredState | None = None
    ) -> None:
        self.clock = clock
        self.execution = execution
        self.state_machine = dict(state_machine)
        self.definition: dict[str, Any] = json.loads(state_machine["definition"])
        self.entry = entry
        self.changing = threading.RLock()
        # Not the execution's status: what is left of an earlier run must not come alive when that runs again.
        self._over = bool(execution["status"] != "RUNNING")
        self._asleep: set[threading.Event] = set()
        self._timer: threading.Timer | None = None

    def redriven(self) -> "ExecutionRun":
        """Set the ended execution running again, and return the run that resumes where this one ended."""
        execution = self.execution
        for name in ("error", "cause"):
            execution.pop(name, None)
        count = execution.get("redriveCount", 0) + 1
        date = iso(self.clock.time())
        execution.update(status="RUNNING", stopDate=None, output=None, redriveCount=count, redriveDate=date)
        run = ExecutionRun(self.clock, execution, self.state_machine, self.entry)
        run._append("ExecutionRedriven", {"redriveCount": count}, len(execution["events"]))
        stepfunctions._emit_execution_status_event(execution)
        return run

    def start(self) -> None:
        """Begin, and begin the state machine's own time-out. Raises RunEnded."""
        self.execution["events"][0]["previousEventId"] = 0
        _previous_event.set(self._before_the_first())
        with self.changing:
            self.check()
            if seconds := self.definition.get("TimeoutSeconds"):
                began = self.execution.get("redriveDate", self.execution["startDate"])
                end = datetime.fromisoformat(began).timestamp() + seconds
                self._timer = threading.Timer(
                    self.clock.real(seconds), copy_context().run, (self._end_in_time_out, end)
                )
                self._timer.daemon = True
                self._timer.start()

    def _before_the_first(self) -> int:
        """The event that the first one of this run follows: after a redrive, the original entry of the state."""
        if self.entry is None:
            return 0
        fails = self.definition["States"][self.entry.name]["Type"] == "Fail"
        return len(self.execution["events"]) if fails else self.entry.event

    @property
    def over(self) -> bool:
        return self._over

    def record(self, event_type: str, details: dict[str, Any] | None = None) -> int:
        """Append an event to the history and return its id. Raises RunEnded."""
        with self.changing:
            self.check()
            if len(self.execution["events"]) + 1 >= MAXIMUM_EVENTS:
                cause = f"The execution reached the maximum number of history events ({MAXIMUM_EVENTS})."
                self.fail("States.Runtime", cause)
                raise RunEnded
            return self._append(event_type, details, _previous_event.get())

    def check(self) -> None:
        """Raises RunEnded when the run has ended."""
        if self.over:
            raise RunEnded

    def wait(self, account_seconds: float) -> None:
        """Wait for so many account seconds. Raises RunEnded as soon as the run ends."""
        self.wait_for(threading.Event(), self.clock.real(account_seconds))

    def wait_for(self, event: threading.Event, real_seconds: float | None) -> bool:
        """Wait for an event; return whether it came in time. Raises RunEnded as soon as the run ends."""
        with self.changing:
            self.check()
            self._asleep.add(event)
        try:
            event.wait(None if real_seconds is None else max(0.0, real_seconds))
        finally:
            with self.changing:
                self._asleep.discard(event)
        self.check()
        return event.is_set()

    def succeed(self, output: Any) -> None:
        written = encode(output)
        self._end("SUCCEEDED", {"output": written, "outputDetails": {"truncated": False}}, {"output": written})

    def fail(self, error: str, cause: str | None) -> None:
        found = _without_none({"error": error, "cause": cause})
        self._end("FAILED", found, found)

    def abort(self, error: str | None, cause: str | None) -> None:
        found = _without_none({"error": error, "cause": cause})
        self._end("ABORTED", found, found)

    def _end_in_time_out(self, end: float) -> None:
        # The execution itself shows no error then: only its last event does.
        self._end("TIMED_OUT", {"error": "States.Timeout"}, {"stopDate": iso(end)})

    def _end(self, status: str, details: dict[str, Any], shown: dict[str, Any]) -> None:
        """Ending twice does nothing: the first end counts."""
        with self.changing:
            if self.over:
                return
            self._over = True
            self.execution.update({"status": status, "stopDate": iso(self.clock.time()), **shown})
            words = "".join(word.capitalize() for word in status.split("_"))
            from_inside = status in ("SUCCEEDED", "FAILED")
            self._append(f"Execution{words}", details, _previous_event.get() if from_inside else 0)
            for event in self._asleep:
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
            "timestamp": iso(self.clock.time()),
        }
        if details is not None:
            event[_details_key(event_type)] = details
        self.execution["events"].append(event)
        _previous_event.set(number)
        return number


current: ContextVar[ExecutionRun | None] = ContextVar("current_run", default=None)
"""The run that this thread works for, if any."""


def current_run() -> ExecutionRun:
    """The run that this thread works for; its absence is a mistake of the corrections."""
    run = current.get()
    if run is None:
        raise LookupError("A state that belongs to an execution is executed outside of any.")
    return run


def iso(epoch: float) -> str:
    """A time as Step Functions writes it."""
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def encode(value: Any) -> str:
    """Compact JSON. Raises States.DataLimitExceeded for more than 256 KiB."""
    written = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    if len(written.encode()) > MAXIMUM_PAYLOAD_BYTES:
        cause = "The state/task returned a result with a size exceeding the maximum number of bytes service limit."
        raise ExecutionError("States.DataLimitExceeded", cause)
    return written


def _details_key(event_type: str) -> str:
    for common in ("StateEntered", "StateExited"):
        if event_type.endswith(common):
            return f"s{common[1:]}EventDetails"
    return f"{event_type[0].lower()}{event_type[1:]}EventDetails"


def _without_none(details: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in details.items() if value is not None}
