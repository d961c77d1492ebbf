"""A fleet is cut into waves of numbers and percentages; the rest is the last wave."""

import pytest

from lambdas.fleet_waves import wave_numbers, wave_sizes


@pytest.mark.parametrize(
    ("waves", "total", "sizes"),
    [
        ([1, "10%", "50%"], 100, [1, 10, 50, 39]),
        ([1, 10], 100, [1, 10, 89]),
        ([1, "10%", "50%"], 3, [1, 1, 1]),
        ([1, "10%", "50%"], 1, [1]),
        ([5], 3, [3]),
        (["100%"], 7, [7]),
        (["50%", "50%", "50%"], 10, [5, 5]),
        ([1], 0, []),
        (["1%"], 1000, [10, 990]),
    ],
)
def test_waves(waves: list[int | str], total: int, sizes: list[int]) -> None:
    assert wave_sizes(waves, total) == sizes
    assert sum(sizes) == total


def test_releases_are_in_waves_in_their_order() -> None:
    assert wave_numbers([1, 2], 5) == [1, 2, 2, 3, 3]
