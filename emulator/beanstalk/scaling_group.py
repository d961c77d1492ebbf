"""The Auto Scaling group of an environment, and what it has done."""

from dataclasses import dataclass, field
from enum import StrEnum

from emulator.beanstalk.group_settings import Trigger
from emulator.beanstalk.option_settings import Settings


class ActivityStatus(StrEnum):
    """The status of a scaling activity."""

    IN_PROGRESS = "InProgress"
    SUCCESSFUL = "Successful"
    FAILED = "Failed"
    CANCELLED = "Cancelled"


@dataclass(slots=True)
class ScalingActivity:
    """A launch or a termination of one instance. Dates in account time, in epoch seconds."""

    id: str
    description: str
    cause: str
    began: float
    ended: float | None = None
    status: ActivityStatus = ActivityStatus.IN_PROGRESS


@dataclass(frozen=True)
class ScheduledAction:
    """A change of the group's sizes at `start`, in account time. `sizes`: by MinSize, MaxSize and DesiredCapacity."""

    name: str
    id: str
    start: float
    sizes: dict[str, int]


@dataclass
class Load:
    """What the group's trigger has measured. `samples`: account time, and the requests received until then.

    `breached`: 1 above the upper threshold, -1 below the lower one, 0 between. `since`: for how long it is so.
    `trigger`: as the `settings` have it. It is read once, since it takes longer than a health check.
    """

    settings: Settings | None = None
    trigger: Trigger | None = None
    samples: list[tuple[float, float]] = field(default_factory=list)
    breached: int = 0
    since: float = 0


@dataclass
class ScalingGroup:
    """An Auto Scaling group. `desired`: how many instances it keeps, from `minimum` to `maximum`.

    `cooldown`: account seconds after a scaling in which no policy scales. `scaled`: when it last scaled. `reason`: why
    `desired` changed, until instances follow. `suspended`: the processes that are suspended, with the reason.
    `scheduled`: the actions that have not run yet, by name.
    `health_check`: EC2 replaces instances that are terminated, ELB also those that the load balancer finds unhealthy,
    from `grace` account seconds after their launch on.
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
    reason: str = ""
    suspended: dict[str, str] = field(default_factory=dict)
    scheduled: dict[str, ScheduledAction] = field(default_factory=dict)
    load: Load = field(default_factory=Load)
    activities: list[ScalingActivity] = field(default_factory=list)
