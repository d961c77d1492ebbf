"""Which faults were ordered, which calls they strike, and the journal of all calls."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from threading import Lock
from typing import Any, Self

from emulator.faults.function_call import FunctionCall

JOURNAL_LENGTH = 100_000


class InvalidFaultError(ValueError):
    """A fault that cannot be; the message is one line for whoever ordered it."""


class FaultKind(StrEnum):
    """What happens to a call."""

    THROTTLE = "throttle"
    """The service says that it is called too often, and does nothing."""
    ERROR_BEFORE = "error_before"
    """503, and nothing was done."""
    ERROR_AFTER = "error_after"
    """503, and yet it was done."""
    RESET_BEFORE = "reset_before"
    """The connection is cut; nothing was done."""
    RESET_AFTER = "reset_after"
    """It was done, and the connection is cut in place of an answer."""
    KILL_AFTER = "kill_after"
    """It was done, and the process of the function that called is killed."""

    @property
    def executed(self) -> bool:
        """Whether the call takes effect."""
        return self in (FaultKind.ERROR_AFTER, FaultKind.RESET_AFTER, FaultKind.KILL_AFTER)


@dataclass(frozen=True)
class Fault:
    """One fault. `service`, `action`, `function`: the calls that it may strike; the latter two by default any.

    `call`: the number of the one that it strikes, counted among those from when it was ordered, from 1.
    `for_seconds`: or, it strikes all of them for so many account seconds.
    """

    kind: FaultKind
    service: str
    action: str | None = None
    function: str | None = None
    call: int | None = None
    for_seconds: float | None = None

    @classmethod
    def from_json(cls, document: Any) -> Self:
        """Raises InvalidFaultError."""
        known = {field.name for field in fields(cls)}
        if not isinstance(document, Mapping) or not document.keys() <= known:
            raise InvalidFaultError(f"Expected an object with some of {', '.join(sorted(known))}; found {document!r}.")
        if not _is_text(document.get("service")):
            raise InvalidFaultError(f"Expected the name of a service; found {document.get('service')!r}.")
        for name in ("action", "function"):
            if document.get(name) is not None and not _is_text(document[name]):
                raise InvalidFaultError(f"Expected the name of one {name}, or none; found {document[name]!r}.")
        call, seconds = document.get("call"), document.get("for_seconds")
        one_call, a_while = _is_number(call, int), _is_number(seconds, int | float)
        if not ((one_call and seconds is None) or (a_while and call is None)):
            raise InvalidFaultError(
                f"Expected either `call`, from 1, or `for_seconds`, above 0; found {call!r} and {seconds!r}."
            )
        try:
            return cls(**{**document, "kind": FaultKind(document.get("kind", ""))})
        except ValueError as error:
            raise InvalidFaultError(
                f"Expected a kind of {', '.join(FaultKind)}; found {document.get('kind')!r}."
            ) from error

    def as_dict(self) -> dict[str, Any]:
        """Return what was said, as JSON."""
        return {name: value for name, value in vars(self).items() if value is not None}

    def matches(self, call: FunctionCall) -> bool:
        """Whether it is for calls like this one."""
        return (
            self.service == call.service
            and self.action in (None, call.action)
            and self.function in (None, call.function)
        )


class FaultInjector:
    """The faults that are ordered, and the journal. Threads may share it. `now`: the account's time in seconds."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._ordered: list[_ActiveFault] = []
        self._journal: deque[FunctionCall] = deque(maxlen=JOURNAL_LENGTH)
        self._changing = Lock()

    def set_faults(self, document: Any) -> None:
        """Put these faults, a list in JSON, in place of all that were ordered. Raises InvalidFaultError."""
        if not isinstance(document, list):
            raise InvalidFaultError(f"Expected a JSON list of faults; found {document!r}.")
        ordered = [_ActiveFault(Fault.from_json(each), self._now()) for each in document]
        with self._changing:
            self._ordered = ordered

    def report(self) -> list[dict[str, Any]]:
        """Return every ordered fault, with how many calls it has struck."""
        with self._changing:
            return [{**each.fault.as_dict(), "struck": each.struck} for each in self._ordered]

    def strike(self, call: FunctionCall) -> FaultKind | None:
        """Note a call; return what happens to it, None when nothing does. The first fault that strikes it counts."""
        with self._changing:
            self._journal.append(call)
            striking = [each for each in self._ordered if each.strikes(call, self._now())]
            if not striking:
                return None
            striking[0].struck += 1
            return striking[0].fault.kind

    def journal(self) -> list[dict[str, str]]:
        """Return the calls since the journal was cleared, in their order."""
        with self._changing:
            return [call.as_dict() for call in self._journal]

    def clear_journal(self) -> None:
        with self._changing:
            self._journal.clear()


class _ActiveFault:
    """A fault since it was ordered."""

    def __init__(self, fault: Fault, at: float) -> None:
        self.fault = fault
        self.struck = 0
        self._at = at
        self._met = 0

    def strikes(self, call: FunctionCall, now: float) -> bool:
        """Count a call, and return whether it is to be struck."""
        if not self.fault.matches(call):
            return False
        self._met += 1
        if self.fault.for_seconds is not None:
            return now - self._at < self.fault.for_seconds
        return self._met == self.fault.call


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_number(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool) and value > 0
