"""Whether and how often an execution was redriven. Source: the guide's page on redrive, and answers of AWS itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

PERIOD_SECONDS = 14 * 24 * 3600
"""Counted from the execution's end."""
EVENTS_LIMIT = 24_999
"""A history with as many events has no room for ExecutionRedriven and one more."""
TOKEN_SECONDS = 15 * 60
TOKENS_KEPT = 10

Execution = Mapping[str, Any]


def reason_against(execution: Execution, now: float) -> str | None:
    """Why an execution cannot be redriven at that account time (epoch seconds); None when it can be."""
    status = execution["status"]
    if status in ("RUNNING", "SUCCEEDED"):
        return f"Execution is {status} and cannot be redriven"
    if len(execution["events"]) >= EVENTS_LIMIT:
        return "Execution history event limit exceeded"
    if now - datetime.fromisoformat(execution["stopDate"]).timestamp() > PERIOD_SECONDS:
        return "Execution redrivable period exceeded"
    return None


def status_fields(execution: Execution, now: float) -> dict[str, Any]:
    """The redrive fields of DescribeExecution and of a status change; those that an execution lacks are left out."""
    reason = reason_against(execution, now)
    standing = {"redriveStatus": "REDRIVABLE"} if reason is None else {"redriveStatus": "NOT_REDRIVABLE"}
    return {**list_fields(execution), **standing, **({} if reason is None else {"redriveStatusReason": reason})}


def list_fields(execution: Execution) -> dict[str, Any]:
    """The redrive fields of an item of ListExecutions."""
    count = {"redriveCount": execution.get("redriveCount", 0)}
    return {**count, "redriveDate": execution["redriveDate"]} if "redriveDate" in execution else count


class ClientTokens:
    """The client tokens of one execution's redrives: the last ten, each for 15 account minutes."""

    def __init__(self) -> None:
        self._dates: dict[str, tuple[str, float]] = {}

    def keep(self, token: str, date: str, now: float) -> None:
        self._dates[token] = (date, now)
        for oldest in list(self._dates)[:-TOKENS_KEPT]:
            del self._dates[oldest]

    def date(self, token: str | None, now: float) -> str | None:
        """The date of the redrive that the token was used for, whatever has become of the execution since."""
        date, used = self._dates.get(token or "", (None, 0.0))
        return date if date and now - used < TOKEN_SECONDS else None
