"""How much of this machine's processors was idle, and how much this program and its children took.

Source of the files: https://man7.org/linux/man-pages/man5/proc_stat.5.html
and https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

PROCESSES: Final = Path("/proc")
IDLE, WAITING = 3, 4
"""The places of idle time, and of time that waits for a disk, in the line of all processors."""
COUNTED: Final = 8
"""The places that add up to all time. The time of guests is in that of users."""
PARENT: Final = 1
TIMES: Final = slice(11, 15)
"""Of a process, behind its name: its parent; its time in both modes, and that of its children that have ended."""


@dataclass(frozen=True)
class ProcessorTimes:
    """Times since the machine started, in ticks. `own`: of this program and all that it started."""

    idle: int
    total: int
    own: int

    @classmethod
    def now(cls, processes: Path = PROCESSES, program: int | None = None) -> Self | None:
        """Return the times; None on a machine that does not tell them. `program`: a process id, by default this one."""
        try:
            first = (processes / "stat").read_text().splitlines()[0]
        except OSError:
            return None
        ticks = [int(each) for each in first.split()[1:]][:COUNTED]
        return cls(ticks[IDLE] + ticks[WAITING], sum(ticks), _own(processes, program or os.getpid()))

    def shares_since(self, before: Self) -> tuple[float, float]:
        """Return the idle share and the own share of the time since an earlier moment."""
        passed = max(1, self.total - before.total)
        return (self.idle - before.idle) / passed, (self.own - before.own) / passed


def _own(processes: Path, program: int) -> int:
    """Return the ticks of a process and of all that it started, also of those that have ended."""
    parents, ticks = dict[int, int](), dict[int, int]()
    for folder in processes.glob("[0-9]*"):
        with suppress(OSError):  # it has just ended
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            parents[int(folder.name)] = int(fields[PARENT])
            ticks[int(folder.name)] = sum(int(each) for each in fields[TIMES])
    return sum(spent for process, spent in ticks.items() if program in _line_of(process, parents))


def _line_of(process: int, parents: dict[int, int]) -> list[int]:
    """Return the process and all its ancestors."""
    line = [process]
    while (parent := parents.get(line[-1], 0)) and parent not in line:
        line.append(parent)
    return line
