"""How a fleet is cut into waves."""

from collections.abc import Sequence
from math import ceil


def wave_sizes(waves: Sequence[int | str], total: int) -> list[int]:
    """Return the sizes of the waves of `total` releases. What is left after the given waves is the last one.

    `waves`: numbers, or percentages of the total such as "10%".
    """
    sizes: list[int] = []
    for wave in waves:
        size = wave if isinstance(wave, int) else ceil(total * int(wave.rstrip("%")) / 100)
        size = min(size, total - sum(sizes))
        if size:
            sizes.append(size)
    rest = total - sum(sizes)
    return [*sizes, rest] if rest else sizes


def wave_numbers(waves: Sequence[int | str], total: int) -> list[int]:
    """Return the wave of each of `total` releases, in their order; the first wave is 1."""
    return [number for number, size in enumerate(wave_sizes(waves, total), start=1) for _ in range(size)]
