"""What people read about a failed release: what to do, then the cause in a few lines. The console has the rest."""

from collections.abc import Sequence
from textwrap import shorten, wrap

WIDTH = 74
"""Lines fit into 80 columns, with the indent of the summary."""
CAUSE_LINES, FIRST_LINES = 5, 1
"""The most lines of a cause, and how many of them are from its start."""
SHOWN_EVENTS = 3
OF_THE_INPUT = "InvalidRequestError"
OF_THE_LOCK = "LockLostError"
OF_THE_VERSION = ("DeploymentFailedError", "RegistrationFailedError", "ReleaseTestFailedError")


def advice(error: str, *, redrivable: bool) -> str:
    """Return what to do after that error, in one line; a redrive only where it can help. Empty if nothing is known."""
    if error == OF_THE_INPUT:
        return "correct the input and start again: a redrive has the same input"
    if error == OF_THE_LOCK and redrivable:
        return "redrive, unless the execution that the cause names runs, or succeeded later"
    if error in OF_THE_VERSION:
        return "correct the version and start again; redrive if the cause lies elsewhere"
    return "remove the cause, then redrive resumes the release" if redrivable else ""


def cause_lines(error: str, cause: str) -> list[str]:
    """Return the error and its cause in at most CAUSE_LINES lines, cut after the first: the end says what to do."""
    lines = wrap(f"{error}: {cause}", WIDTH, break_on_hyphens=False)
    if len(lines) <= CAUSE_LINES:
        return lines
    return [*lines[:FIRST_LINES], f"... {lines[FIRST_LINES - CAUSE_LINES]}", *lines[FIRST_LINES - CAUSE_LINES + 1 :]]


def new_events(events: Sequence[str], cause: str) -> list[str]:
    """Return the events that the cause does not tell already, a line each. Shape: "environment: message"."""
    told = [event for event in events if event.partition(": ")[2] not in cause]
    return [shorten(f"Elastic Beanstalk: {event}", WIDTH, placeholder=" ...") for event in told[-SHOWN_EVENTS:]]
