"""Counts the invocations of Lambda functions, and the milliseconds that AWS would bill."""

import math
from collections import Counter
from threading import Lock
from typing import Any


class InvocationCounter:
    """Counts of invocations, failures and billed milliseconds, by function. Thread-safe."""

    def __init__(self) -> None:
        self._invocations: Counter[str] = Counter()
        self._billed: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._lock = Lock()

    def count(self, function: str, seconds: float, *, failed: bool) -> None:
        """Count one invocation that took so many real seconds. Lambda bills whole milliseconds, at least one."""
        with self._lock:
            self._invocations[function] += 1
            self._billed[function] += max(1, math.ceil(seconds * 1000))
            self._failed[function] += failed

    def report(self) -> dict[str, Any]:
        """Return {"invocations", "billed_ms", "functions": {name: {"invocations", "billed_ms", "failed"}}}."""
        with self._lock:
            return {
                "invocations": self._invocations.total(),
                "billed_ms": self._billed.total(),
                "functions": {
                    name: {"invocations": count, "billed_ms": self._billed[name], "failed": self._failed[name]}
                    for name, count in sorted(self._invocations.items())
                },
            }
