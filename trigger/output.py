"""What is told of a release: to a person at a terminal, in a log, or to a program as JSON lines."""

import json
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from shutil import get_terminal_size
from typing import Any

LONGEST = 20_000
"""Characters of a cause."""
COMMAND = re.compile(r"##(?=(vso)?\[)", re.IGNORECASE)
"""Begins an order to the agent of Azure Pipelines or GitHub Actions, wherever it stands in a line."""
AGAIN = timedelta(minutes=1)
"""How often a log is told again what is still waited for."""
FAILURES = ("TaskFailed", "TaskTimedOut", "TaskStartFailed", "TaskSubmitFailed")


class Output:
    """`as_json`: a JSON object for each line, which has the first line of the text, and the facts."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._in_place = sys.stdout.isatty() and not as_json
        self._started: datetime | None = None
        self._entered = self._told = datetime.min.replace(tzinfo=UTC)
        self._kind = ""

    def tell(self, event: str, text: str, *, passing: bool = False, **facts: Any) -> None:
        """Tell one thing. At a terminal, a `passing` one is written over by the next."""
        if self._as_json:
            print(
                json.dumps({"event": event, "text": text.strip().partition("\n")[0], **facts}, default=str), flush=True
            )
            return
        over, end = ("\r\x1b[K", "" if passing else "\n") if self._in_place else ("", "\n")
        shown = harmless(text)
        if not end:  # what is to be written over must fit into one line
            shown = shown[: get_terminal_size().columns - 1]
        print(f"{over}{shown}", end=end, file=sys.stderr if event == "error" else sys.stdout, flush=True)

    def history(self, event: Mapping[str, Any]) -> None:
        """Tell what an event of the execution's history says to people; they come oldest first."""
        at = event["timestamp"]
        self._started = self._started or at
        if event["type"] in ("TaskStateEntered", "WaitStateEntered"):
            state = event["stateEnteredEventDetails"]["name"]
            self._entered = at
            hint = "  answer with: approve, or reject" if state == "AwaitApproval" else ""
            self.tell("stage", f"{clock(at - self._started):>7}  {state}{hint}", state=state, at=at)
        elif event["type"] in FAILURES:
            self._failure(at, **event[f"t{event['type'][1:]}EventDetails"])

    def _failure(self, at: datetime, error: str = "unknown", cause: str = "", **_: Any) -> None:
        waiting = error == "EnvironmentNotReadyError"
        words = waiting_for(message(cause)) if waiting else f"{error}: {message(cause)}"
        kind = re.sub(r"\d+", "", words) if waiting else words  # what only counts on is no news
        if kind != self._kind or (waiting and at - self._told >= AGAIN) or self._in_place:
            self._kind, self._told = kind, at
            text = f"         {words}, {clock(at - self._entered)}" if waiting else f"         {words}"
            self.tell("waiting" if waiting else "failure", text, passing=waiting, at=at)


def message(cause: str) -> str:
    """The words of a function's exception, whose cause is a JSON object with them inside; or the cause. One line."""
    try:
        words = str(json.loads(cause)["errorMessage"])
    except (KeyError, RecursionError, TypeError, ValueError):
        words = cause
    return " ".join(words[:LONGEST].split())


def harmless(text: str) -> str:
    """Text that only shows, whoever wrote it: it moves no cursor, and a pipeline takes no order from it."""
    shown = "".join(each if each.isprintable() or each == "\n" else "?" for each in text)
    return COMMAND.sub("# #", shown)


def waiting_for(text: str) -> str:
    """The little of an EnvironmentNotReadyError that says what is waited for."""
    if found := re.search(r"Found (?:it at )?(\S+) \(e-\w+\) (\w+), (\w+), ", text):
        return f"waiting for {found[1]}: {found[2]}" + (f", {found[3]}" if found[2] == "Ready" else "")
    found = re.match(r"Expected (.+?)\. Found (.+?)\. ", text)
    return f"waiting for {found[1]}: {found[2]}" if found else text


def clock(duration: timedelta) -> str:
    """Minutes and seconds."""
    minutes, seconds = divmod(round(duration.total_seconds()), 60)
    return f"{minutes}:{seconds:02d}"
