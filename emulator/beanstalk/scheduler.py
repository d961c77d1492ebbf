"""Runs operations over time: each is a generator of steps, and one clock advances them all."""

import heapq
import itertools
import logging
import queue
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from emulator.clock import Clock

Step: TypeAlias = float | Callable[[], Any]
"""Account seconds to wait, or slow work to do without the state's lock."""
Steps: TypeAlias = Generator[Step, Any, None]
"""What happens over time.

It runs holding the state's lock. It yields its steps; the result of work is sent to it, and the exception of work is
raised in it. After a cancellation it never runs again.
"""

_WORKERS = 8
_log = logging.getLogger(__name__)


@dataclass
class Task:
    """Steps under way. Hold the state's lock to cancel it."""

    steps: Steps
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


class Scheduler(Protocol):
    """Runs steps over time."""

    def begin(self, steps: Steps, *, after: float = 0) -> Task:
        """Begin to run steps, after so many account seconds."""

    def close(self) -> None:
        """Run nothing more. Returns at once; slow work that is under way ends by itself."""


@dataclass(order=True)
class ScheduledTask:
    """When a task goes on, in seconds of any one clock; `number` orders tasks of one moment."""

    at: float
    number: int
    task: Task = field(compare=False)


def next_step(task: Task, resume: Callable[[], Step]) -> Step | None:
    """Run a task to its next step; None when it has ended. Call it holding the state's lock.

    A defect in the steps is logged, and ends no other task.
    """
    if task.cancelled:
        return None
    try:
        return resume()
    except StopIteration:
        return None
    except Exception:  # noqa: BLE001 - see above
        _log.exception("An operation of Elastic Beanstalk ended by a defect")
        return None


def work_done(task: Task, work: Callable[[], Any]) -> Callable[[], Step]:
    """Do slow work, and return what resumes the task with its result or its exception."""
    try:
        result = work()
    except Exception as error:  # noqa: BLE001 - the steps that asked for the work decide what an error means
        failure = error
        return lambda: task.steps.throw(failure)
    return lambda: task.steps.send(result)


class ThreadScheduler:
    """Follows real time: one thread waits for all tasks, a few others run what is due."""

    def __init__(self, clock: Clock, lock: threading.RLock) -> None:
        self._clock = clock
        self._lock = lock
        self._numbers = itertools.count()
        self._waiting: list[ScheduledTask] = []
        self._changed = threading.Condition()
        self._closed = False
        self._due: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        # Daemons, so that slow work under way does not keep the account from ending.
        threading.Thread(target=self._wait, name="beanstalk-scheduler", daemon=True).start()
        for number in range(_WORKERS):
            threading.Thread(target=self._work, name=f"beanstalk-{number}", daemon=True).start()

    def begin(self, steps: Steps, *, after: float = 0) -> Task:
        """Begin to run steps, after so many account seconds."""
        task = Task(steps)
        self._wait_for(task, after)
        return task

    def close(self) -> None:
        """Run nothing more. Returns at once; slow work that is under way ends by itself."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        for _ in range(_WORKERS):
            self._due.put(None)

    def _wait_for(self, task: Task, account_seconds: float) -> None:
        due = time.monotonic() + max(0.0, self._clock.real(account_seconds))
        with self._changed:
            heapq.heappush(self._waiting, ScheduledTask(due, next(self._numbers), task))
            self._changed.notify()

    def _wait(self) -> None:
        with self._changed:
            while not self._closed:
                if not self._waiting or self._waiting[0].at > time.monotonic():
                    self._changed.wait(self._waiting[0].at - time.monotonic() if self._waiting else None)
                else:
                    self._due.put(heapq.heappop(self._waiting).task)

    def _work(self) -> None:
        while task := self._due.get():
            self._advance(task)

    def _advance(self, task: Task) -> None:
        resume: Callable[[], Step] = lambda: next(task.steps)  # noqa: E731
        while (step := self._next_step(task, resume)) is not None:
            if not callable(step):
                self._wait_for(task, step)
                return
            resume = work_done(task, step)

    def _next_step(self, task: Task, resume: Callable[[], Step]) -> Step | None:
        with self._lock:
            return None if self._closed else next_step(task, resume)
