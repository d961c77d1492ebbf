"""A clock that moves only when a caller moves it, and a scheduler that follows it."""

import heapq
import itertools
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from emulator.beanstalk.scheduler import ScheduledTask, Steps, Task, run_until_wait
from emulator.clock import Clock

ORIGIN = 1_800_000_000.0
"""2027-01-15 08:00 UTC. A fixed moment, so that every run has the same dates."""


@dataclass
class VirtualClock(Clock):
    """A clock that shows `elapsed` seconds after its origin. A sleep moves it forward."""

    scale: float = 1.0
    origin: float = ORIGIN
    elapsed: float = field(default=0.0, init=False)

    def time(self) -> float:
        """Return account time in epoch seconds."""
        return self.origin + self.elapsed

    def sleep(self, account_seconds: float) -> None:
        """Move the clock forward by so many seconds."""
        self.elapsed += max(0.0, account_seconds)

    def set(self, time: float) -> None:
        """Move the clock forward to an epoch second. The clock never goes back."""
        self.elapsed = max(self.elapsed, time - self.origin)


class VirtualScheduler:
    """Runs tasks in the order of their times, in the thread that calls `advance`."""

    def __init__(self, clock: VirtualClock, lock: AbstractContextManager[object]) -> None:
        self._clock = clock
        self._lock = lock
        self._numbers = itertools.count()
        self._waiting: list[ScheduledTask] = []

    def start(self, steps: Steps, *, after: float = 0) -> Task:
        """Start to run steps after `after` account seconds."""
        task = Task(steps)
        self._continue(task, after)
        return task

    def close(self) -> None:
        """Stop all tasks."""
        self._waiting.clear()

    def waiting(self) -> list[tuple[float, Task]]:
        """Return the tasks that go on, and when, in this order."""
        return [(each.time, each.task) for each in sorted(self._waiting) if not each.task.cancelled]

    def advance(self, seconds: float) -> None:
        """Move the clock forward, and run every task that is due on the way, at its own time."""
        end = self._clock.time() + seconds
        while self._waiting and self._waiting[0].time <= end:
            due = heapq.heappop(self._waiting)
            self._clock.set(due.time)
            wait = run_until_wait(due.task, self._lock)
            if wait is not None:
                self._continue(due.task, wait)
        self._clock.set(end)

    def _continue(self, task: Task, account_seconds: float) -> None:
        due = self._clock.time() + max(0.0, account_seconds)
        heapq.heappush(self._waiting, ScheduledTask(due, next(self._numbers), task))
