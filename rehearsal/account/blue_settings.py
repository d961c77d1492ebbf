"""How blue is set up in a rehearsal."""

from dataclasses import dataclass

from rehearsal.account.control import Control
from rehearsal.account.shop import ENHANCED_HEALTH

POLICIES = ("AllAtOnce", "Rolling", "RollingWithAdditionalBatch", "Immutable", "TrafficSplitting")


@dataclass(frozen=True)
class BlueSettings:
    """Blue's instances, its deployment policy, and how many requests a second each instance can take.

    `capacity`: in real seconds; None for no limit.
    """

    instances: int = 1
    policy: str = "AllAtOnce"
    capacity: float | None = None

    def option_settings(self) -> list[dict[str, str]]:
        """Return blue's option settings. A group of several instances may grow to twice as many."""
        largest = 2 * self.instances if self.instances > 1 else 1
        sizes = {"MinSize": self.instances, "MaxSize": largest}
        group = [
            {"Namespace": "aws:autoscaling:asg", "OptionName": name, "Value": str(size)} for name, size in sizes.items()
        ]
        policy = {"Namespace": "aws:elasticbeanstalk:command", "OptionName": "DeploymentPolicy", "Value": self.policy}
        return [ENHANCED_HEALTH, policy, *group]

    def limit_instances(self, control: Control) -> None:
        """Limit what each instance of the account can take."""
        if self.capacity is not None:
            control.set_capacity(requests_per_second=self.capacity)
