"""Ticks of axes are round, and not too many."""

import pytest

from rehearsal.report.axes import count_ticks, time_ticks


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-3, 27, [0, 5, 10, 15, 20, 25]),
        (-70, 115, [-60, -45, -30, -15, 0, 15, 30, 45, 60, 75, 90, 105]),
        (0, 3600, [number * 300 for number in range(13)]),
        (0, 200_000, [number * 18_000 for number in range(12)]),
        (0, 0.001, [0]),
    ],
)
def test_times(low: float, high: float, expected: list[float]) -> None:
    assert time_ticks(low, high) == expected


@pytest.mark.parametrize(
    ("high", "expected"),
    [
        (0.4, [0]),
        (1, [0, 1]),
        (6.7, [0, 2, 4, 6]),
        (32, [0, 10, 20, 30]),
        (299, [0, 50, 100, 150, 200, 250]),
        (301, [0, 100, 200, 300]),
        (4500, [0, 1000, 2000, 3000, 4000]),
    ],
)
def test_counts(high: float, expected: list[int]) -> None:
    assert count_ticks(high) == expected
