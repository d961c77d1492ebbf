"""The Auto Scaling group of an environment, and what it has done."""

from dataclasses import dataclass, field
from enum import StrEnum


class ActivityStatus(StrEnum):
    """The status of a scaling activity."""

    IN_PROGRESS = "InProgress"
    SUCCESSFUL = "Successful"
    FAILED = "Failed"
    CANCELLED = "Cancelled"


@dataclass
class ScalingActivity:
    """A launch or a termination of one instance. Dates in account time, in epoch seconds."""

    id: str
    description: str
    cause: str
    began: float
    ended: float | None = None
    status: ActivityStatus = ActivityStatus.IN_PROGRESS


@dataclass
class ScalingGroup:
    """An Auto Scaling group. `desired`: how many instances it keeps, from `minimum` to `maximum`.

    `cooldown`: account seconds after a scaling in which no policy scales. `scaled`: when it last scaled.
    `suspended`: the processes that are suspended, with the reason. `health_check`: EC2 replaces instances that are
    terminated, ELB also those that the load balancer finds unhealthy for longer than `grace` account seconds.
    """

    name: str
    arn: str
    created: float
    minimum: int
    maximum: int
    desired: int
    cooldown: float
    scaled: float | None = None
    health_check: str = "EC2"
    grace: float = 0
    suspended: dict[str, str] = field(default_factory=dict)
    activities: list[ScalingActivity] = field(default_factory=list)
