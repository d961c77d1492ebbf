"""Calls of AWS's services that the account's functions make. A header tells them from other calls."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote

CALLER_HEADER = "X-Emulator-Caller"
"""In each request of a function: service, action, function name and process id, separated by spaces.

A function that a task of Step Functions invoked adds the execution's ARN and the state's name, quoted as in URLs.
"""

_HEADER = CALLER_HEADER.lower().encode()


@dataclass(frozen=True)
class FunctionCall:
    """One call of a function or of a state machine.

    `service` as IAM policies name it; `action` as the API names it; `function`: the caller's name.
    `process`: the process id of the function's worker; None for a call of a state machine. `path`: of the request.
    `execution`, `state`: the ARN and the state for which it is made; empty outside of executions. `form`: the
    parameters of a Query API, as they are sent.
    """

    service: str
    action: str
    function: str
    process: int | None = None
    path: str = ""
    execution: str = ""
    state: str = ""
    form: str = ""

    @classmethod
    def from_headers(cls, headers: Iterable[tuple[bytes, bytes]], path: str = "") -> Self | None:
        """Return the call that a request's headers name; None when a function did not send it."""
        for name, value in headers:
            if name.lower() == _HEADER:
                service, action, function, process, *task = value.decode("latin-1").split()
                return cls(service, action, function, int(process), path, *map(unquote, task))
        return None

    def as_dict(self) -> dict[str, str]:
        """Return the call's entry in the journal. A call for an execution tells more."""
        entry = {"service": self.service, "action": self.action, "function": self.function}
        if not self.execution:
            return entry
        return {**entry, "execution": self.execution, "state": self.state, "path": self.path, "form": self.form}
