"""How many instances an environment needs before users go to it, as the input's `capacity` says.

A new group starts with its MinSize, and an idle one shrinks, whatever the environment that serves has.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.environment import Environment
from lambdas.aws.scaling import InstanceGroup, Scaling
from lambdas.deployment import Deployment, InstanceCount
from lambdas.errors import EnvironmentNotReadyError
from lambdas.handler import logger

MATCH: Final = "match"
"""As many as the environment that serves has in service."""
TEMPLATE: Final = "template"
"""As many as the saved configuration says."""
HOLD_SECONDS: Final = 900
"""How long a group keeps its instances after the drain: its trigger measures the load of its users until then."""
START_SECONDS: Final = 300
"""Under basic health reporting, nothing tells when a new instance gets requests. It does after this time."""


@dataclass(frozen=True)
class Sizing:
    """The instances of an environment that is to get the users: how many it has, and how many it needs.

    `group` is None when nothing is needed.
    """

    environment: Environment
    group: InstanceGroup | None = None
    serving: int = 0
    needed: int = 0

    @property
    def enough(self) -> bool:
        """Whether the environment has as many instances as its users need."""
        return self.serving >= self.needed

    def request(self, scaling: Scaling, deployment: Deployment, now: datetime) -> None:
        """Ask Auto Scaling for the instances that are missing, and let the group keep those that are needed.

        Its trigger finds the environment idle until its users have come, and would take instances away. It keeps those
        that it has: an environment with fewer than MinSize is not healthy.
        """
        if self.group is None or self.needed <= 1:
            return
        if self.group.desired < self.needed:
            scaling.set_desired(self.group, self.needed)
            logger.info("asked for instances", environment=self.environment.name, needed=self.needed)
        scaling.hold(self.group, min(self.needed, self.serving), now, deployment.drain_seconds + HOLD_SECONDS)

    def require_enough(self) -> None:
        """Raise EnvironmentNotReadyError while instances are missing."""
        if not self.enough:
            raise EnvironmentNotReadyError(
                expected=f"{self.environment.name} to have {self.needed} instances in service, as its users need",
                found=f"{self.serving}",
                next_step=f"See the activities of its Auto Scaling group {self.group.name if self.group else ''}.",
            )


def sizing(
    target: Environment,
    live: Environment,
    deployment: Deployment,
    now: datetime,
    beanstalk: Beanstalk,
    *,
    scaling: Scaling,
) -> Sizing:
    """Return what the target has and needs to get the users of the live environment.

    Raises EnvironmentNotReadyError when a group is not shown.
    """
    if deployment.capacity == TEMPLATE:
        return Sizing(target)
    groups = scaling.groups(target, live)
    group = require_group(target, groups)
    needed = min(needed_instances(deployment.capacity, require_group(live, groups)), group.maximum)
    serving = group.in_service
    if serving >= needed > 1:  # one instance alone is as healthy as its environment
        if target.health_status:
            serving = min(serving, beanstalk.started_instances(target))
        else:
            serving -= scaling.launched_since(group, now - timedelta(seconds=START_SECONDS))
    return Sizing(target, group, serving, needed)


def needed_instances(capacity: InstanceCount, live: InstanceGroup) -> int:
    """Return how many instances the users of the live environment need; 0 leaves it to the saved configuration."""
    if isinstance(capacity, int):
        return capacity
    return 0 if capacity == TEMPLATE else live.in_service


def require_group(environment: Environment, groups: Mapping[str, InstanceGroup]) -> InstanceGroup:
    """Return the environment's group. Raises EnvironmentNotReadyError when Auto Scaling does not show it."""
    if environment.id not in groups:
        raise EnvironmentNotReadyError(
            expected=f"the Auto Scaling group of {environment.name}, to count its instances",
            found="none with its tag",
            next_step=f"Release with `capacity`: `{TEMPLATE}` if it has none.",
        )
    return groups[environment.id]
