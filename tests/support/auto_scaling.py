"""An environment of several instances and its Auto Scaling group, in virtual time."""

from dataclasses import dataclass
from typing import Any

from emulator.in_memory.hosting import InMemoryHosting
from tests.support.beanstalk import ENHANCED
from tests.support.in_memory import VirtualBeanstalk
from tests.support.option_settings import option

SCALING_BY_LOAD = {
    "MeasureName": "RequestCount",
    "Unit": "Count",
    "Period": "1",
    "BreachDuration": "1",
    "UpperThreshold": "20",
    "LowerThreshold": "3",
}
"""A second instance above 20 requests a second and instance, one fewer below 3; measured over a minute."""


def trigger(**changes: str) -> list[dict[str, str]]:
    """Return the option settings of scaling by load. `changes`: of SCALING_BY_LOAD."""
    return [option("aws:autoscaling:trigger", *each) for each in (SCALING_BY_LOAD | changes).items()]


def cooldown(seconds: int) -> dict[str, str]:
    """Return the option for the account seconds between two changes of a group."""
    return option("aws:autoscaling:asg", "Cooldown", str(seconds))


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


def launched(account: VirtualBeanstalk, autoscaling: Any, *options: dict[str, str]) -> ScalingShop:
    """Return shop-prod, healthy with v1, and its group."""
    id_ = account.launched("shop-prod", ENHANCED, *options, VersionLabel="v1")
    account.until_health(id_, "Ok")
    account.hosting("shop-prod").load = 12
    return ScalingShop(account, autoscaling, id_)
