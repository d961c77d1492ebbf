"""How much of its processors' time this machine was idle."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

STATISTICS: Final = Path("/proc/stat")
IDLE, WAITING = 3, 4
"""The places of idle time and of time that waits for a disk, in the line of all processors.

Source: https://man7.org/linux/man-pages/man5/proc_stat.5.html
"""
COUNTED: Final = 8
"""The places that add up to all time. The time of guests is in that of users."""


@dataclass(frozen=True)
class ProcessorTimes:
    """The time of all processors since the machine started, in ticks."""

    idle: int
    total: int

    @classmethod
    def now(cls, statistics: Path = STATISTICS) -> Self | None:
        """Return the times; None on a machine that does not tell them."""
        try:
            first = statistics.read_text().splitlines()[0]
        except OSError:
            return None
        ticks = [int(each) for each in first.split()[1:]][:COUNTED]
        return cls(ticks[IDLE] + ticks[WAITING], sum(ticks))

    def idle_share_since(self, before: Self) -> float:
        """Return the share of idle time since an earlier moment."""
        return (self.idle - before.idle) / max(1, self.total - before.total)
