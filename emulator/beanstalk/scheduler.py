"""Lets what takes time happen: stories, advanced by one clock."""

import heapq
import itertools
import logging
import queue
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from emulator.clock import Clock

Step: TypeAlias = float | Callable[[], Any]
Story: TypeAlias = Generator[Step, Any, None]
"""What happens over time, told from beginning to end.

It runs holding the state's lock. It yields account seconds to wait, or slow work to be done without the lock,
whose result it is sent and whose exception is raised in it. A cancelled story never runs again.
"""

_WORKERS = 8
_log = logging.getLogger(__name__)


@dataclass
class Task:
    """A story under way. To be cancelled holding the state's lock."""

    story: Story
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass(order=True)
class _Due:
    at: float
    number: int
    task: Task = field(compare=False)


class Scheduler:
    """Advances stories: one thread waits for all of them, a few others run what is due."""

    def __init__(self, clock: Clock, lock: threading.RLock) -> None:
        self._clock = clock
        self._lock = lock
        self._numbers = itertools.count()
        self._waiting: list[_Due] = []
        self._changed = threading.Condition()
        self._closed = False
        self._due: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        # Daemons, so that slow work under way does not keep the account from ending.
        threading.Thread(target=self._wait, name="beanstalk-scheduler", daemon=True).start()
        for number in range(_WORKERS):
            threading.Thread(target=self._work, name=f"beanstalk-{number}", daemon=True).start()

    def begin(self, story: Story, *, after: float = 0) -> Task:
        """Begin a story, after so many account seconds."""
        task = Task(story)
        self._wait_for(task, after)
        return task

    def close(self) -> None:
        """Advance nothing any more. Returns at once; slow work that is under way ends by itself."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        for _ in range(_WORKERS):
            self._due.put(None)

    def _wait_for(self, task: Task, account_seconds: float) -> None:
        due = time.monotonic() + max(0.0, self._clock.real(account_seconds))
        with self._changed:
            heapq.heappush(self._waiting, _Due(due, next(self._numbers), task))
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
        outcome: Callable[[], Step] = lambda: next(task.story)  # noqa: E731
        while (step := self._next_step(task, outcome)) is not None:
            if not callable(step):
                self._wait_for(task, step)
                return
            outcome = self._done(task, step)

    def _next_step(self, task: Task, resume: Callable[[], Step]) -> Step | None:
        with self._lock:
            if task.cancelled or self._closed:
                return None
            try:
                return resume()
            except StopIteration:
                return None
            except Exception:  # noqa: BLE001 - a defect in a story is told, and ends no other story
                _log.exception("A story of Elastic Beanstalk broke off")
                return None

    @staticmethod
    def _done(task: Task, work: Callable[[], Any]) -> Callable[[], Step]:
        """Do slow work; what resumes the story with its result, or its exception."""
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - the story that asked for the work judges what went wrong
            failure = error
            return lambda: task.story.throw(failure)
        return lambda: task.story.send(result)
