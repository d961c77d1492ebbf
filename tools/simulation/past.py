"""The begin of a release, as other schedules share it: what it is like before each of its functions is kept.

Another schedule begins there: the calls that changed the account are made again, and its operations go on. No function
runs until then.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.simulation.disturbance import Schedule
from tools.simulation.executions import KeptExecution
from tools.simulation.sites import Site


@dataclass(frozen=True)
class Change:
    """A call that may have changed the account: when, and what it was.

    `drawn`: how often chance had made identifiers by then.
    """

    time: float
    site: Site
    arguments: Mapping[str, Any]
    drawn: int


@dataclass(frozen=True)
class Checkpoint:
    """A world before one of its functions runs: when, and how many lines, calls, messages and changes there were."""

    time: float
    lines: int
    calls: int
    messages: int
    changes: int
    drawn: int
    chance: tuple[Any, ...]
    """What the SDK draws its delays from."""
    executions: tuple[KeptExecution, ...]
    rules: Mapping[str, Any]
    """What the rules went by."""


@dataclass
class Past:
    """What is kept of a release. `schedule`: what happens in it; `first`: the number of its first call."""

    schedule: Schedule = ()
    changes: list[Change] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    messages: list[tuple[float, str, str]] = field(default_factory=list)
    first: int | None = None
    """None before the release has begun: what is before is not disturbed."""
    ended: bool = False

    def before(self, schedule: Schedule) -> Checkpoint | None:
        """Return the last checkpoint before a schedule differs from this one; None without one."""
        differs = min((each.point for each in schedule if each not in self.schedule), default=-1)
        number = bisect_right(self.checkpoints, differs, key=lambda each: each.calls) if self.ended else 0
        return self.checkpoints[number - 1] if number else None

    def until(self, checkpoint: Checkpoint, schedule: Schedule) -> "Past":
        """Return the past of a schedule that differs from there on."""
        return Past(schedule, self.changes[: checkpoint.changes], first=self.first)
