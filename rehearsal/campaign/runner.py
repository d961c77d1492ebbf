"""Plays many runs, at every testbed one at a time."""

import time
from collections import deque
from collections.abc import Iterable, Sequence
from threading import Event, Lock, Thread

from rehearsal.campaign.plan import Schedule, Site
from rehearsal.campaign.result import Result
from rehearsal.campaign.run import Trial
from rehearsal.campaign.testbed import Testbed

Run = tuple[Site | None, Schedule]
"""What is to be played, and the one call that it is about, if it is about one."""


class Runner:
    """One thread for each testbed. `seed`: of the random runs."""

    def __init__(self, testbeds: Sequence[Testbed], runs: Iterable[Run], *, seed: int) -> None:
        self.results: list[Result] = []
        self.failure: BaseException | None = None
        """What stopped the runner, if something did."""
        self._runs = deque(runs)
        self._seed = seed
        self._changing = Lock()
        self._stopping = Event()
        self._threads = [Thread(target=self._work, args=(testbed,), daemon=True) for testbed in testbeds]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Begin no more runs."""
        self._stopping.set()

    @property
    def complete(self) -> bool:
        """Whether everything was played."""
        return self.failure is None and self.wait(0.0)

    def wait(self, seconds: float) -> bool:
        """Wait a while; return whether all is done."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self, testbed: Testbed) -> None:
        try:
            while not self._stopping.is_set() and (run := self._next()):
                self._play(testbed, *run)
        except Exception as error:  # noqa: BLE001 - it is raised again where somebody hears it
            self.failure = self.failure or error
            self.stop()

    def _next(self) -> Run | None:
        with self._changing:
            return self._runs.popleft() if self._runs else None

    def _play(self, testbed: Testbed, site: Site | None, schedule: Schedule) -> None:
        began = time.monotonic()
        evidence = Trial(testbed, schedule).play()
        result = Result.of(evidence, testbed.journal(), time.monotonic() - began, self._seed)
        self.results.append(result)
        if result.violation:
            testbed.close_shop()
        else:
            testbed.settle(evidence.target)
        if site and not result.struck and (earlier := site.before()):
            # There were fewer polls than in the release that the calls were learnt from.
            again = earlier.struck(schedule.faults[0].kind, schedule.bundle)
            with self._changing:
                self._runs.appendleft((earlier, again))
