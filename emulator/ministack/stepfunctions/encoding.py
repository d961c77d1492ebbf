"""Payloads and times as Step Functions writes them."""

import json
from datetime import UTC, datetime
from typing import Any

from emulator.ministack.stepfunctions.internals import ExecutionError

MAX_PAYLOAD_BYTES = 256 * 1024


def encode_payload(value: Any) -> str:
    """Return compact JSON. Raises States.DataLimitExceeded for more than 256 KiB."""
    payload = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    if len(payload.encode()) > MAX_PAYLOAD_BYTES:
        cause = "The state/task returned a result with a size exceeding the maximum number of bytes service limit."
        raise ExecutionError("States.DataLimitExceeded", cause)
    return payload


def format_time(epoch: float) -> str:
    """Return an epoch second as an ISO 8601 time with milliseconds."""
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def details_key(event_type: str) -> str:
    """Return the name of the field in which an event of the history has its details."""
    for common in ("StateEntered", "StateExited"):
        if event_type.endswith(common):
            return f"s{common[1:]}EventDetails"
    return f"{event_type[0].lower()}{event_type[1:]}EventDetails"
