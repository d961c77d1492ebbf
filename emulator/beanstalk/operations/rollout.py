"""What rollouts of every policy do with instances: launch, command, check, take out of service and terminate them."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from emulator.beanstalk import option_settings
from emulator.beanstalk.hosting.deployment_command import DeploymentKind
from emulator.beanstalk.instance import Instance, InstanceState
from emulator.beanstalk.model import Environment
from emulator.beanstalk.operations import instance_checks, scaling_activities
from emulator.beanstalk.operations.command_result import CommandResult
from emulator.beanstalk.operations.instances import DeploymentSteps, Instances
from emulator.beanstalk.operations.operations import Operations
from emulator.beanstalk.option_settings import Settings
from emulator.beanstalk.scheduler import Step, Steps
from emulator.beanstalk.state import State

_LAUNCH = 0.4
"""The share of a launch of an environment that an instance takes until it can be deployed to. Recorded: 70 to 105 s."""
_WITHDRAWAL = 1 / 7
"""The share of a deployment in which instances go out of service. Recorded: 13 s."""


@dataclass(frozen=True)
class Rollout:
    """A version with settings, which goes onto the instances of an environment.

    `number`: of the deployment. `began`: when. `duration`: how long it takes to put it on all instances at once.
    """

    environment: Environment
    label: str
    settings: Settings
    request_id: str
    number: int
    began: float
    duration: float
    kind: DeploymentKind = DeploymentKind.APPLICATION

    @property
    def timeout(self) -> float:
        """Account seconds in which a batch of instances must be healthy."""
        return option_settings.command_timeout(self.settings)


class RolloutSteps:
    """The steps of rollouts. Call every method with the state's lock held."""

    def __init__(self, state: State, operations: Operations, instances: Instances) -> None:
        self.state = state
        self._operations = operations
        self._instances = instances

    def record(self, rollout: Rollout, message: str) -> None:
        """Record an event of a rollout."""
        self._operations.record(rollout.environment, rollout.request_id, message)

    def launch(self, rollout: Rollout, count: int) -> Generator[Step, Any, list[Instance]]:
        """Launch instances that run nothing yet. They end with the operation when it is aborted before `keep`."""
        yield self.state.durations.launch * _LAUNCH
        new = self._instances.launch(rollout.environment, count, InstanceState.PENDING)
        rollout.environment.temporary = [*rollout.environment.temporary, *new]
        return new

    def keep(self, rollout: Rollout, new: Sequence[Instance]) -> None:
        """Make new instances members of the environment's Auto Scaling group."""
        rollout.environment.temporary = [one for one in rollout.environment.temporary if one not in new]
        for instance in new:
            instance.state = InstanceState.IN_SERVICE

    def command(self, rollout: Rollout, chosen: Sequence[Instance]) -> DeploymentSteps:
        """Run the version on instances, and wait for a good check of each."""
        environment = rollout.environment
        for instance in chosen:
            instance.deployment = rollout.number
        if rollout.settings is not environment.settings:
            environment.reconfigured = [*environment.reconfigured, *chosen]
        # A new instance has nothing yet: it gets the whole application, whatever changes.
        new = any(instance.hosting.running_label is None for instance in chosen)
        kind = DeploymentKind.APPLICATION if new else rollout.kind
        failure = yield from self._instances.run_version(
            environment, rollout.label, rollout.settings, chosen, kind=kind
        )
        self._operations.record_deployed(environment, rollout.request_id, failure, chosen)
        return failure

    def enter_service(self, chosen: Sequence[Instance]) -> None:
        """Let the load balancer send requests to instances."""
        for instance in chosen:
            instance.hosting.in_service = True

    def await_health(
        self, rollout: Rollout, chosen: Sequence[Instance], *, timeout: float | None = None, serving: bool = True
    ) -> DeploymentSteps:
        """Wait until instances are healthy. Those that are not in time are a failure, unless health is ignored.

        Enhanced health takes twelve good checks within two minutes, basic health those of the load balancer:
        https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rolling-version-deploy.html
        `timeout`: the command timeout by default. `serving`: whether the load balancer uses them as they become good.
        """
        state, environment = self.state, rollout.environment
        durations, enhanced = state.durations, option_settings.enhanced_health(environment.settings)
        needed = durations.health if enhanced else durations.in_service
        deadline = state.clock.time() + (rollout.timeout if timeout is None else timeout)
        while True:
            present = [instance for instance in chosen if instance in environment.instances]
            yield from self._check(environment, present)
            now = state.clock.time()
            good_for = {one: now - one.good_since for one in present if one.good_since is not None}
            if serving:
                self.enter_service([one for one, seconds in good_for.items() if seconds >= durations.in_service])
            waiting = [one for one in present if good_for.get(one, -1) < needed]
            if not waiting or (now >= deadline and option_settings.ignores_health(rollout.settings)):
                return None
            if now >= deadline:
                return CommandResult(environment, present, unhealthy=waiting).failure()
            yield max(1.0, 0.1 / state.clock.scale)

    def watch(self, rollout: Rollout, chosen: Sequence[Instance], seconds: float) -> DeploymentSteps:
        """Check instances for some time. One with bad checks for long enough is a failure."""
        state, environment = self.state, rollout.environment
        end = state.clock.time() + seconds
        while state.clock.time() < end:
            yield from self._check(environment, chosen)
            latest = state.clock.time() - state.durations.unhealthy
            bad = [one for one in chosen if one.bad_since is not None and one.bad_since <= latest]
            if bad and not option_settings.ignores_health(rollout.settings):
                return CommandResult(environment, list(chosen), unhealthy=bad).failure()
            yield min(max(state.durations.health_check, 0.2 / state.clock.scale), end - state.clock.time())
        return None

    def withdraw(self, rollout: Rollout, chosen: Sequence[Instance]) -> Steps:
        """Take instances out of service, and wait until their last requests have ended."""
        for instance in chosen:
            instance.hosting.in_service = False
        yield rollout.duration * _WITHDRAWAL

    def terminate(self, environment: Environment, request_id: str, chosen: Sequence[Instance]) -> Steps:
        """End instances that are out of service."""
        if not chosen:
            return
        environment.instances = [one for one in environment.instances if one not in chosen]
        environment.temporary = [one for one in environment.temporary if one not in chosen]
        self._operations.record(environment, request_id, scaling_activities.removed(chosen))
        yield partial(environment.hosting.together, [partial(environment.hosting.end, each.hosting) for each in chosen])

    def _check(self, environment: Environment, chosen: Sequence[Instance]) -> Steps:
        probes = [partial(instance_checks.probe, environment, instance) for instance in chosen]
        found = yield partial(environment.hosting.together, probes)
        for instance, http_status in zip(chosen, found, strict=True):
            instance_checks.record(environment, instance, http_status, self.state.clock.time())


def listed(instances: Sequence[Instance], separator: str = ", ") -> str:
    """Return the ids of instances, as events list them."""
    return separator.join(instance.id for instance in instances)
