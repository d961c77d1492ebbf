"""The release without any disturbance, as other schedules begin with it.

It is played once, and what it is like is kept before each of its functions. Another schedule begins there: the calls
that change the account are made again, and its operations go on. No function runs until then.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

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
    executions: tuple[KeptExecution, ...]
    rules: Mapping[str, Any]
    """What the rules went by."""


@dataclass
class Past:
    """What is kept of a release. `first`: the number of its first call; `ended`: whether it came to its end."""

    changes: list[Change] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    messages: list[tuple[float, str, str]] = field(default_factory=list)
    first: int = -1
    ended: bool = False

    @property
    def begun(self) -> bool:
        """Whether the release has begun: what is before is not disturbed."""
        return self.first >= 0

    def begin(self, first: int) -> None:
        """Take notice of the begin of the release."""
        self.first = first

    def end(self, history: Iterable[str], sites: Iterable[Site], messages: Iterable[tuple[float, str, str]]) -> None:
        """Keep what there was at its end."""
        self.history, self.sites, self.messages, self.ended = list(history), list(sites), list(messages), True

    def before(self, call: int) -> Checkpoint | None:
        """Return the last checkpoint before a call; None without one."""
        number = bisect_right(self.checkpoints, call, key=lambda each: each.calls) if self.ended else 0
        return self.checkpoints[number - 1] if number else None
