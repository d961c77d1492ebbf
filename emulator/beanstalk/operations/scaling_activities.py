"""What an Auto Scaling group does, in the words of its activities and of the environment's events.

Words: recorded activities, such as https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-verify-scaling-activity.html.
"""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from emulator.beanstalk import group_settings
from emulator.beanstalk.instance import Instance
from emulator.beanstalk.model import Environment
from emulator.beanstalk.scaling_group import ActivityStatus, ScalingActivity, ScalingGroup
from emulator.beanstalk.state import State, new_id

_KEPT = 100
"""How many activities a group remembers. AWS keeps those of six weeks."""


def new_group(state: State, environment: Environment) -> ScalingGroup:
    """Return a new Auto Scaling group, which starts with the least number of instances."""
    name = f"awseb-{environment.id}-stack-AWSEBAutoScalingGroup-{new_id(12)}"
    where = f"arn:aws:autoscaling:{state.region}:{state.account_id}:autoScalingGroup"
    minimum, maximum = group_settings.sizes(environment.settings)
    return ScalingGroup(
        name=name,
        arn=f"{where}:{uuid.uuid4()}:autoScalingGroupName/{name}",
        created=state.clock.time(),
        minimum=minimum,
        maximum=maximum,
        desired=minimum,
        cooldown=group_settings.cooldown(environment.settings),
    )


def record_launch(state: State, group: ScalingGroup, instances: Sequence[Instance]) -> None:
    """Record that a new group has launched its first instances."""
    created = f"a user request created an AutoScalingGroup changing the desired capacity from 0 to {len(instances)}."
    group.reason = at(state, created)
    for instance in instances:
        end(state, begin_launch(state, group, instance, (0, len(instances))))
    group.reason = ""


def begin_launch(state: State, group: ScalingGroup, instance: Instance, sizes: tuple[int, int]) -> ScalingActivity:
    """Record that the group launches an instance. `sizes`: the number of instances before and after."""
    cause = "an instance was started in response to a difference between desired and actual capacity"
    change = f"increasing the capacity from {sizes[0]} to {sizes[1]}"
    text = _cause(group.reason, at(state, f"{cause}, {change}."))
    return _begin(state, group, f"Launching a new EC2 instance: {instance.id}", text)


def begin_termination(state: State, group: ScalingGroup, instance: Instance, cause: str) -> ScalingActivity:
    """Record that the group terminates an instance."""
    return _begin(state, group, f"Terminating EC2 instance: {instance.id}", cause)


def end(state: State, activity: ScalingActivity, status: ActivityStatus = ActivityStatus.SUCCESSFUL) -> None:
    """Record that an activity has ended."""
    activity.status, activity.ended = status, state.clock.time()


def scale_in_cause(state: State, group: ScalingGroup, instance: Instance, sizes: tuple[int, int]) -> str:
    """Return why a group terminates an instance that it has too many of."""
    cause = "an instance was taken out of service in response to a difference between desired and actual capacity"
    shrinking = at(state, f"{cause}, shrinking the capacity from {sizes[0]} to {sizes[1]}.")
    return _cause(group.reason, shrinking, at(state, f"instance {instance.id} was selected for termination."))


def at(state: State, text: str) -> str:
    """Return a sentence of a cause, with the account's time."""
    return f"At {datetime.fromtimestamp(state.clock.time(), UTC):%Y-%m-%dT%H:%M:%SZ} {text}"


def _cause(*sentences: str) -> str:
    return "  ".join(sentence for sentence in sentences if sentence)


def _begin(state: State, group: ScalingGroup, description: str, cause: str) -> ScalingActivity:
    activity = ScalingActivity(str(uuid.uuid4()), description, cause, state.clock.time())
    group.activities = [*group.activities, activity][-_KEPT:]
    return activity


def added(instances: Sequence[Instance]) -> str:
    """Return the event that tells of new instances."""
    return f"Added {_instances(instances)} to your environment."


def removed(instances: Sequence[Instance]) -> str:
    """Return the event that tells of terminated instances."""
    return f"Removed {_instances(instances)} from your environment."


def _instances(instances: Sequence[Instance]) -> str:
    ids = ", ".join(instance.id for instance in instances)
    return f"instance{'s' if len(instances) > 1 else ''} [{ids}]"
