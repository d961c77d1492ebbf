"""One run: a release under traffic and faults, with interventions; then, without faults, what a person does next."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from rehearsal.traffic import Traffic
from rehearsal.wait import WaitLimitError, until
from tools.campaign.acts import Act, Environments
from tools.campaign.execution import ExecutionHistory, RunExecution
from tools.campaign.plan import GOOD_BUNDLE, SNAPSHOT_INCIDENTS, Intervention, PlannedIntervention, RunPlan
from tools.campaign.run_evidence import Course, Happening, RunEvidence
from tools.campaign.snapshot_strikes import SharedSnapshot, Strike
from tools.campaign.testbed import DRAIN_SECONDS, LONG_WATCH_SECONDS, CampaignTestbed

CLIENTS = 4
REQUESTS_PER_SECOND = 20.0
TAIL_SECONDS = 0.7
"""Real seconds of traffic after the run; longer than clients keep a DNS answer."""
TIMEOUT_SECONDS = 90.0
"""Real seconds for all executions of a run to end."""
POLL_SECONDS = 0.05


class CampaignRun:
    """One run on a testbed."""

    def __init__(self, testbed: CampaignTestbed, plan: RunPlan) -> None:
        self._testbed = testbed
        self._plan = plan
        self._shop = testbed.shop
        sick = any(each.act is Intervention.SICK for each in plan.interventions)
        self._watch_seconds = LONG_WATCH_SECONDS if sick else DRAIN_SECONDS
        self._request = self._shop.release_request(self._shop.new_label(), plan.bundle, self._watch_seconds)
        self._executions: list[RunExecution] = []
        self._environments = Environments(testbed, self._shop)
        self._snapshot = SharedSnapshot(testbed)
        self._acts: list[Act] = []
        self._strikes: list[Strike] = []
        if any(each.act is Intervention.OTHER_STACK for each in plan.interventions):
            _ = testbed.other  # it takes long to deploy

    def play(self) -> RunEvidence:
        """Play the run and return the evidence. Raises OSError and botocore's errors when the account fails."""
        testbed, shop = self._testbed, self._shop
        testbed.control.clear_journal()
        began = testbed.clock.now()
        testbed.control.set_faults(*(each.as_dict() for each in self._plan.faults))
        with Traffic(
            shop.cname, testbed.control.resolve, clients=CLIENTS, requests_per_second=REQUESTS_PER_SECOND
        ) as traffic:
            try:
                stuck = self._attempt(self._release_with_faults)
                hits = testbed.control.faults()
            finally:
                testbed.control.set_faults()
            if not self._lost:
                stuck = stuck or self._attempt(self._finish_without_faults)
            time.sleep(TAIL_SECONDS)
        self._environments.recover()
        histories = [execution.history() for execution in self._executions]
        return RunEvidence(
            plan=self._plan,
            blue=shop.blue,
            cname=shop.cname,
            target=str(self._request["version"]),
            executions=histories,
            requests=traffic.requests,
            hits=hits,
            proved={shop.live: 0.0} | self._proved(histories),
            environments=shop.describe_environments(),
            templates=shop.saved_configurations(),
            course=self._course(began),
            clock=testbed.clock,
            acts=tuple(self._acts),
            strikes=tuple(self._strikes),
            stuck=stuck,
        )

    @property
    def _lost(self) -> bool:
        return any(act.act is Intervention.TERMINATE and act.live for act in self._acts)

    def _course(self, began: datetime) -> Course:
        clock = self._testbed.clock
        happenings = [
            Happening(clock.machine_time(event.at.timestamp()), event.environment, event.message, event.request)
            for event in self._shop.events()
            if event.at >= began
        ]
        return Course(self._shop.blue, self._shop.green, happenings)

    def _attempt(self, step: Callable[[], None]) -> str | None:
        """Do a step. If it does not end in time, abort all executions and return what did not end."""
        try:
            step()
        except WaitLimitError as error:
            for execution in self._executions:
                execution.stop()
            return str(error)
        return None

    def _release_with_faults(self) -> None:
        """Release, with the interventions of the plan. Raises WaitLimitError."""
        main = self._start("main")
        for intervention in self._plan.interventions:
            entered = partial(main.reached, intervention.state)
            until(entered, f"{intervention.state} to be entered", TIMEOUT_SECONDS, poll_seconds=POLL_SECONDS)
            if not main.ended():
                self._testbed.clock.sleep(intervention.seconds)
            self._intervene(intervention, main)
        self._await_ends()

    def _intervene(self, intervention: PlannedIntervention, main: RunExecution) -> None:
        match intervention.act:
            case Intervention.ABORT:
                main.stop()
            case Intervention.SECOND:
                self._start("second")
            case Intervention.OTHER_STACK:
                # The version is registered by then, or not.
                request = {name: value for name, value in self._request.items() if name != "source_bundle"}
                self._executions.append(RunExecution(self._testbed.other, "other", request))
            case struck if struck in SNAPSHOT_INCIDENTS:
                if strike := self._snapshot.strike(intervention):
                    self._strikes.append(strike)
            case _ if not main.ended() and (act := self._environments.do(intervention)):
                self._acts.append(act)
            case _:
                return

    def _finish_without_faults(self) -> None:
        """Release a corrected version if the first was bad, and redrive what failed. Raises WaitLimitError."""
        finishing = self._executions
        self._environments.repair()
        if not self._plan.good:
            self._request = self._shop.release_request(self._shop.new_label(), GOOD_BUNDLE, self._watch_seconds)
            finishing = [self._start("correction")]
            self._await_ends()
        for execution in finishing:
            if not execution.ends[-1].succeeded:
                execution.redrive()
                self._await_ends()

    def _start(self, role: str) -> RunExecution:
        execution = RunExecution(self._testbed, role, self._request)
        self._executions.append(execution)
        return execution

    def _all_ended(self) -> bool:
        return all(execution.ended() for execution in self._executions)

    def _await_ends(self) -> None:
        until(self._all_ended, "all executions to end", TIMEOUT_SECONDS, poll_seconds=POLL_SECONDS)

    def _proved(self, histories: Sequence[ExecutionHistory]) -> dict[str, float]:
        proved: dict[str, float] = {}
        for history in histories:
            at = history.proved_at(self._testbed.clock)
            if at is not None:
                proved[history.version] = min(at, proved.get(history.version, at))
        return proved
