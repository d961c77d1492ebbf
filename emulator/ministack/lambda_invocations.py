"""Counts the invocations of Lambda functions, and the milliseconds that AWS would bill."""

import math
from collections import Counter
from threading import Lock
from typing import Any


class InvocationCounter:
    """Counts of invocations, failures and billed milliseconds, and of what runs, by function. Thread-safe."""

    def __init__(self) -> None:
        self._invocations: Counter[str] = Counter()
        self._billed: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._running: Counter[str] = Counter()
        self._lock = Lock()

    def begin(self, function: str) -> None:
        """Count an invocation as running, until `count` is called for it."""
        with self._lock:
            self._running[function] += 1

    def count(self, function: str, seconds: float, *, failed: bool) -> None:
        """Count one invocation that took so many real seconds. Lambda bills whole milliseconds, at least one."""
        with self._lock:
            self._running[function] -= 1
            self._invocations[function] += 1
            self._billed[function] += max(1, math.ceil(seconds * 1000))
            self._failed[function] += failed

    def report(self) -> dict[str, Any]:
        """Return {"invocations", "billed_ms", "running": {name: count}, "functions": {name: {...}}}.

        Of each function that has ended: "invocations", "billed_ms", "failed".
        """
        with self._lock:
            return {
                "invocations": self._invocations.total(),
                "billed_ms": self._billed.total(),
                "running": dict(+self._running),
                "functions": {
                    name: {"invocations": count, "billed_ms": self._billed[name], "failed": self._failed[name]}
                    for name, count in sorted(self._invocations.items())
                },
            }
