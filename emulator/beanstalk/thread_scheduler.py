"""The scheduler of the running server: it follows real time, with threads."""

import heapq
import itertools
import queue
import threading
import time
from contextlib import AbstractContextManager

from emulator.beanstalk.scheduler import ScheduledTask, Steps, Task, run_until_wait
from emulator.clock import Clock

_WORKERS = 8


class ThreadScheduler:
    """Runs tasks in real time: one thread waits until tasks are due, the workers run them."""

    def __init__(self, clock: Clock, lock: AbstractContextManager[object]) -> None:
        self._clock = clock
        self._lock = lock
        self._numbers = itertools.count()
        self._waiting: list[ScheduledTask] = []
        self._changed = threading.Condition()
        self._closed = False
        self._due: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        # Daemons: slow work must not keep the server from ending.
        threading.Thread(target=self._dispatch, name="beanstalk-scheduler", daemon=True).start()
        for number in range(_WORKERS):
            threading.Thread(target=self._work, name=f"beanstalk-{number}", daemon=True).start()

    def start(self, steps: Steps, *, after: float = 0) -> Task:
        """Start to run steps after `after` account seconds."""
        task = Task(steps)
        self._continue(task, after)
        return task

    def close(self) -> None:
        """Stop all tasks, and return at once. Slow work that has started ends by itself."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        for _ in range(_WORKERS):
            self._due.put(None)

    def _continue(self, task: Task, account_seconds: float) -> None:
        due = time.monotonic() + max(0.0, self._clock.real(account_seconds))
        with self._changed:
            heapq.heappush(self._waiting, ScheduledTask(due, next(self._numbers), task))
            self._changed.notify()

    def _dispatch(self) -> None:
        """Give tasks to the workers when they are due."""
        with self._changed:
            while not self._closed:
                if not self._waiting or self._waiting[0].time > time.monotonic():
                    self._changed.wait(self._waiting[0].time - time.monotonic() if self._waiting else None)
                else:
                    self._due.put(heapq.heappop(self._waiting).task)

    def _work(self) -> None:
        while task := self._due.get():
            seconds = run_until_wait(task, self._lock, lambda: self._closed)
            if seconds is not None:
                self._continue(task, seconds)
