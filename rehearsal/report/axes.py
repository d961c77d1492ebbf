"""Axes of the pictures: where a value is, and ticks at round values."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Final

from rehearsal.report.colours import AXIS, GRID
from rehearsal.report.evidence import minutes
from rehearsal.report.svg import SMALL, WIDTH, SvgPicture, text_width

TIME_STEPS: Final = (5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200)
"""In seconds."""
MAX_TIME_TICKS: Final = 17
MAX_COUNT_TICKS: Final = 6
RIGHT: Final = WIDTH - 20
"""The right end of the time axis. The last time needs the rest."""
TIME_AXIS: Final = 44
"""The height of the times and the words below them."""


@dataclass(frozen=True)
class Axis:
    """`low` and `high`: the values at the pixels `start` and `end`."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """Return the pixel of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def time_axis(low: float, high: float, names: Sequence[str]) -> Axis:
    """Return an axis of seconds with space for names on its left."""
    left = max([50.0, *(text_width(name) for name in names)]) + 16
    return Axis(low, max(high, low + 1e-3), left, RIGHT)


def time_ticks(low: float, high: float) -> list[float]:
    """Return the round times from `low` to `high`, in seconds."""
    span = high - low
    step = next((each for each in TIME_STEPS if span / each <= MAX_TIME_TICKS), 3600 * ceil(span / 3600 / 12))
    return [step * number for number in range(ceil(low / step), floor(high / step) + 1)]


def count_ticks(high: float) -> list[int]:
    """Return the round counts from 0 to `high`."""
    power = 1
    while 5 * power * MAX_COUNT_TICKS < high:
        power *= 10
    step = next((power * each for each in (1, 2, 5) if high / (power * each) <= MAX_COUNT_TICKS), 10 * power)
    return list(range(0, floor(high) + 1, step))


def draw_grid(picture: SvgPicture, axis: Axis, top: float, bottom: float) -> None:
    """Draw a line at each round time, and the axis at the bottom."""
    for tick in time_ticks(axis.low, axis.high):
        picture.line(axis.place(tick), top, axis.place(tick), bottom, GRID)
    picture.line(axis.start, bottom, axis.end, bottom, AXIS)


def draw_times(picture: SvgPicture, axis: Axis, y: float, words: str) -> None:
    """Draw the round times, with words below them."""
    for tick in time_ticks(axis.low, axis.high):
        picture.line(axis.place(tick), y, axis.place(tick), y + 4, AXIS)
        picture.words(axis.place(tick), y + 6 + SMALL, minutes(tick), anchor="middle")
    picture.words((axis.start + axis.end) / 2, y + TIME_AXIS - 8, words, anchor="middle")


def draw_counts(picture: SvgPicture, axis: Axis, x: float, words: str) -> None:
    """Draw the round counts on the left of `x`, with words upwards beside them."""
    for tick in count_ticks(axis.high):
        picture.line(x - 4, axis.place(tick), x, axis.place(tick), AXIS)
        picture.words(x - 8, axis.place(tick) + 4, f"{tick:,}", anchor="end")
    picture.words(x - 44, (axis.start + axis.end) / 2, words, anchor="middle", turned=True)
