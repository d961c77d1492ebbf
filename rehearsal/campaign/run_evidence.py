"""The evidence of a run: what the rules judge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emulator.clock import Clock
from rehearsal.campaign.acts import Act
from rehearsal.campaign.course import Course
from rehearsal.campaign.execution import ExecutionHistory
from rehearsal.campaign.plan import Intervention, RunPlan
from rehearsal.campaign.snapshot_strikes import Strike
from rehearsal.campaign.testbed import DURATIONS
from rehearsal.traffic import Request


@dataclass(frozen=True)
class RunEvidence:
    """The observations of a run.

    `blue`, `cname`: the environment that should serve at the end, with the version `target`.
    `proved`: when each version became good, in real epoch seconds: 0 for the first, else when it passed its test.
    `hits`: the faults, with how many calls each has hit. `environments`: as Elastic Beanstalk describes them.
    `acts`: what happened to environments; `course`: their events. `strikes`: what happened to the snapshot that all
    share. `clock`: the account's. `dns_ttl`: in account seconds. `ended`: when the run was over. `stuck`: what did not
    end in time.
    """

    plan: RunPlan
    blue: str
    cname: str
    target: str
    executions: Sequence[ExecutionHistory]
    requests: Sequence[Request]
    hits: Sequence[Mapping[str, Any]]
    proved: Mapping[str, float]
    environments: Sequence[Mapping[str, Any]]
    templates: Sequence[str]
    course: Course
    clock: Clock
    ended: float
    acts: Sequence[Act] = ()
    strikes: Sequence[Strike] = ()
    dns_ttl: float = DURATIONS["dns_ttl"]
    stuck: str | None = None

    @property
    def lost(self) -> bool:
        """Whether somebody terminated the environment that served: only a person can repair that."""
        return any(act.act is Intervention.TERMINATE and act.live for act in self.acts)

    @property
    def live(self) -> str:
        """The version on blue at the end; the expected one when blue does not stand."""
        found = [str(each["VersionLabel"]) for each in self.environments if each["EnvironmentName"] == self.blue]
        return found[0] if found else self.target
