"""Retry and Catch of a state, as AWS describes them.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

State = Mapping[str, Any]
FAULT: Final = "Lambda.ServiceException"
"""An error of the retriers that are for faults of a call."""


class StateError(Exception):
    """A state failed with an error name and a cause."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause


def is_matched(names: Sequence[str], error: str) -> bool:
    """Return whether an ErrorEquals list matches an error. Nothing matches States.Runtime."""
    if error == "States.Runtime":
        return False
    wildcards = set() if error == "States.DataLimitExceeded" else {"States.ALL"}
    if error not in ("States.Timeout", "States.DataLimitExceeded"):
        wildcards.add("States.TaskFailed")
    return not {error, *wildcards}.isdisjoint(names)


class Attempts:
    """The attempts of one visit of a state. `jitter`: returns a share from 0 to 1 of a delay with jitter.

    `used`: how often each retrier was used already, by its position.
    """

    def __init__(self, state: State, jitter: Callable[[], float], used: Mapping[int, int] | None = None) -> None:
        self._retriers: Sequence[State] = state.get("Retry", [])
        self._jitter = jitter
        self._used: Counter[int] = Counter(used)

    @property
    def used(self) -> dict[int, int]:
        """How often each retrier was used, by its position."""
        return dict(self._used)

    @property
    def retries(self) -> int:
        """How many attempts failed and were followed by another one."""
        return self._used.total()

    @property
    def waits(self) -> dict[int, int]:
        """How often each retrier has waited for something, not for the end of a fault, by its position."""
        faults = {number for number, each in enumerate(self._retriers) if FAULT in each["ErrorEquals"]}
        return {number: used for number, used in self._used.items() if number not in faults}

    def delay(self, error: str) -> float | None:
        """Count a failed attempt. Return the seconds until the next one; None when there is no next one."""
        for position, retrier in enumerate(self._retriers):
            if is_matched(retrier["ErrorEquals"], error):
                used = self._used[position]
                if used >= retrier.get("MaxAttempts", 3):
                    return None
                self._used[position] += 1
                return self._delay(retrier, used)
        return None

    def _delay(self, retrier: State, used: int) -> float:
        longest = float(retrier.get("MaxDelaySeconds", 31_622_400))
        interval, rate = retrier.get("IntervalSeconds", 1), retrier.get("BackoffRate", 2.0)
        seconds = min(longest, interval * rate ** min(used, 100))
        return seconds * self._jitter() if retrier.get("JitterStrategy") == "FULL" else float(seconds)


def catcher_of(state: State, error: str) -> State | None:
    """Return the first Catch entry that matches an error; None without one."""
    found: State
    for found in state.get("Catch", []):
        if is_matched(found["ErrorEquals"], error):
            return found
    return None
