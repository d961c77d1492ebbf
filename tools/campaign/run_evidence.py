"""The evidence of a run: what the rules judge, and its course, by the events of its environments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emulator.clock import Clock
from rehearsal.traffic import Request
from tools.campaign.acts import Act
from tools.campaign.execution import ExecutionHistory
from tools.campaign.plan import Intervention, Role, RunPlan
from tools.campaign.snapshot_strikes import Strike
from tools.campaign.testbed import DURATIONS

SWAPPED = "Completed swapping CNAMEs"
STARTS = {"Environment update is starting.": "updated", "terminateEnvironment is starting.": "terminated"}


@dataclass(frozen=True)
class Happening:
    """An event of an environment. `at`: in real epoch seconds. `request`: the id of the request that caused it."""

    at: float
    environment: str
    message: str
    request: str | None = None


@dataclass(frozen=True)
class Course:
    """The events of a run, oldest first, of the environments `blue` and `green`. Blue is live at the begin."""

    blue: str
    green: str
    happenings: Sequence[Happening]

    def name(self, role: Role) -> str:
        return self.blue if role == "blue" else self.green

    @property
    def swaps(self) -> list[float]:
        """When each swap was complete."""
        return [
            each.at for each in self.happenings if each.environment == self.blue and each.message.startswith(SWAPPED)
        ]

    def holder(self, at: float) -> Role:
        """Return the environment that held the production CNAME."""
        return "green" if sum(swap <= at for swap in self.swaps) % 2 else "blue"

    def starts(self, environment: str) -> list[tuple[Happening, str]]:
        """Return each update and termination of an environment that began, and how to say it."""
        return [
            (each, STARTS[each.message])
            for each in self.happenings
            if each.environment == environment and each.message in STARTS
        ]


@dataclass(frozen=True)
class RunEvidence:
    """The observations of a run.

    `blue`, `cname`: the environment that should serve at the end, with the version `target`.
    `proved`: when each version became good, in real epoch seconds: 0 for the first, else when it passed its test.
    `hits`: the faults, with how many calls each has hit. `environments`: as Elastic Beanstalk describes them.
    `acts`: what happened to environments; `course`: their events. `strikes`: what happened to the snapshot that all
    share. `clock`: the account's. `dns_ttl`: in account seconds. `stuck`: what did not end in time.
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
