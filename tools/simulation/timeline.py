"""The time of a world: what happens when, and the history of it."""

import heapq
import itertools
from collections.abc import Callable
from typing import Final

from emulator.in_memory.account import InMemoryAccount

END_SECONDS: Final = 24 * 3600
"""A world that is not done by then never will be."""


class EndlessError(Exception):
    """The world does not come to its end."""


class Timeline:
    """A virtual clock, shared with an account. Everything happens in the order of its time."""

    def __init__(self, account: InMemoryAccount) -> None:
        self.history: list[str] = []
        self._account = account
        self._timers: list[tuple[float, int, Callable[[], None], Callable[[], bool]]] = []
        self._numbers = itertools.count()

    def now(self) -> float:
        """Return the time, in epoch seconds."""
        return self._account.clock.time()

    def at(self, time: float, act: Callable[[], None], due: Callable[[], bool] = lambda: True) -> None:
        """Let something happen at a time, unless it is not `due` any longer."""
        heapq.heappush(self._timers, (time, next(self._numbers), act, due))

    def waiting(self) -> list[tuple[float, Callable[[], None]]]:
        """Return what will happen, and when, in this order."""
        return [(time, act) for time, _, act, due in sorted(self._timers, key=lambda each: each[:2]) if due()]

    def run(self, look: Callable[[], None]) -> None:
        """Let time pass until nothing is left to happen. `look` is called before each. Raises EndlessError."""
        while self._timers:
            time, _, act, due = self._timers[0]
            goes_on = due()
            if goes_on:
                look()
            heapq.heappop(self._timers)
            if not goes_on:
                continue
            self.pass_until(time)
            if self._account.clock.elapsed > END_SECONDS:
                raise EndlessError(f"{self._account.clock.elapsed:.0f} seconds passed")
            act()

    def pass_until(self, time: float) -> None:
        """Let time pass, and the account's operations go on."""
        if time > self.now():
            self._account.advance(time - self.now())

    def note(self, who: str, what: str) -> None:
        """Write a line of the history."""
        self.history.append(f"{self._account.clock.elapsed:10.3f}  {who:10}  {what}")
