"""Steps that run over time, and how every scheduler runs them."""

import logging
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeAlias

Step: TypeAlias = float | Callable[[], Any]
"""Account seconds to wait, or slow work to do without the state's lock."""
Steps: TypeAlias = Generator[Step, Any, None]
"""What happens over time.

The generator runs while the scheduler holds the state's lock. It yields its steps. The scheduler sends it the result
of slow work, or raises the exception of slow work in it. It does not run again after its task is cancelled.
"""

_log = logging.getLogger(__name__)


@dataclass
class Task:
    """Steps that a scheduler runs."""

    steps: Steps
    cancelled: bool = False

    def cancel(self) -> None:
        """Stop the task before its next step. Hold the state's lock."""
        self.cancelled = True


class Scheduler(Protocol):
    """Runs steps over time."""

    def start(self, steps: Steps, *, after: float = 0) -> Task:
        """Start to run steps after `after` account seconds."""

    def close(self) -> None:
        """Stop all tasks, and return at once. Slow work that has started ends by itself."""


class ScheduledTask(NamedTuple):
    """A task, and when it continues: `time` in seconds of any one clock. `number` orders tasks of the same time.

    No two tasks have the same number: tasks themselves are never compared.
    """

    time: float
    number: int
    task: Task


def run_until_wait(
    task: Task, lock: AbstractContextManager[object], closed: Callable[[], bool] = lambda: False
) -> float | None:
    """Run a task up to its next wait. Return the account seconds to wait, None when the task has ended.

    The lock is held while the steps run, and free during slow work. `closed`: whether the scheduler is closed.
    """
    resume: Callable[[], Step] = partial(next, task.steps)
    while True:
        with lock:
            step = None if closed() or task.cancelled else _next_step(resume)
        if not callable(step):
            return step
        resume = _result_of(step, task)


def _next_step(resume: Callable[[], Step]) -> Step | None:
    """Return the next step, None when there is none. Log a defect in the steps: it must not stop other tasks."""
    try:
        return resume()
    except StopIteration:
        return None
    except Exception:  # noqa: BLE001 - see above
        _log.exception("An operation of Elastic Beanstalk stopped because of a defect")
        return None


def _result_of(work: Callable[[], Any], task: Task) -> Callable[[], Step]:
    """Do slow work. Return what resumes the task with the work's result or exception."""
    try:
        result = work()
    except Exception as error:  # noqa: BLE001 - the steps that asked for the work decide what an error means
        failure = error
        return lambda: task.steps.throw(failure)
    return lambda: task.steps.send(result)
