"""One run: users ask, executions run, faults strike, people interfere, and then what is left to do is done in peace."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from rehearsal.campaign.execution import Course, Execution
from rehearsal.campaign.plan import GOOD_BUNDLE, Act, Schedule
from rehearsal.campaign.testbed import Testbed, TestbedError, until
from rehearsal.traffic import Request, Traffic

USERS = 4
REQUESTS_PER_SECOND = 20.0
TAIL_SECONDS = 0.7
"""Real seconds for which users go on asking; longer than they may keep a DNS answer."""
PATIENCE_SECONDS = 90.0
"""Real seconds for all executions of a run to end."""


@dataclass(frozen=True)
class Evidence:
    """What was seen in a run, and what it has left.

    `blue`, `cname`: the environment that users should be at in the end, with the version `target`.
    `proved`: since when a version may serve users, in real epoch seconds: since always, or since it passed its test.
    `environments`: as Elastic Beanstalk describes them. `stuck`: what did not come to an end.
    """

    schedule: Schedule
    blue: str
    cname: str
    target: str
    courses: Sequence[Course]
    requests: Sequence[Request]
    struck: Sequence[Mapping[str, Any]]
    proved: Mapping[str, float]
    environments: Sequence[Mapping[str, Any]]
    templates: Sequence[str]
    stuck: str | None = None


class Trial:
    """One run at a testbed."""

    def __init__(self, testbed: Testbed, schedule: Schedule) -> None:
        self._venue = testbed
        self._schedule = schedule
        self._shop = testbed.shop
        self._request = self._shop.request(self._shop.label(), schedule.bundle)
        self._executions: list[Execution] = []

    def play(self) -> Evidence:
        """Play it to its end. Raises OSError and botocore's errors when the account itself fails."""
        testbed, shop = self._venue, self._shop
        testbed.control.clear_journal()
        testbed.order(*self._schedule.faults)
        with Traffic(
            shop.cname, testbed.control.resolve, users=USERS, requests_per_second=REQUESTS_PER_SECOND
        ) as traffic:
            try:
                stuck = self._attempt(self._disturbed)
                struck = testbed.control.faults()
            finally:
                testbed.order()
            stuck = stuck or self._attempt(self._in_peace)
            time.sleep(TAIL_SECONDS)
        courses = [execution.course() for execution in self._executions]
        return Evidence(
            schedule=self._schedule,
            blue=shop.blue,
            cname=shop.cname,
            target=str(self._request["version"]),
            courses=courses,
            requests=traffic.requests,
            struck=struck,
            proved={shop.live: 0.0} | self._proved(courses),
            environments=testbed.environments(shop),
            templates=testbed.templates(shop),
            stuck=stuck,
        )

    def _attempt(self, act: Callable[[], None]) -> str | None:
        """Do something; return what did not come to an end, and end it."""
        try:
            act()
        except TestbedError as error:
            for execution in self._executions:
                execution.abort()
            return str(error)
        return None

    def _disturbed(self) -> None:
        """The release, while its schedule happens to it. Raises TestbedError."""
        main = self._start("main")
        for interference in self._schedule.people:
            until(partial(main.reached, interference.state), f"{interference.state} to be entered", PATIENCE_SECONDS)
            if not main.ended():
                self._venue.clock.sleep(interference.seconds)
            if interference.act is Act.ABORT:
                main.abort()
            else:
                self._start("second")
        self._await_ends()

    def _in_peace(self) -> None:
        """What a person does afterwards: release a corrected version, redrive what failed. Raises TestbedError."""
        hopeful = self._executions
        if not self._schedule.good:
            self._request = self._shop.request(self._shop.label(), GOOD_BUNDLE)
            hopeful = [self._start("correction")]
            self._await_ends()
        for execution in hopeful:
            if not execution.endings[-1].succeeded:
                execution.redrive()
                self._await_ends()

    def _start(self, role: str) -> Execution:
        execution = Execution(self._venue, role, self._request)
        self._executions.append(execution)
        return execution

    def _all_ended(self) -> bool:
        return all(execution.ended() for execution in self._executions)

    def _await_ends(self) -> None:
        until(self._all_ended, "all executions to end", PATIENCE_SECONDS)

    def _proved(self, courses: Sequence[Course]) -> dict[str, float]:
        proved: dict[str, float] = {}
        for course in courses:
            at = course.proved_at(self._venue.clock)
            if at is not None:
                proved[course.version] = min(at, proved.get(course.version, at))
        return proved
