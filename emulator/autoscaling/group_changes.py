"""The actions that change groups, with AWS's refusals.

Words of the refusals: public issues and code that matches on them, such as
https://github.com/weaveworks/eksctl/issues/809 (desired capacity) and
https://github.com/Netflix/asgard (termination below the minimum).
"""

from emulator.autoscaling.environment_groups import EnvironmentGroup, EnvironmentGroups
from emulator.autoscaling.errors import ScalingActivityInProgressError
from emulator.autoscaling.group_reports import activity_description
from emulator.beanstalk.call import Call, Result
from emulator.beanstalk.errors import ValidationError
from emulator.beanstalk.operations import scaling_activities
from emulator.beanstalk.operations.groups import Groups
from emulator.beanstalk.state import State

PROCESSES = (
    "AddToLoadBalancer",
    "AlarmNotification",
    "AZRebalance",
    "HealthCheck",
    "InstanceRefresh",
    "Launch",
    "ReplaceUnhealthy",
    "ScheduledActions",
    "Terminate",
)
"""https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html."""
_USER_REQUEST = "a user request"


class GroupChanges:
    """The actions that change groups. Call them with the state's lock held."""

    def __init__(self, state: State, found: EnvironmentGroups, groups: Groups) -> None:
        self._state = state
        self._found = found
        self._groups = groups

    def set_desired_capacity(self, call: Call) -> Result:
        """SetDesiredCapacity: within the group's sizes; after its cooldown, if the call honours it."""
        each = self._found.named(call["AutoScalingGroupName"])
        environment, group = each
        desired = call["DesiredCapacity"]
        if desired > group.maximum:
            raise ValidationError(
                f"New SetDesiredCapacity value {desired} is above max value {group.maximum} for the AutoScalingGroup."
            )
        if desired < group.minimum:
            raise ValidationError(
                f"New SetDesiredCapacity value {desired} is below min value {group.minimum} for the AutoScalingGroup."
            )
        if call.get("HonorCooldown"):
            self._require_no_cooldown(each)
        self._groups.resize(environment, group, desired, f"{_USER_REQUEST} explicitly set group desired capacity")
        return None

    def update_group(self, call: Call) -> Result:
        """UpdateAutoScalingGroup: sizes, cooldown and health check; the desired capacity follows the sizes."""
        environment, group = self._found.named(call["AutoScalingGroupName"])
        minimum, maximum = call.get("MinSize", group.minimum), call.get("MaxSize", group.maximum)
        if maximum < minimum:
            raise ValidationError(f"Max bound, {maximum}, must be greater than or equal to min bound, {minimum}")
        desired = call.get("DesiredCapacity", min(maximum, max(minimum, group.desired)))
        if not minimum <= desired <= maximum:
            raise ValidationError(
                f"Desired capacity:{desired} must be between the specified min size:{minimum} and max size:{maximum}"
            )
        health_check = call.get("HealthCheckType", group.health_check)
        if health_check not in ("EC2", "ELB"):
            raise ValidationError(f"Health check type {health_check} is not supported here. Expected EC2 or ELB.")
        group.minimum, group.maximum, group.health_check = minimum, maximum, health_check
        group.cooldown = call.get("DefaultCooldown", group.cooldown)
        group.grace = call.get("HealthCheckGracePeriod", group.grace)
        constraints = f"constraints to min: {minimum}, max: {maximum}, desired: {desired}"
        self._groups.resize(environment, group, desired, f"{_USER_REQUEST} update of AutoScalingGroup {constraints}")
        return None

    def terminate_instance(self, call: Call) -> Result:
        """TerminateInstanceInAutoScalingGroup: the group replaces the instance, unless it is to become smaller."""
        each, instance = self._found.of_instance(call.get("InstanceId", ""))
        environment, group = each
        cause = f"instance {instance.id} was taken out of service in response to a user request"
        if call["ShouldDecrementDesiredCapacity"]:
            if group.desired <= group.minimum:
                raise ValidationError(
                    f"Currently, desiredSize equals minSize ({group.minimum}). Terminating instance without replacement"
                    " will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false"
                    " or lower group's min size."
                )
            cause += f", shrinking the capacity from {group.desired} to {group.desired - 1}"
            group.desired -= 1
        sentence = scaling_activities.at(self._state, f"{cause}.")
        activity = self._groups.terminate(environment, group, instance, sentence)
        return {"Activity": activity_description(each, activity)}

    def suspend_processes(self, call: Call) -> Result:
        """SuspendProcesses: those of the call, or all."""
        each = self._found.named(call["AutoScalingGroupName"])
        now = scaling_activities.at(self._state, "").removeprefix("At ").strip()
        for process in _processes(call):
            each.group.suspended.setdefault(process, f"User suspended at {now}")
        return None

    def resume_processes(self, call: Call) -> Result:
        """ResumeProcesses: those of the call, or all."""
        each = self._found.named(call["AutoScalingGroupName"])
        for process in _processes(call):
            each.group.suspended.pop(process, None)
        self._groups.keep(each.environment)
        return None

    def _require_no_cooldown(self, each: EnvironmentGroup) -> None:
        """Raise ScalingActivityInProgressError while the group cools down after a scaling."""
        group = each.group
        if group.scaled is None or self._state.clock.time() - group.scaled >= group.cooldown:
            return
        activity = group.activities[-1].id if group.activities else group.name
        raise ScalingActivityInProgressError(f"Scaling activity {activity} is in progress and blocks this action")


def _processes(call: Call) -> list[str]:
    processes: list[str] = call.get("ScalingProcesses") or list(PROCESSES)
    if unknown := [process for process in processes if process not in PROCESSES]:
        raise ValidationError(f"{unknown[0]} is not a valid scaling process. Expected {', '.join(PROCESSES)}.")
    return processes
