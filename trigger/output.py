"""Writes what happens in a release: for a person at a terminal, for a log, or as JSON lines for a program."""

import json
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from shutil import get_terminal_size
from typing import Any

LONGEST_CAUSE = 20_000
"""In characters."""
PIPELINE_COMMAND = re.compile(r"##(?=(vso)?\[)", re.IGNORECASE)
"""The start of a command to the agent of Azure Pipelines or GitHub Actions, anywhere in a line."""
REPEAT_AFTER = timedelta(minutes=1)
"""The time after which a log shows again what the release waits for."""
FAILURES = ("TaskFailed", "TaskTimedOut", "TaskStartFailed", "TaskSubmitFailed")
WAITING = frozenset({"EnvironmentNotReadyError", "EnvironmentReadySoonError"})


class Output:
    """Writes to the standard output, errors to the standard error.

    `as_json`: write a JSON object a line, with the first line of the text and the facts.
    """

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._in_place = sys.stdout.isatty() and not as_json
        self._started: datetime | None = None
        self._entered = self._written = datetime.min.replace(tzinfo=UTC)
        self._kind = ""

    def write(self, event: str, text: str, *, passing: bool = False, **facts: Any) -> None:
        """Write one message. At a terminal, the next message overwrites a `passing` one."""
        if self._as_json:
            print(
                json.dumps({"event": event, "text": text.strip().partition("\n")[0], **facts}, default=str), flush=True
            )
            return
        over, end = ("\r\x1b[K", "" if passing else "\n") if self._in_place else ("", "\n")
        shown = sanitized(text)
        if not end:  # only a single line can be overwritten
            shown = shown[: get_terminal_size().columns - 1]
        print(f"{over}{shown}", end=end, file=sys.stderr if event == "error" else sys.stdout, flush=True)

    def write_history_event(self, event: Mapping[str, Any]) -> None:
        """Write what an event of the execution's history means to people. Call it with the oldest event first."""
        at = event["timestamp"]
        self._started = self._started or at
        if event["type"] in ("TaskStateEntered", "WaitStateEntered"):
            state = event["stateEnteredEventDetails"]["name"]
            self._entered = at
            hint = "  answer with: approve, or reject" if state == "AwaitApproval" else ""
            self.write("stage", f"{minutes_and_seconds(at - self._started):>7}  {state}{hint}", state=state, at=at)
        elif event["type"] in FAILURES:
            self._write_failure(at, **event[f"t{event['type'][1:]}EventDetails"])

    def _write_failure(self, at: datetime, error: str = "unknown", cause: str = "", **_: Any) -> None:
        waiting = error in WAITING
        message = cause_message(cause)
        words = waiting_for(message) if waiting else f"failed: {error}"  # the summary tells the cause, once
        kind = re.sub(r"\d+", "", words) if waiting else words  # a new count alone is not news
        if kind != self._kind or (waiting and at - self._written >= REPEAT_AFTER) or self._in_place:
            self._kind, self._written = kind, at
            text = f"         {words}, {minutes_and_seconds(at - self._entered)}" if waiting else f"         {words}"
            facts = {} if waiting else {"error": error, "cause": message}
            self.write("waiting" if waiting else "failure", text, passing=waiting, at=at, **facts)


def cause_message(cause: str) -> str:
    """Return the message in the cause of a function's exception, which is JSON, or else the cause itself; one line."""
    try:
        words = str(json.loads(cause)["errorMessage"])
    except (KeyError, RecursionError, TypeError, ValueError):
        words = cause
    return " ".join(words[:LONGEST_CAUSE].split())


def sanitized(text: str) -> str:
    """Return text that is safe to show: it moves no cursor, and gives a pipeline's agent no command."""
    shown = "".join(each if each.isprintable() or each == "\n" else "?" for each in text)
    return PIPELINE_COMMAND.sub("# #", shown)


def waiting_for(text: str) -> str:
    """Return in short what an EnvironmentNotReadyError waits for. `text`: its message."""
    if found := re.search(r"Found (?:it at )?(\S+) \(e-\w+\) (\w+), (\w+), ", text):
        return f"waiting for {found[1]}: {found[2]}" + (f", {found[3]}" if found[2] == "Ready" else "")
    found = re.match(r"Expected (.+?)\. Found (.+?)\. ", text)
    return f"waiting for {found[1]}: {found[2]}" if found else text


def minutes_and_seconds(duration: timedelta) -> str:
    """Return a duration such as 1:05."""
    minutes, seconds = divmod(round(duration.total_seconds()), 60)
    return f"{minutes}:{seconds:02d}"
