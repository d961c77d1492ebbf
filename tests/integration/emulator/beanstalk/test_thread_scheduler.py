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


def test_a_story_goes_on_after_the_account_seconds_it_asks_for(scheduler: ThreadScheduler) -> None:
    clock, told = Clock(0.001), []

    def steps() -> Steps:
        told.append(clock.time())
        yield 50
        told.append(clock.time())

    scheduler.start(steps())

    until(lambda: len(told) == 2, lambda: "the steps to end")
    assert told[1] - told[0] >= 49


def test_slow_work_is_done_without_the_lock_and_its_result_told(
    scheduler: ThreadScheduler, lock: threading.RLock
) -> None:
    may_end, results = threading.Event(), []

    def steps() -> Steps:
        results.append((yield lambda: may_end.wait(10)))

    scheduler.start(steps())
    with lock:
        may_end.set()

    until(lambda: results == [True], lambda: "the work's result")


def test_what_slow_work_raises_is_raised_in_the_story(scheduler: ThreadScheduler) -> None:
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


def test_a_cancelled_story_never_goes_on(scheduler: ThreadScheduler, lock: threading.RLock) -> None:
    begun, may_end, went_on = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        may_end.wait(10)

    def cancelled() -> Steps:
        yield work
        went_on.set()

    task = scheduler.start(cancelled())
    assert begun.wait(10)
    with lock:
        task.cancel()
    may_end.set()

    assert not went_on.wait(0.1)


def test_a_broken_story_is_logged_and_stops_no_other(
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


def test_many_stories_can_be_busy_at_once(scheduler: ThreadScheduler) -> None:
    together = threading.Barrier(4, timeout=10)
    done = []

    def steps() -> Steps:
        yield together.wait
        done.append(True)

    for _ in range(4):
        scheduler.start(steps())

    until(lambda: len(done) == 4, lambda: "four stories to meet")


def test_a_closed_scheduler_tells_no_story_any_more(scheduler: ThreadScheduler) -> None:
    told = threading.Event()

    def steps() -> Steps:
        yield 20
        told.set()

    scheduler.start(steps())
    scheduler.close()

    assert not told.wait(0.1)
