"""The Auto Scaling groups of environments: they keep as many instances as they should, and scale by load."""

from functools import partial

from emulator.beanstalk import group_settings
from emulator.beanstalk.instance import Instance, InstanceState
from emulator.beanstalk.model import Environment, EnvironmentStatus
from emulator.beanstalk.operations import instance_checks, load_trigger, scaling_activities
from emulator.beanstalk.operations.instances import Instances
from emulator.beanstalk.option_settings import Settings
from emulator.beanstalk.scaling_group import ScalingActivity, ScalingGroup, ScheduledAction
from emulator.beanstalk.scheduler import Scheduler, Steps
from emulator.beanstalk.state import State

_POLL_SECONDS = 5.0
"""Between two looks whether an operation has ended, in account seconds."""


class Groups:
    """Launches and terminates instances as the groups say. Call every method with the state's lock held."""

    def __init__(self, state: State, instances: Instances, scheduler: Scheduler) -> None:
        self._state = state
        self._instances = instances
        self._scheduler = scheduler

    def keep(self, environment: Environment) -> None:
        """Bring the number of instances to the desired one, and replace unhealthy ones.

        Not during an operation: Elastic Beanstalk suspends the group's processes then. Source:
        https://github.com/grails/grails-core/issues/16262, where a deployment lacks autoscaling:SuspendProcesses.
        """
        group = environment.group
        if group is None or environment.operation or environment.status is not EnvironmentStatus.READY:
            return
        if policy := load_trigger.triggered_policy(self._state, environment, group):
            cause = f"a monitor alarm {policy.alarm} in state ALARM triggered policy {policy.name}"
            self._set_desired(group, min(group.maximum, max(group.minimum, group.desired + policy.increment)), cause)
        self._replace_unhealthy(environment, group)
        self._launch_missing(environment, group)
        self._terminate_excess(environment, group)
        if len(_kept(environment)) == group.desired:
            group.reason = ""

    def resize(self, environment: Environment, group: ScalingGroup, desired: int, cause: str) -> None:
        """Change how many instances a group keeps. `cause`: as in `a user request explicitly set ...`."""
        self._set_desired(group, desired, cause)
        self.keep(environment)

    def schedule(self, environment: Environment, group: ScalingGroup, action: ScheduledAction) -> None:
        """Change the sizes at the action's time, unless another action of its name has replaced it."""
        self._scheduler.start(self._at_its_time(environment, group, action))

    def _at_its_time(self, environment: Environment, group: ScalingGroup, action: ScheduledAction) -> Steps:
        yield action.start - self._state.clock.time()
        if group.scheduled.get(action.name) is not action or environment.group is not group:
            return
        del group.scheduled[action.name]
        if "ScheduledActions" in group.suspended:
            return
        group.minimum = action.sizes.get("MinSize", group.minimum)
        group.maximum = max(group.minimum, action.sizes.get("MaxSize", group.maximum))
        desired = action.sizes.get("DesiredCapacity", group.desired)
        cause = f"a scheduled action update of AutoScalingGroup constraints to min: {group.minimum}"
        self.resize(environment, group, min(group.maximum, max(group.minimum, desired)), cause)

    def terminate(
        self, environment: Environment, group: ScalingGroup, instance: Instance, cause: str
    ) -> ScalingActivity:
        """Take an instance out of service, then terminate it. Launch another one if the group should have one."""
        activity = self._begin_termination(environment, group, instance, cause)
        self.keep(environment)
        return activity

    def _set_desired(self, group: ScalingGroup, desired: int, cause: str) -> None:
        if desired != group.desired:
            change = f"changing the desired capacity from {group.desired} to {desired}."
            group.reason = scaling_activities.at(self._state, f"{cause} {change}")
            group.desired, group.scaled = desired, self._state.clock.time()

    def _replace_unhealthy(self, environment: Environment, group: ScalingGroup) -> None:
        if group.health_check != "ELB" or {"HealthCheck", "ReplaceUnhealthy", "Terminate"} & set(group.suspended):
            return
        for instance in instance_checks.bad_for_long(self._state, environment):
            if self._state.clock.time() - instance.launched >= group.grace:
                cause = "an instance was taken out of service in response to an ELB system health check failure."
                self._begin_termination(environment, group, instance, scaling_activities.at(self._state, cause))

    def _launch_missing(self, environment: Environment, group: ScalingGroup) -> None:
        number = len(_kept(environment))
        if number >= group.desired or "Launch" in group.suspended:
            return
        for instance in self._instances.launch(environment, group.desired - number, InstanceState.PENDING):
            activity = scaling_activities.begin_launch(self._state, group, instance, (number, group.desired))
            self._scheduler.start(self._launching(environment, instance, activity))

    def _terminate_excess(self, environment: Environment, group: ScalingGroup) -> None:
        number = len(_kept(environment))
        if "Terminate" in group.suspended:
            return
        for _ in range(number - group.desired):
            instance = _excess_instance(environment)
            cause = scaling_activities.scale_in_cause(self._state, group, instance, (number, group.desired))
            self._begin_termination(environment, group, instance, cause)

    def _begin_termination(
        self, environment: Environment, group: ScalingGroup, instance: Instance, cause: str
    ) -> ScalingActivity:
        activity = scaling_activities.begin_termination(self._state, group, instance, cause)
        instance.state = InstanceState.TERMINATING
        instance.hosting.in_service = False
        self._scheduler.start(self._terminating(environment, instance, activity))
        return activity

    def _launching(self, environment: Environment, instance: Instance, activity: ScalingActivity) -> Steps:
        """Let an instance run the deployed version. An operation that starts meanwhile comes first."""
        state = self._state
        yield state.durations.drawn("instance_launch", environment.name)
        failure, deployed = None, None
        while _is_pending(environment, instance) and deployed != (environment.deployed_label, environment.settings):
            if environment.operation:
                yield max(_POLL_SECONDS, 0.1 / state.clock.scale)
                continue
            deployed = (environment.deployed_label, environment.settings)
            instance.deployment = environment.deployed_number
            failure = yield from self._instances.run_version(environment, *deployed, [instance])
        if not _is_pending(environment, instance):
            return
        instance.state = InstanceState.IN_SERVICE
        scaling_activities.end(state, activity)
        state.record(scaling_activities.added([instance]), environment=environment)
        for severity, message in failure.events if failure else ():
            state.record(message, severity=severity, environment=environment)

    def _terminating(self, environment: Environment, instance: Instance, activity: ScalingActivity) -> Steps:
        state, began = self._state, self._state.clock.time()
        duration = state.durations.drawn("instance_terminate", environment.name)
        # Open requests may end, unless the instance has never had any.
        yield min(duration, group_settings.deregistration_delay(environment.settings))
        yield partial(environment.hosting.end, instance.hosting)
        yield duration - (state.clock.time() - began)
        scaling_activities.end(state, activity)
        if instance in environment.instances:
            environment.instances = [one for one in environment.instances if one is not instance]
            state.record(scaling_activities.removed([instance]), environment=environment)


def apply_sizes(environment: Environment, before: Settings) -> None:
    """Give the group the sizes in the option settings, when an update has changed them.

    What the Auto Scaling API has changed stays otherwise.
    """
    group, sizes = environment.group, group_settings.sizes(environment.settings)
    if group is None:
        return
    if sizes != group_settings.sizes(before):
        group.minimum, group.maximum = sizes
        group.desired = min(group.maximum, max(group.minimum, group.desired))
    if (cooldown := group_settings.cooldown(environment.settings)) != group_settings.cooldown(before):
        group.cooldown = cooldown


def _kept(environment: Environment) -> list[Instance]:
    """Return the instances that are not being terminated."""
    return [instance for instance in environment.instances if instance.state is not InstanceState.TERMINATING]


def _excess_instance(environment: Environment) -> Instance:
    """Return the instance to terminate first: in the zone with the most instances, the oldest.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html
    """
    kept = _kept(environment)
    zones = [instance.zone for instance in kept]
    return min(kept, key=lambda instance: (-zones.count(instance.zone), instance.launched))


def _is_pending(environment: Environment, instance: Instance) -> bool:
    return instance in environment.instances and instance.state is InstanceState.PENDING
