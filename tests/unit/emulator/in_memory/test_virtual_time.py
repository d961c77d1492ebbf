import threading

import pytest

from emulator.beanstalk.scheduler import Steps
from emulator.in_memory.virtual_time import ORIGIN, VirtualClock, VirtualScheduler


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def scheduler(clock: VirtualClock) -> VirtualScheduler:
    return VirtualScheduler(clock, threading.RLock())


def test_the_clock_starts_at_the_same_moment_in_every_run(clock: VirtualClock) -> None:
    assert clock.time() == ORIGIN


def test_the_clock_moves_by_a_sleep_and_never_back(clock: VirtualClock) -> None:
    clock.sleep(30)
    clock.sleep(-5)
    clock.set(ORIGIN + 10)

    assert clock.time() == ORIGIN + 30


def test_nothing_runs_before_an_advance(scheduler: VirtualScheduler) -> None:
    started = []

    def steps() -> Steps:
        started.append(True)
        yield 1

    scheduler.start(steps())

    assert not started
    scheduler.advance(0)
    assert started


def test_an_advance_moves_the_clock_to_its_end(clock: VirtualClock, scheduler: VirtualScheduler) -> None:
    scheduler.advance(90)

    assert clock.time() == ORIGIN + 90


def test_tasks_run_at_their_times_in_the_order_of_their_times(clock: VirtualClock, scheduler: VirtualScheduler) -> None:
    runs: list[tuple[str, float]] = []

    def steps(name: str, wait: float) -> Steps:
        runs.append((name, clock.time() - ORIGIN))
        yield wait
        runs.append((name, clock.time() - ORIGIN))

    scheduler.start(steps("late", 20), after=5)
    scheduler.start(steps("early", 30))
    scheduler.advance(100)

    assert runs == [("early", 0), ("late", 5), ("late", 25), ("early", 30)]


def test_tasks_of_the_same_time_run_in_the_order_of_their_starts(scheduler: VirtualScheduler) -> None:
    runs: list[int] = []

    def steps(number: int) -> Steps:
        runs.append(number)
        yield 0

    for number in range(5):
        scheduler.start(steps(number), after=10)
    scheduler.advance(10)

    assert runs == [0, 1, 2, 3, 4]


def test_a_task_after_the_end_of_an_advance_waits_for_the_next_one(scheduler: VirtualScheduler) -> None:
    ended = []

    def steps() -> Steps:
        yield 60
        ended.append(True)

    scheduler.start(steps())
    scheduler.advance(59)
    assert not ended

    scheduler.advance(1)
    assert ended


def test_slow_work_takes_no_time_and_its_result_goes_to_the_steps(
    clock: VirtualClock, scheduler: VirtualScheduler
) -> None:
    results = []

    def steps() -> Steps:
        results.append((yield lambda: "done"))

    scheduler.start(steps())
    scheduler.advance(0)

    assert results == ["done"]
    assert clock.time() == ORIGIN


def test_an_exception_of_slow_work_is_raised_in_the_steps(scheduler: VirtualScheduler) -> None:
    caught = []

    def broken() -> None:
        raise OSError("no disk")

    def steps() -> Steps:
        try:
            yield broken
        except OSError as error:
            caught.append(str(error))

    scheduler.start(steps())
    scheduler.advance(0)

    assert caught == ["no disk"]


def test_a_cancelled_task_and_a_closed_scheduler_run_nothing(scheduler: VirtualScheduler) -> None:
    ended = []

    def steps(name: str) -> Steps:
        yield 10
        ended.append(name)

    cancelled = scheduler.start(steps("cancelled"))
    scheduler.start(steps("running"))
    cancelled.cancel()
    scheduler.advance(10)
    assert ended == ["running"]

    scheduler.start(steps("closed"))
    scheduler.close()
    scheduler.advance(10)
    assert ended == ["running"]


def test_a_defect_in_a_task_is_logged_and_stops_no_other_task(
    scheduler: VirtualScheduler, caplog: pytest.LogCaptureFixture
) -> None:
    ended = []

    def broken() -> Steps:
        yield 1
        raise ZeroDivisionError

    def good() -> Steps:
        yield 2
        ended.append(True)

    scheduler.start(broken())
    scheduler.start(good())
    scheduler.advance(2)

    assert ended
    assert "ZeroDivisionError" in caplog.text
