"""How often the account's functions were invoked, and for how long they would have been billed."""

import math
from collections import Counter
from threading import Lock
from typing import Any


class InvocationCounter:
    """Counts of invocations and of billed milliseconds, by function. Threads may share it."""

    def __init__(self) -> None:
        self._invocations: Counter[str] = Counter()
        self._billed: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._counting = Lock()

    def count(self, function: str, seconds: float, *, failed: bool) -> None:
        """Count one invocation that took so many real seconds; Lambda bills whole milliseconds."""
        with self._counting:
            self._invocations[function] += 1
            self._billed[function] += max(1, math.ceil(seconds * 1000))
            self._failed[function] += failed

    def report(self) -> dict[str, Any]:
        """Counts of all functions, and of each by name."""
        with self._counting:
            return {
                "invocations": self._invocations.total(),
                "billed_ms": self._billed.total(),
                "functions": {
                    name: {"invocations": count, "billed_ms": self._billed[name], "failed": self._failed[name]}
                    for name, count in sorted(self._invocations.items())
                },
            }
