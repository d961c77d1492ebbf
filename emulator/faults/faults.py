"""The active faults, the calls that they strike, and the journal of all calls."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from threading import Lock
from typing import Any, Self

from emulator.faults.function_call import FunctionCall

JOURNAL_LENGTH = 100_000
LONGEST = 3_600.0
"""The largest age of a stale answer and the longest delay of a slow one, in account seconds."""


class InvalidFaultError(ValueError):
    """The description of a fault is not valid; the message is one line for the user."""


HELD_SECONDS = 0.01
"""Real seconds between two looks whether a held call may go on."""


class FaultKind(StrEnum):
    """What happens to a call."""

    THROTTLE = "throttle"
    """The service answers that it throttles the call, and does nothing."""
    ERROR_BEFORE = "error_before"
    """The service answers 503, and does nothing."""
    ERROR_AFTER = "error_after"
    """The service does what was asked, and answers 503."""
    RESET_BEFORE = "reset_before"
    """The connection is closed without an answer; the service does nothing."""
    RESET_AFTER = "reset_after"
    """The service does what was asked; the connection is closed without an answer."""
    KILL_AFTER = "kill_after"
    """The service does what was asked; the worker process of the calling function is killed."""
    STALE = "stale"
    """Elastic Beanstalk answers as of `age` account seconds ago, when the call only reads."""
    SLOW = "slow"
    """The service does what was asked, and answers `delay` account seconds later."""
    HOLD = "hold"
    """The call waits until the fault is removed. Then it is made as any other."""

    @property
    def takes_effect(self) -> bool:
        """Return whether the service does what was asked."""
        return self in (FaultKind.ERROR_AFTER, FaultKind.RESET_AFTER, FaultKind.KILL_AFTER)


@dataclass(frozen=True)
class Fault:
    """One fault. It matches calls of `service`, and only those of `action`, `function`, `path` and `state` when given.

    Either `call` or `for_seconds` is given. `call`: the fault strikes one call, the n-th that matches since the fault
    became active; 1 is the first. `for_seconds`: it strikes every call that matches for so many account seconds.
    `path`: the end of the request's path, such as an object's key. `state`: of the execution that calls.
    `age`: of the answer, only for the kind `stale`; `delay`: of the answer, only for the kind `slow`; both in account
    seconds.
    """

    kind: FaultKind
    service: str
    action: str | None = None
    function: str | None = None
    call: int | None = None
    for_seconds: float | None = None
    age: float | None = None
    path: str | None = None
    delay: float | None = None
    state: str | None = None

    @classmethod
    def from_json(cls, document: Any) -> Self:
        """Return the fault that a JSON object describes. Raises InvalidFaultError."""
        known = {field.name for field in fields(cls)}
        if not isinstance(document, Mapping) or not document.keys() <= known:
            raise InvalidFaultError(f"Expected an object with some of {', '.join(sorted(known))}; found {document!r}.")
        if not _is_text(document.get("service")):
            raise InvalidFaultError(f"Expected the name of a service; found {document.get('service')!r}.")
        for name in ("action", "function", "path", "state"):
            if document.get(name) is not None and not _is_text(document[name]):
                raise InvalidFaultError(f"Expected the name of one {name}, or none; found {document[name]!r}.")
        call, seconds = document.get("call"), document.get("for_seconds")
        one_call, a_while = _is_number(call, int), _is_number(seconds, int | float)
        if not ((one_call and seconds is None) or (a_while and call is None)):
            raise InvalidFaultError(
                f"Expected either `call`, from 1, or `for_seconds`, above 0; found {call!r} and {seconds!r}."
            )
        kind = document.get("kind", "")
        if kind not in list(FaultKind):
            raise InvalidFaultError(f"Expected a kind of {', '.join(FaultKind)}; found {document.get('kind')!r}.")
        for name, of in (("age", FaultKind.STALE), ("delay", FaultKind.SLOW)):
            given = document.get(name)
            if not (_is_duration(given) if kind == of else given is None):
                raise InvalidFaultError(
                    f"Expected `{name}`, above 0 and at most {LONGEST:.0f}, for the kind {of}, and only for it;"
                    f" found {kind} and {given!r}."
                )
        return cls(**{**document, "kind": FaultKind(kind)})

    def as_dict(self) -> dict[str, Any]:
        """Return the fault as a JSON object, without the fields that are None."""
        return {name: value for name, value in vars(self).items() if value is not None}

    def matches(self, call: FunctionCall) -> bool:
        """Return whether the fault is meant for a call."""
        return (
            self.service == call.service
            and self.action in (None, call.action)
            and self.function in (None, call.function)
            and self.state in (None, call.state)
            and call.path.endswith(self.path or "")
        )


class FaultInjector:
    """Holds the active faults and the journal. Thread-safe.

    `now`: returns account time in seconds. `real`: returns how many real seconds so many account seconds take.
    """

    def __init__(self, now: Callable[[], float] = time.time, real: Callable[[float], float] = float) -> None:
        self._now = now
        self._real = real
        self._active: list[_ActiveFault] = []
        self._journal: deque[FunctionCall] = deque(maxlen=JOURNAL_LENGTH)
        self._lock = Lock()

    def set_faults(self, document: Any) -> None:
        """Replace all active faults by a JSON list of faults. Raises InvalidFaultError, and then changes nothing."""
        if not isinstance(document, list):
            raise InvalidFaultError(f"Expected a JSON list of faults; found {document!r}.")
        active = [_ActiveFault(Fault.from_json(each), self._now()) for each in document]
        with self._lock:
            self._active = active

    def add_fault(self, document: Any) -> None:
        """Add the fault that a JSON object describes; the others go on. Raises InvalidFaultError."""
        added = _ActiveFault(Fault.from_json(document), self._now())
        with self._lock:
            self._active = [*self._active, added]

    def remove_fault(self, document: Any) -> None:
        """End the faults that a JSON object describes; the others go on. Raises InvalidFaultError."""
        ended = Fault.from_json(document)
        with self._lock:
            self._active = [each for each in self._active if each.fault != ended]

    def report(self) -> list[dict[str, Any]]:
        """Return the active faults as JSON objects. `struck`: the number of calls that a fault has struck."""
        with self._lock:
            return [{**each.fault.as_dict(), "struck": each.struck} for each in self._active]

    def oldest_age(self) -> float:
        """Return the largest age of a stale answer that an active fault asks for; 0 without one."""
        with self._lock:
            return max((each.fault.age or 0.0 for each in self._active), default=0.0)

    def real_delay(self, fault: Fault) -> float:
        """Return by how many real seconds a slow answer is late."""
        return self._real(fault.delay or 0.0)

    def strike(self, call: FunctionCall) -> Fault | None:
        """Record a call in the journal; return the first fault that strikes it, None when none does."""
        with self._lock:
            self._journal.append(call)
            striking = [each for each in self._active if each.strikes(call, self._now())]
            if not striking:
                return None
            striking[0].struck += 1
            return striking[0].fault

    def holds(self, fault: Fault) -> bool:
        """Return whether the call that a fault of the kind `hold` strikes still waits."""
        with self._lock:
            return any(each.fault == fault for each in self._active)

    def strike_held(self, call: FunctionCall) -> Fault | None:
        """Return the first fault with a duration that strikes a call which was held. It is not counted again."""
        with self._lock:
            lasting = [each for each in self._active if each.fault.for_seconds is not None]
            striking = [each for each in lasting if each.strikes(call, self._now())]
            if not striking:
                return None
            striking[0].struck += 1
            return striking[0].fault

    def journal(self) -> list[dict[str, str]]:
        """Return the calls since the journal was last cleared, oldest first."""
        with self._lock:
            return [call.as_dict() for call in self._journal]

    def clear_journal(self) -> None:
        with self._lock:
            self._journal.clear()


class _ActiveFault:
    """A fault, and the calls that matched it since it became active."""

    def __init__(self, fault: Fault, since: float) -> None:
        self.fault = fault
        self.struck = 0
        self._since = since
        self._matched = 0

    def strikes(self, call: FunctionCall, now: float) -> bool:
        """Count a call that matches; return whether the fault strikes it."""
        if not self.fault.matches(call):
            return False
        self._matched += 1
        if self.fault.for_seconds is not None:
            return now - self._since < self.fault.for_seconds
        return self._matched == self.fault.call


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_duration(value: Any) -> bool:
    return _is_number(value, int | float) and bool(value <= LONGEST)


def _is_number(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool) and value > 0
