"""An environment of several instances and its Auto Scaling group, in virtual time."""

from dataclasses import dataclass
from typing import Any

from emulator.in_memory.hosting import InMemoryHosting
from tests.support.in_memory import VirtualBeanstalk


@dataclass
class ScalingShop:
    """The environment shop-prod and its group. `id`: the environment's."""

    account: VirtualBeanstalk
    autoscaling: Any
    id: str

    @property
    def name(self) -> str:
        """The group's name."""
        resources = self.account.client.describe_environment_resources(EnvironmentId=self.id)["EnvironmentResources"]
        return resources["AutoScalingGroups"][0]["Name"]

    @property
    def hosting(self) -> InMemoryHosting:
        return self.account.hosting("shop-prod")

    def group(self) -> dict[str, Any]:
        group: dict[str, Any]
        [group] = self.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[self.name])["AutoScalingGroups"]
        return group

    def instances(self, state: str | None = None) -> list[str]:
        """Return the ids of the group's instances, or of those in a state."""
        return [one["InstanceId"] for one in self.group()["Instances"] if state in (None, one["LifecycleState"])]

    def activities(self) -> list[dict[str, Any]]:
        """Return the activities of the group, the newest first."""
        found = self.autoscaling.describe_scaling_activities(AutoScalingGroupName=self.name)
        activities: list[dict[str, Any]] = found["Activities"]
        return activities

    def set_desired(self, number: int, **more: Any) -> None:
        self.autoscaling.set_desired_capacity(AutoScalingGroupName=self.name, DesiredCapacity=number, **more)

    def until_serving(self, number: int) -> None:
        """Let time pass until so many instances serve, and the group has no other."""
        self.account.until(
            lambda: len(self.hosting.in_service()) == number == len(self.group()["Instances"]),
            lambda: f"{number} instances in service, but {self.group()['Instances']}",
        )
