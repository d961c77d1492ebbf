"""Lets requests into one instance, as fast as its capacity allows."""

import threading
import time
from collections.abc import Callable

from emulator.beanstalk.hosting.capacity import Capacity

QUEUE_SECONDS = 1.0
"""How long a request waits for an instance that is busy, in real seconds. Then it gets 503."""


class RequestGate:
    """Counts the requests that an instance has, and delays or refuses those beyond its capacity. Thread-safe."""

    def __init__(self, capacity: Callable[[], Capacity]) -> None:
        self.outstanding = 0
        """Requests that have joined and not left."""
        self._capacity = capacity
        self._changed = threading.Condition()
        self._inside = 0
        self._next = 0.0

    def join(self) -> None:
        """Count a request that is sent to the instance; then call `enter`."""
        with self._changed:
            self.outstanding += 1

    def enter(self) -> bool:
        """Return True when the instance takes a request that joined, after a wait when it is busy; then call `leave`.

        A request that it refuses has left.
        """
        capacity = self._capacity()
        with self._changed:
            delay = self._take_turn(capacity)
            if delay is None:
                self.outstanding -= 1
                return False
        time.sleep(delay)
        with self._changed:
            limit = capacity.concurrent_requests
            if self._changed.wait_for(lambda: limit is None or self._inside < limit, QUEUE_SECONDS - delay):
                self._inside += 1
                return True
            self.outstanding -= 1
            return False

    def leave(self) -> None:
        """End a request that has entered."""
        with self._changed:
            self._inside -= 1
            self.outstanding -= 1
            self._changed.notify()

    def _take_turn(self, capacity: Capacity) -> float | None:
        """Return the seconds until the request's turn, None when the queue is too long."""
        if capacity.requests_per_second is None:
            return 0.0
        now = time.monotonic()
        turn = max(now, self._next)
        if turn - now > QUEUE_SECONDS:
            return None
        self._next = turn + 1 / capacity.requests_per_second
        return turn - now
