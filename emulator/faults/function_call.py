"""Calls of AWS's services that the account's functions make. A header tells them from other calls."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

CALLER_HEADER = "X-Emulator-Caller"
"""In each request of a function: service, action, function name and process id, separated by spaces."""

_HEADER = CALLER_HEADER.lower().encode()


@dataclass(frozen=True)
class FunctionCall:
    """One call of a function or of a state machine.

    `service` as IAM policies name it; `action` as the API names it; `function`: the caller's name.
    `process`: the process id of the function's worker; None for a call of a state machine. `path`: of the request.
    """

    service: str
    action: str
    function: str
    process: int | None = None
    path: str = ""

    @classmethod
    def from_headers(cls, headers: Iterable[tuple[bytes, bytes]], path: str = "") -> Self | None:
        """Return the call that a request's headers name; None when a function did not send it."""
        for name, value in headers:
            if name.lower() == _HEADER:
                service, action, function, process = value.decode("latin-1").split()
                return cls(service, action, function, int(process), path)
        return None

    def as_dict(self) -> dict[str, str]:
        """Return the call's entry in the journal."""
        return {"service": self.service, "action": self.action, "function": self.function}
