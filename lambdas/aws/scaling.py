"""The Auto Scaling groups of environments: how many instances they have, and how many they should have.

Facts: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

from lambdas.aws.environment import Environment
from lambdas.aws.errors import translated_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

ENVIRONMENT_TAG: Final = "elasticbeanstalk:environment-id"
"""Elastic Beanstalk gives it to the group of an environment. Found in configurations that were read from accounts:
https://github.com/xneyder/finisterra-1, terraform/generated/autoscaling/aws_autoscaling_group.tf
"""
HOLD: Final = "beanstalk-bluegreen-hold"
"""The name of the scheduled action by which a group gets its own MinSize back."""
LAUNCHING: Final = "Launching a new EC2 instance"
"""The first words of the activity:
https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-verify-scaling-activity.html
"""


@dataclass(frozen=True)
class InstanceGroup:
    """The Auto Scaling group of one environment, in numbers of instances. `in_service`: those that are up."""

    name: str
    minimum: int
    maximum: int
    desired: int
    in_service: int


class Scaling:
    """Auto Scaling's calls as a release needs them. Errors are raised as `translated_errors` says."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def groups(self, *environments: Environment) -> dict[str, InstanceGroup]:
        """Return the groups that Auto Scaling shows, by the ids of their environments, in one call."""
        ids = [each.id for each in environments]
        with translated_errors(
            "Auto Scaling", f"show the groups of {' and '.join(each.name for each in environments)}"
        ):
            pages = self._client.get_paginator("describe_auto_scaling_groups").paginate(
                Filters=[{"Name": f"tag:{ENVIRONMENT_TAG}", "Values": ids}]
            )
            found = [group for page in pages for group in page["AutoScalingGroups"]]
        # An immutable update makes a second group for a while. The first one stays.
        found.sort(key=lambda group: group["CreatedTime"], reverse=True)
        return {_environment_id(group): _group(group) for group in found}

    def launched_since(self, group: InstanceGroup, moment: datetime) -> int:
        """Return how many instances came into service since a moment, of the latest 100 activities of the group."""
        with translated_errors("Auto Scaling", f"show the activities of {group.name}"):
            found = self._client.describe_scaling_activities(AutoScalingGroupName=group.name, MaxRecords=100)
        launched = [each for each in found["Activities"] if each["Description"].startswith(LAUNCHING)]
        return sum(each["StatusCode"] == "Successful" and each["EndTime"] >= moment for each in launched)

    def set_desired(self, group: InstanceGroup, number: int) -> None:
        """Let the group have so many instances, within its sizes. It launches or terminates what is needed."""
        with translated_errors("Auto Scaling", f"give {group.name} {number} instances"):
            self._client.set_desired_capacity(AutoScalingGroupName=group.name, DesiredCapacity=number)

    def hold(self, group: InstanceGroup, number: int, now: datetime, seconds: float) -> None:
        """Let the group keep at least so many instances for a time. After it, Auto Scaling gives its own MinSize back.

        That is scheduled first, so the group gets it back whatever happens next. A hold that ends soon is renewed.
        """
        with translated_errors("Auto Scaling", f"let {group.name} keep {number} instances"):
            held = self._hold_of(group, now)
            own, ends = held or (group.minimum, now)
            if own >= number:
                return
            if ends - now < timedelta(seconds=seconds / 2):
                self._client.put_scheduled_update_group_action(
                    AutoScalingGroupName=group.name,
                    ScheduledActionName=HOLD,
                    StartTime=now + timedelta(seconds=seconds),
                    MinSize=own,
                )
            if group.minimum < number:
                self._client.update_auto_scaling_group(AutoScalingGroupName=group.name, MinSize=number)

    def _hold_of(self, group: InstanceGroup, now: datetime) -> tuple[int, datetime] | None:
        """Return the group's own MinSize and when it gets that back; None without a hold."""
        found = self._client.describe_scheduled_actions(AutoScalingGroupName=group.name, ScheduledActionNames=[HOLD])[
            "ScheduledUpdateGroupActions"
        ]
        return next(((each["MinSize"], each["StartTime"]) for each in found if each["StartTime"] > now), None)


def _group(found: "Mapping[str, Any]") -> InstanceGroup:
    return InstanceGroup(
        name=found["AutoScalingGroupName"],
        minimum=found["MinSize"],
        maximum=found["MaxSize"],
        desired=found["DesiredCapacity"],
        in_service=sum(each["LifecycleState"] == "InService" for each in found.get("Instances", [])),
    )


def _environment_id(found: "Mapping[str, Any]") -> str:
    return next(str(tag["Value"]) for tag in found["Tags"] if tag["Key"] == ENVIRONMENT_TAG)


@cache
def connect_scaling() -> Scaling:
    """Return Auto Scaling by the function's credentials and region; one client a process.

    One attempt a call, as for Elastic Beanstalk: the state's Retry looks again before it acts.
    """
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20)
    return Scaling(boto3.client("autoscaling", config=config))
