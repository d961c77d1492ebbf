"""When an execution can be redriven, and its redrive fields. Sources: the guide's page on redrive, answers of AWS."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

PERIOD_SECONDS = 14 * 24 * 3600
"""Account seconds after its end in which an execution can be redriven."""
EVENTS_LIMIT = 24_999
"""A history with as many events has no space for ExecutionRedriven and one more event."""
TOKEN_SECONDS = 15 * 60
"""Account seconds in which a client token is valid."""
MAX_TOKENS = 10

Execution = Mapping[str, Any]


def reason_against(execution: Execution, now: float) -> str | None:
    """Return why an execution cannot be redriven at an account time (epoch seconds); None when it can."""
    status = execution["status"]
    if status in ("RUNNING", "SUCCEEDED"):
        return f"Execution is {status} and cannot be redriven"
    if len(execution["events"]) >= EVENTS_LIMIT:
        return "Execution history event limit exceeded"
    if now - datetime.fromisoformat(execution["stopDate"]).timestamp() > PERIOD_SECONDS:
        return "Execution redrivable period exceeded"
    return None


def status_fields(execution: Execution, now: float) -> dict[str, Any]:
    """Return the redrive fields of DescribeExecution and of a status change, without those that the execution lacks."""
    reason = reason_against(execution, now)
    if reason is None:
        return {**list_fields(execution), "redriveStatus": "REDRIVABLE"}
    return {**list_fields(execution), "redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": reason}


def list_fields(execution: Execution) -> dict[str, Any]:
    """Return the redrive fields of an item of ListExecutions."""
    count = {"redriveCount": execution.get("redriveCount", 0)}
    return {**count, "redriveDate": execution["redriveDate"]} if "redriveDate" in execution else count


class ClientTokens:
    """The client tokens of one execution's redrives: the last 10, each for 15 account minutes."""

    def __init__(self) -> None:
        self._dates: dict[str, tuple[str, float]] = {}

    def add(self, token: str, date: str, now: float) -> None:
        self._dates[token] = (date, now)
        for oldest in list(self._dates)[:-MAX_TOKENS]:
            del self._dates[oldest]

    def date(self, token: str | None, now: float) -> str | None:
        """Return the date of the redrive that used a token; None when the token is not known or no longer valid."""
        date, used = self._dates.get(token or "", (None, 0.0))
        return date if date and now - used < TOKEN_SECONDS else None
