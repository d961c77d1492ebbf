"""What roles asked for in the account and what they were told, and what is denied them on demand."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Self

MOST_QUESTIONS = 20_000
"""How many different questions are kept, each with a count."""


class InvalidDenialError(ValueError):
    """A denial that cannot be; the message is one line for whoever ordered it."""


@dataclass(frozen=True)
class PermissionRequest:
    """An action on a resource, asked by a function or anybody else in a role, and whether it was allowed."""

    role: str
    action: str
    resource: str
    allowed: bool


@dataclass(frozen=True)
class Denial:
    """An explicit deny of one action, for whoever acts in a role or for one function."""

    action: str
    role: str | None = None
    function: str | None = None

    @classmethod
    def from_json(cls, document: Any) -> Self:
        """Read {"action": "service:Action", and "role" or "function"}. Raises InvalidDenialError."""
        whom = {"role", "function"} & set(document) if isinstance(document, Mapping) else set()
        if len(whom) != 1 or set(document) != whom | {"action"}:
            raise InvalidDenialError(
                f"Expected an object of `action` and either `role` or `function`; got {document!r}."
            )
        if not all(isinstance(value, str) and value for value in document.values()) or ":" not in document["action"]:
            raise InvalidDenialError(f"Expected names, and an action such as states:StartExecution; got {document!r}.")
        return cls(**document)

    def concerns(self, role: str, session: str, action: str) -> bool:
        """Whether it denies this; a function's session has the function's name."""
        whom = self.role == role if self.role else self.function == session
        return whom and self.action.lower() == action.lower()

    def as_dict(self) -> dict[str, str]:
        return {name: value for name, value in vars(self).items() if value is not None}


class PermissionRecorder:
    """The questions of roles, and the denials on order. Threads may share it."""

    def __init__(self) -> None:
        self._asked: Counter[PermissionRequest] = Counter()
        self._denials: list[Denial] = []
        self._changing = Lock()

    def denies(self, role: str, session: str, action: str) -> bool:
        """Whether a denial on order concerns this, whatever the role's policies say."""
        return any(denial.concerns(role, session, action) for denial in self._denials)

    def note(self, question: PermissionRequest) -> None:
        with self._changing:
            if question in self._asked or len(self._asked) < MOST_QUESTIONS:
                self._asked[question] += 1

    def order(self, document: Any) -> None:
        """Put these denials, a list in JSON, in place of all that were ordered. Raises InvalidDenialError."""
        if not isinstance(document, list):
            raise InvalidDenialError(f"Expected a JSON list of denials; got {document!r}.")
        self._denials = [Denial.from_json(each) for each in document]

    def denials(self) -> list[dict[str, str]]:
        """Return the denials on order."""
        return [denial.as_dict() for denial in self._denials]

    def report(self) -> dict[str, list[dict[str, Any]]]:
        """Return the questions by role: {"action", "resource", "allowed", "count"} of each."""
        with self._changing:
            asked = sorted(self._asked.items(), key=lambda each: (each[0].role, each[0].action, each[0].resource))
        roles: dict[str, list[dict[str, Any]]] = {}
        for question, count in asked:
            entry = {"action": question.action, "resource": question.resource, "allowed": question.allowed}
            roles.setdefault(question.role, []).append(entry | {"count": count})
        return roles
