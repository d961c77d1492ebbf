"""Maintenance windows: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environment-platform-update-managed.html"""

from datetime import UTC, datetime

import pytest

from emulator.beanstalk import managed_schedule, option_settings
from tests.support.option_settings import option

SETTINGS = option_settings.given([option("aws:elasticbeanstalk:managedactions", "PreferredStartTime", "Tue:09:00")])


def at(day: int, hour: int, minute: int = 0) -> float:
    """Return a moment of November 2026, when the 24th is a Tuesday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("now", "open_", "following"),
    [
        (at(24, 8, 59), None, at(24, 9)),
        (at(24, 9), at(24, 9), at(25, 9) + 6 * 86_400),
        (at(24, 10, 59), at(24, 9), at(24, 9) + 7 * 86_400),
        (at(24, 11), None, at(24, 9) + 7 * 86_400),
        (at(23, 12), None, at(24, 9)),
    ],
)
def test_a_window_is_open_for_two_hours_each_week(now: float, open_: float | None, following: float) -> None:
    assert managed_schedule.open_window(SETTINGS, now) == open_
    assert managed_schedule.next_window(SETTINGS, now) == following


def test_without_a_start_time_there_is_no_window() -> None:
    assert managed_schedule.open_window({}, at(24, 9)) is None
    assert managed_schedule.next_window({}, at(24, 9)) is None
