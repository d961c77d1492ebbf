"""Which permissions roles needed in the account, and which of them are denied on request."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Self

MAX_REQUESTS = 20_000
"""The number of different requests that are kept, each with a count."""


class InvalidDenialError(ValueError):
    """The description of a denial is not valid; the message is one line for the user."""


@dataclass(frozen=True)
class PermissionRequest:
    """A request of a role to take an action on a resource, and whether IAM allowed it."""

    role: str
    action: str
    resource: str
    allowed: bool


@dataclass(frozen=True)
class Denial:
    """An explicit deny of one action: for all callers in a role, or for one function."""

    action: str
    role: str | None = None
    function: str | None = None

    @classmethod
    def from_json(cls, document: Any) -> Self:
        """Return the denial in {"action": "service:Action", and "role" or "function"}. Raises InvalidDenialError."""
        callers = {"role", "function"} & set(document) if isinstance(document, Mapping) else set()
        if len(callers) != 1 or set(document) != callers | {"action"}:
            raise InvalidDenialError(
                f"Expected an object of `action` and either `role` or `function`; found {document!r}."
            )
        if not all(isinstance(value, str) and value for value in document.values()) or ":" not in document["action"]:
            raise InvalidDenialError(
                f"Expected names, and an action such as states:StartExecution; found {document!r}."
            )
        return cls(**document)

    def matches(self, role: str, session: str, action: str) -> bool:
        """Return whether this denies an action to a caller. A function's session has the function's name."""
        is_caller = self.role == role if self.role else self.function == session
        return is_caller and self.action.lower() == action.lower()

    def as_dict(self) -> dict[str, str]:
        return {name: value for name, value in vars(self).items() if value is not None}


class PermissionRecorder:
    """Records the requests of roles, and holds the active denials. Thread-safe."""

    def __init__(self) -> None:
        self._requests: Counter[PermissionRequest] = Counter()
        self._denials: list[Denial] = []
        self._lock = Lock()

    def denies(self, role: str, session: str, action: str) -> bool:
        """Return whether an active denial matches, whatever the role's policies allow."""
        return any(denial.matches(role, session, action) for denial in self._denials)

    def record(self, request: PermissionRequest) -> None:
        """Count a request."""
        with self._lock:
            if request in self._requests or len(self._requests) < MAX_REQUESTS:
                self._requests[request] += 1

    def set_denials(self, document: Any) -> None:
        """Replace all active denials by a JSON list of denials. Raises InvalidDenialError, and then changes nothing."""
        if not isinstance(document, list):
            raise InvalidDenialError(f"Expected a JSON list of denials; found {document!r}.")
        self._denials = [Denial.from_json(each) for each in document]

    def denials(self) -> list[dict[str, str]]:
        """Return the active denials as JSON objects."""
        return [denial.as_dict() for denial in self._denials]

    def report(self) -> dict[str, list[dict[str, Any]]]:
        """Return the requests by role: {"action", "resource", "allowed", "count"} of each."""
        with self._lock:
            requests = sorted(self._requests.items(), key=lambda each: (each[0].role, each[0].action, each[0].resource))
        roles: dict[str, list[dict[str, Any]]] = {}
        for request, count in requests:
            entry = {"action": request.action, "resource": request.resource, "allowed": request.allowed}
            roles.setdefault(request.role, []).append(entry | {"count": count})
        return roles
