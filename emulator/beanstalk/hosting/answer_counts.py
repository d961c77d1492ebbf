"""The requests that load balancers answered a short time ago, second by second."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

SECONDS: Final = 60
"""How far the counts reach back, in real seconds, as requests take real time."""
FAILED: Final = 500
"""The lowest HTTP status that is a failure of the environment."""

Server = tuple[str, str]
"""An environment, and the version that answered; no version for an answer of the load balancer itself."""


@dataclass
class _Second:
    """The answers in one second: how many, and how many of them failed."""

    number: int
    answered: Counter[Server] = field(default_factory=Counter)
    failed: Counter[Server] = field(default_factory=Counter)


class AnswerCounts:
    """Counts the answers of all load balancers. `now` returns a time in seconds. Thread-safe."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._seconds: deque[_Second] = deque(maxlen=SECONDS + 1)
        self._changing = threading.Lock()

    def record(self, environment: str, version: str | None, status: int) -> None:
        """Count one answer. `version`: None for an answer of the load balancer itself."""
        server = (environment, version or "")
        with self._changing:
            current = self._current()
            current.answered[server] += 1
            if status >= FAILED:
                current.failed[server] += 1

    def report(self) -> dict[str, Any]:
        """Return the counts of the last 60 whole seconds: {"until", "servers": [{...}]}, by environment and version.

        `until`: when the last of them ended, in epoch seconds. Of each server: "environment", "version", and the lists
        "answered" and "failed" with a number for each second, the oldest first.
        """
        with self._changing:
            current = self._current().number
            counted = {each.number: each for each in self._seconds}
        seconds = [counted.get(number) or _Second(number) for number in range(current - SECONDS, current)]
        servers = sorted({server for each in seconds for server in each.answered})
        return {
            "until": current,
            "servers": [
                {
                    "environment": server[0],
                    "version": server[1],
                    "answered": [each.answered[server] for each in seconds],
                    "failed": [each.failed[server] for each in seconds],
                }
                for server in servers
            ],
        }

    def _current(self) -> _Second:
        number = int(self._now())
        if not self._seconds or self._seconds[-1].number < number:
            self._seconds.append(_Second(number))
        return self._seconds[-1]
