"""How busy this machine is: all instances run on it."""

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

_STAT = Path("/proc/stat")
_FIELDS = ("User", "Nice", "System", "Idle", "IOWait", "IRQ", "SoftIRQ")
"""The columns of /proc/stat, in the words of DescribeInstancesHealth."""


@dataclass(frozen=True)
class MachineLoad:
    """The load averages of 1, 5 and 15 minutes, and the shares of the processors' time in percent."""

    averages: tuple[float, float, float] = (0.0, 0.0, 0.0)
    processors: dict[str, float] = field(default_factory=dict)


class MachineMonitor:
    """Reads how busy the machine is. Thread-safe."""

    def __init__(self) -> None:
        self._reading = threading.Lock()
        self._before = (0,) * len(_FIELDS)

    def load(self) -> MachineLoad:
        """Return the load since the last call, at first since the machine started. No processors outside Linux."""
        one, five, fifteen = os.getloadavg()
        averages = (round(one, 2), round(five, 2), round(fifteen, 2))
        if not _STAT.exists():
            return MachineLoad(averages)
        ticks = tuple(int(tick) for tick in _STAT.read_text().split("\n", 1)[0].split()[1 : len(_FIELDS) + 1])
        with self._reading:
            spent = [now - before for now, before in zip(ticks, self._before, strict=True)]
            self._before = ticks
        total = max(1, sum(spent))
        shares = {name: round(100 * ticks / total, 1) for name, ticks in zip(_FIELDS, spent, strict=True)}
        return MachineLoad(averages, shares)
