"""An instance of an environment."""

from dataclasses import dataclass, field
from enum import StrEnum

from emulator.beanstalk.hosting.hosting import InstanceHosting


class InstanceState(StrEnum):
    """Where an instance is in its life, in the words of Auto Scaling."""

    PENDING = "Pending"
    IN_SERVICE = "InService"
    TERMINATING = "Terminating"


@dataclass(eq=False)
class Instance:
    """An instance of an environment. `launched`: when it was launched. `zone`: the letter of its availability zone.

    `deployment`: the number of the deployment whose version it runs.
    `state`: deployments go to instances that are InService. `good_since`, `bad_since`: the first of the good or bad
    health checks in a row. `bad_checks`: how many bad ones in a row. `http_status`: of the last one.
    """

    id: str
    hosting: InstanceHosting
    launched: float
    zone: str
    deployment: int = 0
    state: InstanceState = InstanceState.IN_SERVICE
    good_since: float | None = None
    bad_since: float | None = None
    bad_checks: int = 0
    http_status: int | None = None
    engine_log: list[str] = field(default_factory=list)
    """What its engine log says of failed commands, with what the application wrote. No event quotes it."""
