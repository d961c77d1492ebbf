import threading
from collections.abc import Iterator

import pytest

from emulator.beanstalk.scheduler import Steps
from emulator.beanstalk.thread_scheduler import ThreadScheduler
from emulator.clock import Clock
from tests.support.beanstalk import until


@pytest.fixture
def lock() -> threading.RLock:
    return threading.RLock()


@pytest.fixture
def scheduler(lock: threading.RLock) -> Iterator[ThreadScheduler]:
    running = ThreadScheduler(Clock(0.001), lock)
    yield running
    running.close()


def test_steps_continue_after_the_account_seconds_that_they_yield(scheduler: ThreadScheduler) -> None:
    clock, times = Clock(0.001), []

    def steps() -> Steps:
        times.append(clock.time())
        yield 50
        times.append(clock.time())

    scheduler.start(steps())

    until(lambda: len(times) == 2, lambda: "the steps to end")
    assert times[1] - times[0] >= 49


def test_slow_work_runs_without_the_lock_and_its_result_goes_to_the_steps(
    scheduler: ThreadScheduler, lock: threading.RLock
) -> None:
    may_end, results = threading.Event(), []

    def steps() -> Steps:
        results.append((yield lambda: may_end.wait(10)))

    scheduler.start(steps())
    with lock:
        may_end.set()

    until(lambda: results == [True], lambda: "the work's result")


def test_an_exception_of_slow_work_is_raised_in_the_steps(scheduler: ThreadScheduler) -> None:
    caught = []

    def broken() -> None:
        raise OSError("no disk")

    def steps() -> Steps:
        try:
            yield broken
        except OSError as error:
            caught.append(str(error))

    scheduler.start(steps())

    until(lambda: caught == ["no disk"], lambda: "the exception")


def test_a_cancelled_task_does_not_continue(scheduler: ThreadScheduler, lock: threading.RLock) -> None:
    begun, may_end, continued = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        may_end.wait(10)

    def cancelled() -> Steps:
        yield work
        continued.set()

    task = scheduler.start(cancelled())
    assert begun.wait(10)
    with lock:
        task.cancel()
    may_end.set()

    assert not continued.wait(0.1)


def test_a_defect_in_a_task_is_logged_and_stops_no_other_task(
    scheduler: ThreadScheduler, caplog: pytest.LogCaptureFixture
) -> None:
    done = threading.Event()

    def broken() -> Steps:
        yield 1
        raise ZeroDivisionError

    def good() -> Steps:
        yield 20
        done.set()

    scheduler.start(broken())
    scheduler.start(good())

    assert done.wait(10)
    assert "ZeroDivisionError" in caplog.text


def test_slow_work_of_four_tasks_runs_at_the_same_time(scheduler: ThreadScheduler) -> None:
    together = threading.Barrier(4, timeout=10)
    done = []

    def steps() -> Steps:
        yield together.wait
        done.append(True)

    for _ in range(4):
        scheduler.start(steps())

    until(lambda: len(done) == 4, lambda: "four tasks at the barrier")


def test_a_closed_scheduler_runs_no_task(scheduler: ThreadScheduler) -> None:
    continued = threading.Event()

    def steps() -> Steps:
        yield 20
        continued.set()

    scheduler.start(steps())
    scheduler.close()

    assert not continued.wait(0.1)
