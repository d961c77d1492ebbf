"""The search: all single disturbances at all points, pairs of them, and random schedules.

A schedule has its begin in common with others. So a process plays the release, and at each call a copy of it (a fork)
goes on with each disturbance. A copy shares what was played, and leaves no trace in it.
"""

import os
import pickle
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import IO, Final

from tools.simulation.disturbance import CallFault
from tools.simulation.incidents import INCIDENTS
from tools.simulation.play import Played, Player
from tools.simulation.world import Site, World

FAULTS: Final = tuple(each for each in CallFault if each is not CallFault.STALE)

Alternatives = Callable[[Site], Sequence[str]]
"""What can happen at a call."""


def incidents_and_faults(site: Site) -> Sequence[str]:
    """Return all that can happen at a call but a stale answer, which needs a world that keeps its past."""
    return (*faults(site), *INCIDENTS)


def faults(site: Site) -> Sequence[str]:
    """Return the faults that a call can meet but a stale answer. A machine is no process: it is not killed."""
    impossible = {CallFault.KILL_AFTER, CallFault.TWICE} if site.service == "sns" else set()
    return [each for each in FAULTS if each not in impossible]


def stale_answers(site: Site) -> Sequence[str]:
    """Return a stale answer, if the call can have one."""
    return [CallFault.STALE] if site.reads_beanstalk else []


@dataclass
class Explorer:
    """Plays one release for each thing that can happen at each call, and `deeper` again in each of these.

    `deadline`: when to stop, as `perf_counter` tells; copies that run are finished. `take` gets each schedule that was
    played. `begin`, `stop`: only calls from `begin` on and before `stop` are disturbed first.
    """

    player: Player
    take: Callable[[Played], None]
    alternatives: Alternatives = incidents_and_faults
    deeper: Sequence[Alternatives] = ()
    keeps_past: bool = False
    deadline: float = float("inf")
    begin: int = 0
    stop: int = 1_000_000
    complete: bool = True
    """Whether everything was played."""

    def explore(self) -> None:
        """Play all schedules, and the release without any disturbance."""
        levels = [self.alternatives, *self.deeper]
        original = os.getpid()
        try:
            played = self.player.play(choose=_Forks(self, levels).choose, keeps_past=self.keeps_past)
            self.take(played)
        except BaseException:
            if os.getpid() == original:
                raise
            traceback.print_exc()
            os._exit(1)
        if os.getpid() != original:
            os._exit(0)


class _Forks:
    """Makes the copies of one process, at each call."""

    def __init__(self, explorer: Explorer, levels: Sequence[Alternatives]) -> None:
        self._explorer = explorer
        self._levels = levels

    def choose(self, world: World, site: Site) -> str | None:
        """Return nothing in the process that goes on undisturbed, and in each copy what happens at this call."""
        if not self._levels or not site.state or not self._explorer.begin <= site.point < self._explorer.stop:
            return None
        if any(run.redrives for run in world.executions) or len(world.executions) > 1:
            return None
        for what in self._levels[0](site):
            if perf_counter() > self._explorer.deadline:
                self._explorer.complete = False
                return None
            if self._copied():
                return what
        return None

    def _copied(self) -> bool:
        """Make a copy, and return True in it. Wait for its end in the original, take what it played, return False."""
        reads, writes = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reads)
            self._levels = self._levels[1:]
            self._explorer.begin = 0
            self._explorer.take = _Writer(writes).take
            return True
        os.close(writes)
        with os.fdopen(reads, "rb") as results:
            for played in _read(results):
                self._explorer.take(played)
        _, status = os.waitpid(child, 0)
        if status:
            raise ChildProcessError(f"A copy ended with the status {status}; its error is above.")
        return False


class _Writer:
    """Sends what a copy played to the process that made it."""

    def __init__(self, target: int) -> None:
        self._file = os.fdopen(target, "wb")

    def take(self, played: Played) -> None:
        """Send one schedule. Its history is sent only with a violation."""
        pickle.dump(replace(played, sites=(), history=played.history if played.violations else ()), self._file)
        self._file.flush()


def _read(results: IO[bytes]) -> Iterator[Played]:
    while True:
        try:
            yield pickle.load(results)  # noqa: S301 - of this program
        except EOFError:
            return

