"""The record of a blue environment: its production CNAME, its last swap, and the lock between executions.

The execution that it names holds the lock while that execution is RUNNING. After that, the next execution takes the
lock. lambdas/aws/records.py reads and writes the objects.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from lambdas.deployment import Role
from lambdas.errors import ReleaseRefusedError

_EXECUTION = re.compile(r"arn:[a-z-]+:states:[a-z0-9-]+:[0-9]{12}:execution(:[^:\s\x00-\x1f\x7f-\x9f]{1,80}){2}")
PATTERNS = {
    "BlueEnvUrl": re.compile(r"[A-Za-z0-9.-]{1,253}"),
    "green": re.compile(r"[A-Za-z0-9-]{4,40}"),
    "execution": _EXECUTION,
}
"""The keys that a record has, with the form of their values. A person may have edited the object."""
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?\+00:00")
ENVIRONMENT_ID = re.compile(r"e-[a-z0-9]{1,40}")
VERSION = re.compile(r"[^\x00-\x1f\x7f-\x9f]{0,100}")


@dataclass(frozen=True)
class SwapMark:
    """The last swap that this tool asked for, or was about to ask for."""

    to: Role
    """The environment that gets the production CNAME."""
    at: datetime

    def to_json(self) -> dict[str, str]:
        """Return it as the record has it, under the key `swap`."""
        return {"to": self.to, "at": self.at.isoformat()}


@dataclass(frozen=True)
class Success:
    """An execution that succeeded. One that was started before it is out of date."""

    execution: str
    started: datetime
    version: str
    """The version that it released. Empty when Step Functions does not tell."""

    def to_json(self) -> dict[str, str]:
        """Return it as the record has it, under the key `success`."""
        return {"execution": self.execution, "started": self.started.isoformat(), "version": self.version}


@dataclass(frozen=True)
class Record:
    """The record of one blue environment.

    `etag` is the ETag of the object that was read; None before it is written to where all stacks see it.
    """

    production_cname: str
    green: str
    execution: str
    """The ARN of the execution that holds the lock, or held it last."""
    etag: str | None = None
    swap: SwapMark | None = None
    """None also in a record that was written before swaps were written down."""
    success: Success | None = None
    """The last execution that is known to have succeeded before `execution` took the lock."""
    adopted: str = ""
    """The id of a green that this tool did not make, and that an execution has taken over. Empty without one."""
    where: str = field(default="", compare=False)
    """The URL of the object that was read."""

    @classmethod
    def from_json(cls, text: str, etag: str, where: str) -> Self:
        """Return the record in `text`. Raises ReleaseRefusedError when it is not in this tool's form."""
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            data = None
        if not _is_record(data):
            raise ReleaseRefusedError(
                expected=f"{where} to be a record that this tool wrote",
                found=ascii(text[:200]),
                next_step="Delete it if blue holds the production CNAME, then start a new execution.",
            )
        swap, success = data.get("swap"), data.get("success")
        return cls(
            data["BlueEnvUrl"],
            data["green"],
            data["execution"],
            etag,
            SwapMark(swap["to"], datetime.fromisoformat(swap["at"])) if swap else None,
            Success(**success | {"started": datetime.fromisoformat(success["started"])}) if success else None,
            data.get("adopted", ""),
            where,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the keys that the object has of it. Functions of before ignore all but the first three."""
        written: dict[str, Any] = {
            "BlueEnvUrl": self.production_cname,
            "green": self.green,
            "execution": self.execution,
        }
        parts = {"swap": self.swap, "success": self.success}
        written |= {"adopted": self.adopted} if self.adopted else {}
        return written | {key: part.to_json() for key, part in parts.items() if part}


def _is_record(data: Any) -> bool:
    if not isinstance(data, dict) or not all(_matches(data.get(key), pattern) for key, pattern in PATTERNS.items()):
        return False
    adopted = data.get("adopted", "")
    return (
        _is_swap(data.get("swap"))
        and _is_success(data.get("success"))
        and (adopted == "" or _matches(adopted, ENVIRONMENT_ID))
    )


def _is_swap(swap: Any) -> bool:
    return swap is None or (
        isinstance(swap, dict) and swap.get("to") in ("blue", "green") and _is_moment(swap.get("at"))
    )


def _is_success(success: Any) -> bool:
    return success is None or (
        isinstance(success, dict)
        and success.keys() == {"execution", "started", "version"}
        and _matches(success["execution"], _EXECUTION)
        and _is_moment(success["started"])
        and _matches(success["version"], VERSION)
    )


def _is_moment(value: object) -> bool:
    try:
        return _matches(value, MOMENT) and bool(datetime.fromisoformat(str(value)))
    except ValueError:  # a 32nd of January
        return False


def _matches(value: object, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
