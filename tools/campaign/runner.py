"""Plays many runs: on each testbed one at a time, on all testbeds at the same time."""

import time
from collections import deque
from collections.abc import Iterable, Sequence
from threading import Event, Lock, Thread

from tools.campaign.plan import RunPlan
from tools.campaign.report import RunResult, judge
from tools.campaign.run import CampaignRun
from tools.campaign.testbed import CampaignTestbed


class Runner:
    """Plays the plans, with a thread for each testbed. `seed`: the campaign's."""

    def __init__(self, testbeds: Sequence[CampaignTestbed], plans: Iterable[RunPlan], *, seed: int) -> None:
        self.results: list[RunResult] = []
        self.error: BaseException | None = None
        """The error that stopped the runner, if there was one."""
        self._plans = deque(plans)
        self._seed = seed
        self._lock = Lock()
        self._stopping = Event()
        self._threads = [Thread(target=self._work, args=(testbed,), daemon=True) for testbed in testbeds]

    def start(self) -> None:
        """Start to play."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Start no more runs."""
        self._stopping.set()

    @property
    def complete(self) -> bool:
        """Whether all runs were played. A runner that was stopped has left some."""
        return self.error is None and self.wait(0.0) and not self._plans

    def wait(self, seconds: float) -> bool:
        """Wait at most so many real seconds; return whether all threads have ended."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self, testbed: CampaignTestbed) -> None:
        try:
            while not self._stopping.is_set() and (plan := self._next()):
                self._play(testbed, plan)
        except Exception as error:  # noqa: BLE001 - the campaign raises it in the main thread
            self.error = self.error or error
            self.stop()

    def _next(self) -> RunPlan | None:
        with self._lock:
            return self._plans.popleft() if self._plans else None

    def _play(self, testbed: CampaignTestbed, plan: RunPlan) -> None:
        began = time.monotonic()
        evidence = CampaignRun(testbed, plan).play()
        result = judge(evidence, testbed.control.journal(), self._seed, time.monotonic() - began)
        self.results.append(result)
        if result.violation or evidence.lost:
            testbed.replace_shop()
        else:
            testbed.keep_shop(evidence.live)
