import time
from datetime import UTC, datetime, timedelta

import pytest

from emulator.clock import Clock


def test_account_time_agrees_with_real_time_at_the_origin() -> None:
    assert Clock(scale=0.1, origin=time.time()).time() == pytest.approx(time.time(), abs=1)


def test_account_time_passes_as_many_times_faster_as_the_scale_says() -> None:
    clock = Clock(scale=0.01, origin=time.time() - 10)

    assert clock.time() - clock.origin == pytest.approx(1000, abs=50)


def test_now_is_account_time_as_a_date_in_utc() -> None:
    clock = Clock(scale=0.5, origin=time.time() - 100)

    assert abs(clock.now() - datetime.fromtimestamp(clock.time(), UTC)) < timedelta(seconds=1)
    assert clock.now().tzinfo is UTC


def test_an_account_second_takes_scale_real_seconds() -> None:
    assert Clock(scale=0.2).real(30) == pytest.approx(6)


def test_sleep_takes_account_seconds() -> None:
    clock = Clock(scale=0.001)
    began = time.monotonic()

    clock.sleep(50)

    assert 0.05 <= time.monotonic() - began < 25


def test_sleeping_until_a_moment_that_has_passed_takes_no_time() -> None:
    Clock(scale=1000).sleep(-5)


@pytest.mark.parametrize("scale", [0, -1])
def test_a_clock_that_would_stand_still_or_run_backwards_is_refused(scale: float) -> None:
    with pytest.raises(ValueError, match=r"above 0 .* is -?\d"):
        Clock(scale=scale)
