"""The actions that schedule a change of a group's sizes, once, at a time.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScheduledUpdateGroupAction.html
"""

import uuid

from emulator.autoscaling.environment_groups import EnvironmentGroups
from emulator.beanstalk.call import Call, Result, page
from emulator.beanstalk.errors import ValidationError
from emulator.beanstalk.operations.groups import Groups
from emulator.beanstalk.scaling_group import ScalingGroup, ScheduledAction
from emulator.beanstalk.state import State

_SIZES = ("MinSize", "MaxSize", "DesiredCapacity")
_NOT_HERE = ("EndTime", "Recurrence", "TimeZone")


class ScheduledActions:
    """Schedules changes. Call the methods with the state's lock held."""

    def __init__(self, state: State, found: EnvironmentGroups, groups: Groups) -> None:
        self._state = state
        self._found = found
        self._groups = groups

    def put(self, call: Call) -> Result:
        """PutScheduledUpdateGroupAction: replaces one of the same name. Recurring ones are not supported here."""
        environment, group = self._found.named(call["AutoScalingGroupName"])
        if unsupported := [name for name in _NOT_HERE if call.get(name)]:
            raise ValidationError(f"{unsupported[0]} is not supported here. Expected StartTime alone.")
        sizes = {name: call[name] for name in _SIZES if call.get(name) is not None}
        if not sizes:
            raise ValidationError(f"Expected one of {', '.join(_SIZES)}. Found none.")
        now = self._state.clock.time()
        start = call.get("StartTime") or call.get("Time") or now
        if start < now:
            raise ValidationError("Given start time is in the past")
        action = ScheduledAction(call["ScheduledActionName"], str(uuid.uuid4()), start, sizes)
        group.scheduled[action.name] = action
        self._groups.schedule(environment, group, action)
        return None

    def describe(self, call: Call) -> Result:
        """DescribeScheduledActions: those that have not run."""
        name, names = call.get("AutoScalingGroupName"), call.get("ScheduledActionNames")
        groups = [self._found.named(name)] if name else self._found.all()
        found = [
            self._description(each.group, action)
            for each in groups
            for action in each.group.scheduled.values()
            if not names or action.name in names
        ]
        return page(call, "ScheduledUpdateGroupActions", found, call.get("MaxRecords", 50))

    def _description(self, group: ScalingGroup, action: ScheduledAction) -> dict[str, object]:
        where = f"arn:aws:autoscaling:{self._state.region}:{self._state.account_id}:scheduledUpdateGroupAction"
        return {
            "AutoScalingGroupName": group.name,
            "ScheduledActionName": action.name,
            "ScheduledActionARN": f"{where}:{action.id}:autoScalingGroupName/{group.name}:"
            f"scheduledActionName/{action.name}",
            "StartTime": action.start,
            "Time": action.start,
            **action.sizes,
        }
