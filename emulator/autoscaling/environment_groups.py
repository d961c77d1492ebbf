"""The Auto Scaling groups of environments: how a call finds them, and whether it may."""

from typing import NamedTuple

from emulator.beanstalk.call import Call
from emulator.beanstalk.errors import AccessDeniedError, ValidationError
from emulator.beanstalk.instance import Instance
from emulator.beanstalk.model import Environment
from emulator.beanstalk.scaling_group import ScalingGroup
from emulator.beanstalk.state import State


class EnvironmentGroup(NamedTuple):
    """An environment and its group."""

    environment: Environment
    group: ScalingGroup

    @property
    def tags(self) -> dict[str, str]:
        """The tags that Elastic Beanstalk and CloudFormation give the group, and those of the environment."""
        stack = self.group.name.partition("-AWSEBAutoScalingGroup")[0]
        return {
            "Name": self.environment.name,
            "aws:cloudformation:stack-name": stack,
            "elasticbeanstalk:environment-id": self.environment.id,
            "elasticbeanstalk:environment-name": self.environment.name,
            **self.environment.tags,
        }


class EnvironmentGroups:
    """Finds groups. Hold the state's lock."""

    def __init__(self, state: State) -> None:
        self.state = state

    def all(self) -> list[EnvironmentGroup]:
        """Return the groups of all environments that are not terminated."""
        alive = self.state.alive_environments()
        return [EnvironmentGroup(environment, environment.group) for environment in alive if environment.group]

    def named(self, name: str) -> EnvironmentGroup:
        """Return a group. Raises ValidationError when it does not exist."""
        for each in self.all():
            if each.group.name == name:
                return each
        raise ValidationError(f"AutoScalingGroup name not found - AutoScalingGroup {name} not found")

    def of_instance(self, id_: str) -> tuple[EnvironmentGroup, Instance]:
        """Return an instance and its group. Raises ValidationError when no group has it."""
        for each in self.all():
            for instance in each.environment.instances:
                if instance.id == id_:
                    return each, instance
        raise ValidationError(f"Instance Id not found - No managed instance found for instance ID: {id_}")

    def require_permission(self, action: str, call: Call) -> None:
        """Raise AccessDeniedError when the caller may not make a call.

        Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2autoscaling.html.
        Actions that describe have no resources there.
        """
        try:
            found = self._called(action, call)
        except ValidationError:
            found = None
        if found:
            tags = {f"aws:ResourceTag/{key}": value for key, value in found.tags.items()}
            service_tags = {f"autoscaling:ResourceTag/{key}": value for key, value in found.tags.items()}
            refusal = call.caller.refusal(f"autoscaling:{action}", found.group.arn, tags | service_tags)
        else:
            refusal = call.caller.refusal(f"autoscaling:{action}", "*")
        if refusal:
            raise AccessDeniedError(refusal)

    def _called(self, action: str, call: Call) -> EnvironmentGroup | None:
        if action.startswith("Describe"):
            return None
        if call.get("InstanceId"):
            return self.of_instance(call["InstanceId"])[0]
        return self.named(call.get("AutoScalingGroupName", ""))
