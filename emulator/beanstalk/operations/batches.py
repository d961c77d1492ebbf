"""Rolling deployments: a batch of instances after the other gets the version.

Events and times of a batch: https://github.com/aws/aws-elastic-beanstalk-cli/issues/50 and
https://github.com/aws/elastic-beanstalk-roadmap/issues/162; of an additional one:
https://github.com/meteor-up/mup-aws-beanstalk/issues/9.
"""

from collections.abc import Sequence

from emulator.beanstalk import deployment_settings
from emulator.beanstalk.instance import Instance
from emulator.beanstalk.operations import scaling_activities
from emulator.beanstalk.operations.instances import DeploymentSteps
from emulator.beanstalk.operations.rollout import Rollout, RolloutSteps, listed

_COMMAND = 1 / 9
"""The share of a deployment that the command on a batch takes, at least. Recorded: 10 s."""


class Batches:
    """Puts versions on instances in batches. Batches that are done keep the version when a later one fails."""

    def __init__(self, steps: RolloutSteps) -> None:
        self._steps = steps

    def rolling(self, rollout: Rollout) -> DeploymentSteps:
        """Take each batch out of service for the deployment: there are fewer instances meanwhile."""
        instances = rollout.environment.working_instances
        size = deployment_settings.batch_size(rollout.settings, len(instances))
        return (yield from self._in_batches(rollout, instances, size, first=1, total=len(instances)))

    def with_additional_batch(self, rollout: Rollout) -> DeploymentSteps:
        """Launch a batch of new instances with the version first, and terminate it at the end."""
        instances, environment = rollout.environment.working_instances, rollout.environment
        size = deployment_settings.batch_size(rollout.settings, len(instances))
        self._steps.record(
            rollout,
            "Rolling with Additional Batch deployment policy enabled."
            f" Launching  a new batch of {size} additional instance(s).",
        )
        new = yield from self._steps.launch(rollout, size)
        self._steps.record(rollout, scaling_activities.added(new))
        self._steps.record(
            rollout,
            f"Batch 1: {size} EC2 instance(s) [{listed(new)}] launched."
            f" Deploying application version '{rollout.label}'.",
        )
        failure = yield from self._additional(rollout, new)
        if failure is None:
            self._steps.record(rollout, "Batch 1: Completed application deployment.")
            failure = yield from self._in_batches(rollout, instances, size, first=2, total=len(instances))
        yield from self._steps.withdraw(rollout, new)
        yield from self._steps.terminate(environment, rollout.request_id, new)
        return failure

    def _additional(self, rollout: Rollout, new: Sequence[Instance]) -> DeploymentSteps:
        return (yield from self._steps.command(rollout, new)) or (yield from self._steps.await_health(rollout, new))

    def _in_batches(
        self, rollout: Rollout, instances: Sequence[Instance], size: int, *, first: int, total: int
    ) -> DeploymentSteps:
        for start in range(0, len(instances), size):
            batch, number = instances[start : start + size], first + start // size
            self._steps.record(
                rollout, f"Batch {number}: Starting application deployment on instance(s) [{listed(batch)}]."
            )
            done = f"Command execution completed on {start + len(batch)} of {total} instances in environment."
            failure = yield from self._on_batch(rollout, batch, number, done)
            if failure:
                return failure
            self._steps.record(rollout, f"Batch {number}: Completed application deployment.")
        return None

    def _on_batch(self, rollout: Rollout, batch: Sequence[Instance], number: int, done: str) -> DeploymentSteps:
        steps, began = self._steps, self._steps.state.clock.time
        where = "the load balancer and waiting for them"
        steps.record(rollout, f"Batch {number}: De-registering instance(s) from {where} to go out of service.")
        yield from steps.withdraw(rollout, batch)
        steps.record(rollout, f"Batch {number}: Starting application deployment command execution.")
        started = began()
        failure = yield from steps.command(rollout, batch)
        if failure:
            return failure
        yield rollout.duration * _COMMAND - (began() - started)
        steps.record(rollout, f"Batch {number}: Completed application deployment command execution.")
        steps.record(rollout, done)
        steps.record(rollout, f"Batch {number}: Registering instance(s) with {where} to be healthy.")
        return (yield from steps.await_health(rollout, batch))
