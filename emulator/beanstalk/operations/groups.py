"""The Auto Scaling groups of environments."""

import uuid
from collections.abc import Sequence

from emulator.beanstalk import group_settings
from emulator.beanstalk.instance import Instance
from emulator.beanstalk.model import Environment
from emulator.beanstalk.scaling_group import ScalingGroup
from emulator.beanstalk.state import State, new_id


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


def added(instances: Sequence[Instance]) -> str:
    """Return the event that tells of new instances."""
    return f"Added {_instances(instances)} to your environment."


def removed(instances: Sequence[Instance]) -> str:
    """Return the event that tells of terminated instances."""
    return f"Removed {_instances(instances)} from your environment."


def _instances(instances: Sequence[Instance]) -> str:
    ids = ", ".join(instance.id for instance in instances)
    return f"instance{'s' if len(instances) > 1 else ''} [{ids}]"
