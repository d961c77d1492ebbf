import threading
from collections.abc import Iterator

import pytest

from emulator.beanstalk.scheduler import Scheduler, Story
from emulator.clock import Clock
from tests.integration.emulator.beanstalk.conftest import until


@pytest.fixture
def lock() -> threading.RLock:
    return threading.RLock()


@pytest.fixture
def scheduler(lock: threading.RLock) -> Iterator[Scheduler]:
    running = Scheduler(Clock(0.001), lock)
    yield running
    running.close()


def test_a_story_goes_on_after_the_account_seconds_it_asks_for(scheduler: Scheduler) -> None:
    clock, told = Clock(0.001), []

    def story() -> Story:
        told.append(clock.time())
        yield 50
        told.append(clock.time())

    scheduler.begin(story())

    until(lambda: len(told) == 2, lambda: "the story to end")
    assert told[1] - told[0] >= 49


def test_slow_work_is_done_without_the_lock_and_its_result_told(scheduler: Scheduler, lock: threading.RLock) -> None:
    may_end, results = threading.Event(), []

    def story() -> Story:
        results.append((yield lambda: may_end.wait(10)))

    scheduler.begin(story())
    with lock:
        may_end.set()

    until(lambda: results == [True], lambda: "the work's result")


def test_what_slow_work_raises_is_raised_in_the_story(scheduler: Scheduler) -> None:
    caught = []

    def broken() -> None:
        raise OSError("no disk")

    def story() -> Story:
        try:
            yield broken
        except OSError as error:
            caught.append(str(error))

    scheduler.begin(story())

    until(lambda: caught == ["no disk"], lambda: "the exception")


def test_a_cancelled_story_never_goes_on(scheduler: Scheduler, lock: threading.RLock) -> None:
    begun, may_end, went_on = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        may_end.wait(10)

    def cancelled() -> Story:
        yield work
        went_on.set()

    task = scheduler.begin(cancelled())
    assert begun.wait(10)
    with lock:
        task.cancel()
    may_end.set()

    assert not went_on.wait(0.1)


def test_a_broken_story_is_logged_and_stops_no_other(scheduler: Scheduler, caplog: pytest.LogCaptureFixture) -> None:
    done = threading.Event()

    def broken() -> Story:
        yield 1
        raise ZeroDivisionError

    def good() -> Story:
        yield 20
        done.set()

    scheduler.begin(broken())
    scheduler.begin(good())

    assert done.wait(10)
    assert "ZeroDivisionError" in caplog.text


def test_many_stories_can_be_busy_at_once(scheduler: Scheduler) -> None:
    together = threading.Barrier(4, timeout=10)
    done = []

    def story() -> Story:
        yield together.wait
        done.append(True)

    for _ in range(4):
        scheduler.begin(story())

    until(lambda: len(done) == 4, lambda: "four stories to meet")


def test_a_closed_scheduler_tells_no_story_any_more(scheduler: Scheduler) -> None:
    told = threading.Event()

    def story() -> Story:
        yield 20
        told.set()

    scheduler.begin(story())
    scheduler.close()

    assert not told.wait(0.1)
