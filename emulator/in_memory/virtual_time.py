"""A clock that stands still between two steps, and the scheduler that moves it on."""

import heapq
import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from emulator.beanstalk.scheduler import ScheduledTask, Step, Steps, Task, next_step, work_done
from emulator.clock import Clock

ORIGIN = 1_800_000_000.0
"""2027-01-15 08:00 UTC: any moment does, if it is always the same."""


@dataclass
class VirtualClock(Clock):
    """A clock that shows `elapsed` seconds since its origin. To sleep moves it on."""

    scale: float = 1.0
    origin: float = ORIGIN
    elapsed: float = field(default=0.0, init=False)

    def time(self) -> float:
        return self.origin + self.elapsed

    def sleep(self, account_seconds: float) -> None:
        self.elapsed += max(0.0, account_seconds)

    def set(self, time: float) -> None:
        """Move on to an epoch second; a clock never goes back."""
        self.elapsed = max(self.elapsed, time - self.origin)


class VirtualScheduler:
    """Runs steps in the order of their times, in the thread that advances it."""

    def __init__(self, clock: VirtualClock, lock: threading.RLock) -> None:
        self._clock = clock
        self._lock = lock
        self._numbers = itertools.count()
        self._waiting: list[ScheduledTask] = []

    def begin(self, steps: Steps, *, after: float = 0) -> Task:
        task = Task(steps)
        self._wait_for(task, after)
        return task

    def close(self) -> None:
        self._waiting.clear()

    def advance(self, seconds: float) -> None:
        """Let account seconds pass, with all that is due in them."""
        end = self._clock.time() + seconds
        while self._waiting and self._waiting[0].at <= end:
            self._run(heapq.heappop(self._waiting))
        self._clock.set(end)

    def _run(self, due: ScheduledTask) -> None:
        self._clock.set(due.at)
        task = due.task
        resume: Callable[[], Step] = lambda: next(task.steps)  # noqa: E731
        while (step := self._next_step(task, resume)) is not None:
            if not callable(step):
                self._wait_for(task, step)
                return
            resume = work_done(task, step)

    def _next_step(self, task: Task, resume: Callable[[], Step]) -> Step | None:
        with self._lock:
            return next_step(task, resume)

    def _wait_for(self, task: Task, account_seconds: float) -> None:
        due = ScheduledTask(self._clock.time() + max(0.0, account_seconds), next(self._numbers), task)
        heapq.heappush(self._waiting, due)
