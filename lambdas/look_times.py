"""When a state that waits looks at Elastic Beanstalk, by how long such an operation takes.

A look before the operation can be done is useless, and Elastic Beanstalk answers few of them. A look that comes late
makes the release longer. So there are few looks before most operations end, and many from then on.
"""

from dataclasses import dataclass
from typing import Final

from lambdas.aws.environment import Environment
from lambdas.aws.snapshot import Snapshot
from lambdas.deployment import Deployment
from lambdas.errors import EnvironmentNotReadyError, EnvironmentReadySoonError
from lambdas.visit import Visit

SOON_SECONDS: Final = 20
"""Before its end, or before its look is due, a wait is looked at every few seconds."""
SLACK_SECONDS: Final = 1
"""A look from so long before its time counts: a function reads its clock twice."""
SOON: Final = "retries_soon"
"""The key of the event by which a state says that it retries EnvironmentReadySoonError. Older definitions do not."""

CROWD: Final = 10
"""So many operations in progress are no crowd yet."""
UNKNOWN_HEALTH: Final = frozenset({"Grey", "Pending", "Unknown"})
UNKNOWN_STATUSES: Final = frozenset({None, "Pending", "Unknown"})


@dataclass(frozen=True)
class LookTimes:
    """The ages of a state, in seconds, at which it looks.

    It looks once at each of `early`, then every `often` seconds from `due` to `late`, when most operations end, and
    then every `rare` seconds. `due_basic`: the same as `due` under basic health reporting. `before_health`: the same as
    `often` while green's health is not known yet. A state that was redriven looks at `rare`: what it waits for may have
    ended long ago. So do all in a crowd, which share many looks, and before `due` all with environments of a single
    instance: without a load balancer, operations may take a minute.
    """

    due: float
    often: float
    late: float
    rare: float
    early: tuple[float, ...] = ()
    before_health: float = 0
    due_basic: float | None = None

    def fresh(self, deployment: Deployment, visit: Visit, snapshot: Snapshot) -> float:
        """Return how old the look may be that the stage uses now, before another one is made."""
        age = visit.seconds
        if visit.resumed or is_crowded(snapshot):
            return self.rare
        blue, green = (snapshot.environments.get(each or "") for each in (deployment.blue_id, deployment.green_id))
        due = self._due(blue)
        if age < due and not (self.before_health and green and green.health_status not in UNKNOWN_STATUSES):
            if blue and blue.single_instance:
                return self.rare
            passed = [each for each in self.early if each <= age]
            return age - passed[-1] + SLACK_SECONDS if passed else due
        if age >= self.late:
            return self.rare
        return self.often if green and green.health not in UNKNOWN_HEALTH else max(self.often, self.before_health)

    def soon(self, deployment: Deployment, visit: Visit, snapshot: Snapshot) -> bool:
        """Return whether the end may be near."""
        return self._due(snapshot.environments.get(deployment.blue_id)) - SOON_SECONDS <= visit.seconds < self.late

    def _due(self, blue: Environment | None) -> float:
        return self.due_basic if self.due_basic and blue and blue.health_status is None else self.due


def is_crowded(snapshot: Snapshot) -> bool:
    """Return whether so many releases wait that those which are done should not act in the same moment.

    Each act needs a look of its own, and Elastic Beanstalk answers two a second. A slow pace with jitter spreads them.
    """
    return sum(each.status not in {"Ready", "Terminated"} for each in snapshot.environments.values()) > CROWD


AFTER_SWAP: Final = LookTimes(due=5, often=3, late=60, rare=5)
LAUNCH: Final = LookTimes(early=(75, 140), due=205, due_basic=130, before_health=25, often=8, late=420, rare=30)
"""Recorded launches took 90 to 400 seconds, and ended 11 to 55 seconds after green's health was known.

Enhanced health is known after two minutes of good checks at the earliest, basic health sooner. The early looks are for
launches that fail.
"""
UPDATE: Final = LookTimes(early=(30, 55), due=75, often=8, late=300, rare=15)
"""Green serves users meanwhile: people are told soon when it turns sick."""
TERMINATION: Final = LookTimes(due=165, often=10, late=340, rare=30)
"""Recorded terminations took 140 to 280 seconds."""


def soon(waiting: EnvironmentNotReadyError) -> EnvironmentReadySoonError:
    """Return the same error for a state that is to look again after a few seconds."""
    return EnvironmentReadySoonError(
        expected=waiting.expected,
        found=waiting.found,
        next_step=waiting.next_step,
        settles=waiting.settles,
        seconds_left=waiting.seconds_left,
    )
