"""The plan of a run: the bundle to release, the faults, and what happens to environments and people do meanwhile."""

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Literal, Self

from emulator.faults import Fault, FaultKind

GOOD_BUNDLE = "v2"
BAD_BUNDLES = ("answers_only_root", "does_not_start", "answers_500")
"""VerifyRelease finds the first one; Elastic Beanstalk finds the second at once and the third after a while."""

Role = Literal["blue", "green"]
READS = ("Describe", "Get", "Head", "List")

STALE_SECONDS = 40
"""The age of a stale answer in a run with a single fault, and the largest one in random runs, in account seconds.

Stages wait 60 seconds before they believe that something has not happened.
"""


class Intervention(StrEnum):
    """What people do, or what happens to an environment, while an execution runs."""

    ABORT = "abort"
    """They stop it."""
    SECOND = "second"
    """They start another one with the same input."""
    OTHER_STACK = "other_stack"
    """They start an execution of another stack that releases the same version onto the same environment."""
    DEPLOY = "deploy"
    """They deploy another good version onto blue."""
    CONFIGURE = "configure"
    """They change an option setting of blue."""
    SWAP = "swap"
    """They swap the CNAMEs of blue and green."""
    EDIT_TAGS = "edit_tags"
    """They remove the tag of green that names blue."""
    TERMINATE = "terminate"
    """They terminate green."""
    SICK = "sick"
    """The application answers errors."""
    WARN = "warn"
    """Health is Warning, and the application answers."""
    LOSE = "lose"
    """The environment loses its instance, and its Auto Scaling group launches another one."""
    SNAPSHOT_LOST = "snapshot_lost"
    """The snapshot that all executions share is deleted."""
    SNAPSHOT_TORN = "snapshot_torn"
    """Half of its bytes are left."""
    SNAPSHOT_OLD = "snapshot_old"
    """One from before the run, or from its begin, is put back."""
    SNAPSHOT_FUTURE = "snapshot_future"
    """The clock of its writer is minutes ahead."""
    SNAPSHOT_CLAIMED = "snapshot_claimed"
    """An execution claims it, to make it anew, and dies."""


SNAPSHOT_INCIDENTS = tuple(each for each in Intervention if each.startswith("snapshot_"))


@dataclass(frozen=True)
class PlannedIntervention:
    """`act` happens so many account seconds after the execution enters `state`, or when the execution has ended.

    `role`: the environment that it happens to. `lasts`: account seconds; None: until the environment is replaced.
    An incident of the snapshot is repeated for so long.
    """

    act: Intervention
    state: str
    seconds: float
    role: Role | None = None
    lasts: float | None = None

    @property
    def on_environment(self) -> bool:
        """Whether it happens to an environment, rather than to an execution."""
        return self.role is not None


@dataclass(frozen=True)
class CallSite:
    """A call that a release makes: the `number`-th one of this service and action in this function."""

    service: str
    action: str
    function: str
    number: int

    @property
    def only_reads(self) -> bool:
        """Whether the call reads Elastic Beanstalk: only such a call can have a stale answer."""
        return only_reads(self.service, self.action)

    @property
    def without_effect(self) -> bool:
        """Whether the call reads, of any service: an error before its effect and one after it are the same."""
        return self.action.startswith(READS)

    def previous(self) -> Self | None:
        """Return the call of the same kind before it, or None: releases differ in the number of their polls."""
        return replace(self, number=self.number - 1) if self.number > 1 else None


@dataclass(frozen=True)
class RunPlan:
    """The plan of one run.

    `faults`: each names its function by the module of the stage, or `STATE_MACHINE`. `bundle`: the sample to release.
    `interventions`: in their order. `site`: the call that meets the fault, in a run with a single fault.
    """

    name: str
    faults: tuple[Fault, ...] = ()
    bundle: str = GOOD_BUNDLE
    interventions: tuple[PlannedIntervention, ...] = ()
    site: CallSite | None = None

    @property
    def good(self) -> bool:
        """Whether the bundle is a good one."""
        return self.bundle == GOOD_BUNDLE

    @property
    def only_snapshot(self) -> bool:
        """Whether a good version is released, and nothing is struck but the snapshot that all executions share."""
        struck = [each.act in SNAPSHOT_INCIDENTS for each in self.interventions]
        struck += [fault.path is not None for fault in self.faults]
        return self.good and bool(struck) and all(struck)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "name": self.name,
            "bundle": self.bundle,
            "faults": [fault.as_dict() for fault in self.faults],
            "interventions": [asdict(each) for each in self.interventions],
        }

    def for_previous_call(self) -> "RunPlan | None":
        """Return the same plan for the call before `site`, or None."""
        previous = self.site.previous() if self.site else None
        return single_fault(previous, self.faults[0].kind, self.bundle) if previous else None


def only_reads(service: str, action: str) -> bool:
    """Return whether a call reads Elastic Beanstalk, and changes nothing."""
    return service == "elasticbeanstalk" and action.startswith(READS)


def single_fault(site: CallSite, kind: FaultKind, bundle: str) -> RunPlan:
    """Return the plan of a run in which this call, and no other, meets a fault of this kind."""
    age = STALE_SECONDS if kind is FaultKind.STALE else None
    fault = Fault(kind, site.service, site.action, site.function, call=site.number, age=age)
    name = f"{kind}/{site.function}/{site.service}.{site.action}/{site.number}"
    return RunPlan(name, (fault,), bundle, site=site)
