"""The lock of the state, which tells when the state may have changed."""

import threading
from collections.abc import Callable


class StateLock:
    """A reentrant lock. It calls `before_release` while it is still held, each time before it becomes free."""

    def __init__(self) -> None:
        self.before_release: Callable[[], None] = lambda: None
        self._lock = threading.RLock()
        self._depth = 0

    def __enter__(self) -> None:
        self._lock.acquire()
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        try:
            if self._depth == 1:
                self.before_release()
        finally:
            self._depth -= 1
            self._lock.release()
