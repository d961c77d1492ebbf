"""An environment as Elastic Beanstalk describes it, and what its health means."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from mypy_boto3_elasticbeanstalk.type_defs import EnvironmentDescriptionTypeDef

HEALTH_BY_COLOUR: Final = {
    "Green": {"Ok", "Info"},
    "Yellow": {"Warning"},
    "Red": {"Degraded", "Severe"},
    "Grey": {"Pending", "Unknown", "Suspended", "NoData"},
}
"""The statuses of enhanced health reporting that each colour of basic reporting stands for."""


@dataclass(frozen=True)
class Environment:
    """One environment. `endpoint` is a host name or an address, without a scheme."""

    id: str
    name: str
    application: str
    status: str
    version: str | None
    cname: str
    endpoint: str
    colour: str
    health_status: str | None
    """Enhanced health reporting only; None under basic reporting."""
    tier: str
    arn: str
    abortable: bool
    """Whether an update is in progress that AbortEnvironmentUpdate can stop."""
    created: datetime
    updated: datetime
    platform: str
    """The name of the solution stack, or the ARN of the platform."""

    @classmethod
    def from_description(cls, found: "EnvironmentDescriptionTypeDef") -> Self:
        """`found`: one item of DescribeEnvironments."""
        return cls(
            id=found["EnvironmentId"],
            name=found["EnvironmentName"],
            application=found["ApplicationName"],
            status=found["Status"],
            version=found.get("VersionLabel"),
            cname=found.get("CNAME", ""),
            endpoint=found.get("EndpointURL", ""),
            colour=found.get("Health", "Grey"),
            health_status=found.get("HealthStatus"),
            tier=found["Tier"]["Name"],
            arn=found["EnvironmentArn"],
            abortable=found.get("AbortableOperationInProgress", False),
            created=found["DateCreated"],
            updated=found["DateUpdated"],
            platform=found.get("SolutionStackName") or found.get("PlatformArn", ""),
        )

    @property
    def ready(self) -> bool:
        """Whether Elastic Beanstalk accepts a change. It says nothing about health."""
        return self.status == "Ready"

    @property
    def gone(self) -> bool:
        """Whether the environment is terminated or being terminated."""
        return self.status in {"Terminating", "Terminated"}

    @property
    def health(self) -> str:
        """The status of enhanced health reporting, or the colour of basic reporting."""
        return self.health_status or self.colour

    @property
    def hides_health(self) -> bool:
        """Whether an operation hides the health: basic reporting is Grey meanwhile, and shows nothing."""
        return not self.ready and self.health == "Grey"

    @property
    def single_instance(self) -> bool:
        """Whether it has one instance and no load balancer: its endpoint is an address then.

        Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_EnvironmentDescription.html
        """
        return self.endpoint.replace(".", "").isdigit()

    def healthy(self, accepted: Iterable[str]) -> bool:
        """Return whether the health is one of `accepted`, which are statuses of enhanced reporting."""
        return self.health in with_colours(accepted)

    def __str__(self) -> str:
        return f"{self.name} ({self.id}) {self.status}, {self.health}, running {self.version}"


def with_colours(statuses: Iterable[str]) -> set[str]:
    """Return the statuses of enhanced reporting, and the colours of basic reporting that stand for one of them."""
    given = set(statuses)
    return given | {colour for colour, each in HEALTH_BY_COLOUR.items() if not each.isdisjoint(given)}
