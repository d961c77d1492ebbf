"""The lock of the state, which tells when the state may change and when it may have changed."""

import threading
from collections.abc import Callable


class StateLock:
    """A reentrant lock. It calls `after_acquire` each time it is taken, and `before_release` before it becomes free.

    Both run while it is held, not when a holder takes it again.
    """

    def __init__(self) -> None:
        self.after_acquire: Callable[[], None] = lambda: None
        self.before_release: Callable[[], None] = lambda: None
        self._lock = threading.RLock()
        self._depth = 0

    def __enter__(self) -> None:
        self._lock.acquire()
        self._depth += 1
        if self._depth == 1:
            self.after_acquire()

    def __exit__(self, *_: object) -> None:
        try:
            if self._depth == 1:
                self.before_release()
        finally:
            self._depth -= 1
            self._lock.release()
