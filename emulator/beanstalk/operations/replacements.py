"""Rollouts that replace the instances: immutable, with split traffic, in rolling batches, all at once.

Events and times of an immutable one: https://github.com/meteor-up/mup-aws-beanstalk/issues/91. What each leaves behind:
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rolling-version-deploy.html,
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environmentmgmt-updates-immutable.html,
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rollingupdates.html.
"""

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any

from emulator.beanstalk import deployment_settings
from emulator.beanstalk.deployment_settings import RollingUpdate, UpdateType
from emulator.beanstalk.instance import Instance
from emulator.beanstalk.operations import scaling_activities
from emulator.beanstalk.operations.command_result import DeploymentFailure
from emulator.beanstalk.operations.instances import DeploymentSteps
from emulator.beanstalk.operations.rollout import Rollout, RolloutSteps, listed
from emulator.beanstalk.scheduler import Step, Steps
from emulator.beanstalk.state import new_id

_AFTERWORK = 0.4
"""The share of a deployment that the configuration after an immutable one takes. Recorded: 38 s."""


class Replacements:
    """Puts versions and configurations on new instances in place of the old ones."""

    def __init__(self, steps: RolloutSteps) -> None:
        self._steps = steps

    def immutable(self, rollout: Rollout) -> DeploymentSteps:
        """Launch new instances beside the old ones: one first, the rest when it is healthy. Then end the old ones.

        A failure ends the new ones, and leaves the old ones as they are.
        """
        old = rollout.environment.working_instances
        self._steps.record(
            rollout,
            "Immutable deployment policy enabled. Launching one instance with the new settings to verify health.",
        )
        group = self._temporary_group(rollout)
        new, failure = yield from self._beside(rollout, 1)
        if failure is None and len(old) > 1:
            self._steps.record(rollout, "Test instance passed health checks. Launching remaining new instances.")
            rest, failure = yield from self._beside(rollout, len(old) - 1)
            new = [*new, *rest]
        if failure:
            return (yield from self._withdrawing(rollout, failure))
        yield from self._taking_over(rollout, old, new, group)
        return None

    def splitting(self, rollout: Rollout) -> DeploymentSteps:
        """Launch as many new instances, send them a share of the requests for some time, and then all requests.

        A failure sends all requests to the old instances, and ends the new ones. Its own events are not recorded
        anywhere public; those here are an immutable deployment's, and one in their words for each shift of traffic.
        """
        environment, old = rollout.environment, rollout.environment.working_instances
        percent, seconds = deployment_settings.traffic_split(rollout.settings)
        group = self._temporary_group(rollout)
        new, failure = yield from self._beside(rollout, len(old), serving=False)
        if failure is None:
            hostings = [instance.hosting for instance in new]
            environment.hosting.send_share(hostings, percent)
            self._steps.enter_service(new)
            self._steps.record(
                rollout,
                f"Sending {percent:g}% of the client traffic to the new instance(s) for {seconds / 60:g} minute(s).",
            )
            failure = yield from self._steps.watch(rollout, new, seconds)
        if failure:
            return (yield from self._withdrawing(rollout, failure))
        environment.hosting.send_share(hostings, 100)
        self._steps.record(rollout, "New instance(s) stayed healthy. Sending all client traffic to them.")
        yield from self._taking_over(rollout, old, new, group)
        environment.hosting.send_share((), 0)
        return None

    def rolling(self, rollout: Rollout, update: RollingUpdate) -> DeploymentSteps:
        """End a batch of instances, launch as many new ones, and go on after a pause or when they are healthy."""
        old = rollout.environment.working_instances
        self._updating_group(rollout)
        for start in range(0, len(old), update.batch):
            batch = old[start : start + update.batch]
            yield from self._ending(rollout, batch)
            new, failure = yield from self._in_place_of(rollout, len(batch))
            if failure is None and update.kind is UpdateType.HEALTH:
                failure = yield from self._steps.await_health(rollout, new, timeout=update.timeout)
            if failure:
                return failure
            self._steps.enter_service(new)
            if start + update.batch < len(old):
                yield update.pause
        return None

    def at_once(self, rollout: Rollout) -> DeploymentSteps:
        """End all instances, and launch as many new ones: the environment is down meanwhile."""
        old = rollout.environment.working_instances
        self._updating_group(rollout)
        yield from self._ending(rollout, old)
        new, failure = yield from self._in_place_of(rollout, len(old))
        if failure is None:
            self._steps.enter_service(new)
        return failure

    def _temporary_group(self, rollout: Rollout) -> str:
        stack = f"awseb-{rollout.environment.id}-immutable-stack"
        name = f"{stack}-AWSEBAutoScalingGroup-{new_id(12)}"
        self._steps.record(rollout, f"Created temporary auto scaling group {name}.")
        return name

    def _updating_group(self, rollout: Rollout) -> None:
        group = rollout.environment.group
        if group:
            self._steps.record(rollout, f"Updating Auto Scaling group named: {group.name}")

    def _beside(
        self, rollout: Rollout, count: int, *, serving: bool = True
    ) -> Generator[Step, Any, tuple[list[Instance], DeploymentFailure | None]]:
        """Launch instances beside the old ones, and wait until all new ones are healthy."""
        steps = self._steps
        new = yield from steps.launch(rollout, count)
        failure = yield from steps.command(rollout, new)
        if failure:
            return new, failure
        all_new = rollout.environment.temporary
        if len(all_new) > 1:
            steps.record(rollout, scaling_activities.added(new))
            steps.record(rollout, "Successfully launched all instances.")
        steps.record(rollout, f"Adding new instance(s) ({listed(new, ',')}) to the load balancer.")
        steps.record(rollout, f"Waiting for instance(s) ({listed(all_new, ',')}) to pass health checks.")
        if len(all_new) == 1:
            steps.record(rollout, scaling_activities.added(new))
        return new, (yield from steps.await_health(rollout, all_new, serving=serving))

    def _in_place_of(
        self, rollout: Rollout, count: int
    ) -> Generator[Step, Any, tuple[list[Instance], DeploymentFailure | None]]:
        """Launch as many instances as have ended, into the environment's own group."""
        new = yield from self._steps.launch(rollout, count)
        self._steps.record(rollout, scaling_activities.added(new))
        failure = yield from self._steps.command(rollout, new)
        self._steps.keep(rollout, new)
        return new, failure

    def _taking_over(
        self, rollout: Rollout, old: Sequence[Instance], new: Sequence[Instance], temporary_group: str
    ) -> Steps:
        """Move the new instances to the environment's own group, and end the old ones. This cannot be aborted."""
        environment, record = rollout.environment, self._steps.record
        environment.abortable = False
        own = environment.group.name if environment.group else ""
        record(rollout, f"Detached new instance(s) from temporary auto scaling group {temporary_group}.")
        record(rollout, f"Attached new instance(s) to the permanent auto scaling group {own}.")
        self._steps.keep(rollout, new)
        record(rollout, "Starting post-deployment configuration on new instances.")
        yield rollout.duration * _AFTERWORK
        record(rollout, "Waiting for post-deployment configuration to complete.")
        record(rollout, "Deployment succeeded. Terminating old instances and temporary Auto Scaling group.")
        yield from self._ending(rollout, old)
        yield self._steps.state.durations.drawn("terminate", environment.name)

    def _ending(self, rollout: Rollout, instances: Sequence[Instance]) -> Steps:
        yield from self._steps.withdraw(rollout, instances)
        yield from self._steps.terminate(rollout.environment, rollout.request_id, instances)

    def _withdrawing(self, rollout: Rollout, failure: DeploymentFailure) -> DeploymentSteps:
        """End the new instances after a failure. The health is that of the old ones, which go on."""
        environment = rollout.environment
        environment.hosting.send_share((), 0)
        yield from self._ending(rollout, environment.temporary)
        return replace(failure, health=None)
