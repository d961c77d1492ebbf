"""Releases in their thousands, by their calls alone: no handler runs, and no environment exists.

Each release passes through what `model.py` was seen to do: its turn to begin, waits, which read the shared look, and
acts, which need calls of their own. The rule of turns (lambdas/turns.py), the limit of calls and the delays of retries
are the real ones.
"""

import heapq
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Final, NamedTuple

from emulator.beanstalk.durations import Durations, Limits
from emulator.beanstalk.errors import ThrottlingError
from emulator.beanstalk.protocol.throttling import TokenBucket
from infra.retry_delays import WAITING
from lambdas.shared_look import LONGEST_QUIET_SECONDS, QUIET_SECONDS
from lambdas.turns import SPAN_SECONDS, seconds_to_turn

LOOK_SECONDS: Final = 5
"""The least time between two shared looks."""
USUAL: Final = Durations()


class Stage(NamedTuple):
    """A stage: how many calls of DescribeEnvironments and of DescribeEvents it needs, then how long it waits."""

    looks: int
    events: int
    seconds: float


STAGES: Final = (
    Stage(0, 1, USUAL.launch),
    Stage(1, 0, 0),  # green is tested
    Stage(1, 1, USUAL.swap),
    Stage(0, 0, 120),  # the drain
    Stage(1, 1, USUAL.update),
    Stage(0, 1, 0),
    Stage(1, 0, 0),  # blue is tested
    Stage(1, 1, USUAL.swap),
    Stage(0, 0, 120),  # the watch
    Stage(0, 1, 0),
    Stage(1, 1, USUAL.terminate),
)
"""A release: what its stages ask for, by `model.py` at 100 at once, and Elastic Beanstalk's usual durations."""


@dataclass
class CallRun:
    """The calls of so many releases. `looks`: when their acts, and the shared look, called DescribeEnvironments.

    `events`: how often they called DescribeEvents. `throttled`: of the looks and of the events.
    """

    releases: int
    random: Random
    looks: list[float] = field(default_factory=list)
    shared: int = 0
    events: int = 0
    throttled: Counter[str] = field(default_factory=Counter)
    ends: list[float] = field(default_factory=list)
    now: float = 0
    _begun: deque[float] = field(default_factory=deque)
    _next_shared: float = 0
    _refused: int = 0
    """How often the shared look was throttled since it was made."""

    def __post_init__(self) -> None:
        self._environments = TokenBucket(Limits(), lambda: self.now)
        self._events = TokenBucket(Limits(), lambda: self.now)

    def play(self) -> "CallRun":
        """Run all releases to their ends."""
        running = [(0.0, number, self._release()) for number in range(self.releases)]
        while running:
            self.now, number, steps = heapq.heappop(running)
            wait = next(steps, None)
            if wait is None:
                self.ends.append(self.now)
            else:
                heapq.heappush(running, (self.now + wait, number, steps))
        return self

    def _release(self) -> Iterator[float]:
        """Run one release. Yield its waits."""
        yield from self._turn()
        for stage in STAGES:
            tried = 0
            while not self._acts(stage):
                yield self._delay(tried)
                tried += 1
            seconds = stage.seconds * self.random.uniform(1 - USUAL.spread, 1 + USUAL.spread)
            done, tried = self.now + seconds, 0
            while self.now < done:
                self._look_for_all()
                yield self._delay(tried)
                tried += 1

    def _turn(self) -> Iterator[float]:
        """Wait for the turn to begin. Yield the waits."""
        tried = 0
        while True:
            while self._begun and self._begun[0] <= self.now - SPAN_SECONDS:
                self._begun.popleft()
            if seconds_to_turn(self._begun, self.now) <= 0:
                self._look_for_all()
                if not self._refused:
                    break
            yield self._delay(tried)
            tried += 1
        self._begun.append(self.now)

    def _acts(self, stage: Stage) -> bool:
        looked = all(self._look() for _ in range(stage.looks))
        return looked and all(self._read_events() for _ in range(stage.events))

    def _look_for_all(self) -> None:
        if self.now >= self._next_shared:
            self.shared += 1
            self._refused = 0 if self._look() else self._refused + 1
            quiet = min(QUIET_SECONDS * 2 ** max(0, self._refused - 1), LONGEST_QUIET_SECONDS)
            self._next_shared = self.now + (quiet if self._refused else LOOK_SECONDS)

    def _look(self) -> bool:
        self.looks.append(self.now)
        return self._call(self._environments, "looks")

    def _read_events(self) -> bool:
        self.events += 1
        return self._call(self._events, "events")

    def _call(self, bucket: TokenBucket, what: str) -> bool:
        try:
            bucket.take_token()
        except ThrottlingError:
            self.throttled[what] += 1
            return False
        return True

    def _delay(self, tried: int) -> float:
        return self.random.uniform(0, min(WAITING.first * WAITING.rate ** min(tried, 20), WAITING.longest))

    @property
    def throttled_shares(self) -> tuple[float, float]:
        """The shares of looks and of reads of events that were throttled."""
        return self.throttled["looks"] / len(self.looks), self.throttled["events"] / self.events

    def __str__(self) -> str:
        last, (looks, events) = max(self.ends), self.throttled_shares
        return (
            f"{self.releases:,} at once, by their calls: {last:,.0f} s, {len(self.looks) / last:.2f} looks a second, "
            f"of which {self.shared / last:.2f} are shared by those who wait; {looks:.0%} throttled. "
            f"{self.events / last:.2f} reads of events a second, {events:.0%} throttled"
        )


def calls_of(releases: int, seed: int = 1) -> CallRun:
    """Return the calls of so many releases that are started at once."""
    return CallRun(releases, Random(seed)).play()  # noqa: S311
