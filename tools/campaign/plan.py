"""The plan of a run: the bundle to release, the faults, and what happens to environments and people do meanwhile."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Literal

from emulator.faults import Fault

GOOD_BUNDLE = "v2"
BAD_BUNDLES = ("answers_only_root", "does_not_start", "answers_500")
"""VerifyRelease finds the first one; Elastic Beanstalk finds the second at once and the third after a while."""

Role = Literal["blue", "green"]


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


@dataclass(frozen=True)
class RunPlan:
    """The plan of one run.

    `bundle`: the sample to release. `interventions`: in their order.
    """

    name: str
    faults: tuple[Fault, ...] = ()
    bundle: str = GOOD_BUNDLE
    interventions: tuple[PlannedIntervention, ...] = ()

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
