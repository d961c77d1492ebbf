"""The requests that an instance has answered a short time ago."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

WINDOW_SECONDS = 10
"""How far metrics reach back, in real seconds, as requests take real time."""


class AnsweredRequest(NamedTuple):
    """One request. `seconds`: how long it took, in real time."""

    status: int
    seconds: float


class RequestMetrics:
    """Keeps the requests of the last ten seconds. `now` returns a time in seconds. Thread-safe."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._requests: deque[tuple[float, AnsweredRequest]] = deque()
        self._changing = threading.Lock()

    def record(self, status: int, seconds: float) -> None:
        """Keep one request."""
        with self._changing:
            self._requests.append((self._now(), AnsweredRequest(status, seconds)))
            self._forget()

    def recent(self) -> list[AnsweredRequest]:
        """Return the requests of the last ten seconds."""
        with self._changing:
            self._forget()
            return [request for _, request in self._requests]

    def _forget(self) -> None:
        while self._requests and self._requests[0][0] < self._now() - WINDOW_SECONDS:
            self._requests.popleft()
