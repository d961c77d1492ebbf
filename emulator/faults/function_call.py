"""Calls of AWS's services that the account's functions make, told from those of everybody else by a header."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

CALLER_HEADER = "X-Emulator-Caller"
"""In a function's requests: service, action, function and the function's process, with spaces between them."""

_HEADER = CALLER_HEADER.lower().encode()


@dataclass(frozen=True)
class FunctionCall:
    """One call. `service` as IAM policies name it, `action` as the API does; `function`: who calls.

    `process`: the function's worker process; None for calls that the state machine itself makes.
    """

    service: str
    action: str
    function: str
    process: int | None = None

    @classmethod
    def from_headers(cls, headers: Iterable[tuple[bytes, bytes]]) -> Self | None:
        """Return the call that a function's request is, by its headers; None for any other request."""
        for name, value in headers:
            if name.lower() == _HEADER:
                service, action, function, process = value.decode("latin-1").split()
                return cls(service, action, function, int(process))
        return None

    def as_dict(self) -> dict[str, str]:
        """Return the call as the journal shows it."""
        return {"service": self.service, "action": self.action, "function": self.function}
