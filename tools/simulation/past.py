"""What functions do in a release until something disturbs it: it is recorded once, and repeated without the functions.

Calls that change something are made again. Those that only read are counted, and not made.
"""

from dataclasses import dataclass, field
from typing import Any

from tools.simulation.attempts import StateError
from tools.simulation.sites import PastCall


@dataclass
class PastInvocation:
    """A function that ran: what it did, and how it ended. `end`: how many calls there were by then."""

    function: str
    steps: list[PastCall | float] = field(default_factory=list)
    """Calls, and seconds in which it waited."""
    end: int = 0
    result: Any = None
    failure: StateError | None = None


@dataclass
class Past:
    """The functions of a release that nothing disturbed, in their order. `complete`: whether it came to its end."""

    invocations: list[PastInvocation] = field(default_factory=list)
    complete: bool = False


class Recorder:
    """Writes the past while a release is played."""

    def __init__(self, past: Past) -> None:
        past.invocations.clear()
        past.complete = False
        self._past = past

    def complete(self) -> None:
        """Note that the release came to its end."""
        self._past.complete = True

    def begin(self, function: str) -> None:
        """Note that a function begins."""
        self._past.invocations.append(PastInvocation(function))

    def note(self, step: PastCall | float) -> None:
        """Note what the function does."""
        if self._past.invocations:
            self._past.invocations[-1].steps.append(step)

    def end(self, calls: int, result: Any = None, failure: StateError | None = None) -> None:
        """Note how the function ended."""
        now = self._past.invocations[-1]
        now.end, now.result, now.failure = calls, result, failure


class Replay:
    """Repeats the past of a schedule up to the function in which something happens first, at the call `until`."""

    def __init__(self, past: Past, until: int) -> None:
        self._left = iter(past.invocations)
        self._until = until
        self.over = False

    def take(self) -> PastInvocation | None:
        """Return what the function will do that begins now; None if it must be run to know."""
        found = None if self.over else next(self._left, None)
        self.over = found is None or found.end > self._until
        return None if self.over else found
