"""Which rollout a deployment or a configuration update takes."""

from emulator.beanstalk import deployment_settings, option_settings
from emulator.beanstalk.deployment_settings import DeploymentPolicy, UpdateType
from emulator.beanstalk.operations.batches import Batches
from emulator.beanstalk.operations.instances import DeploymentSteps
from emulator.beanstalk.operations.replacements import Replacements
from emulator.beanstalk.operations.rollout import Rollout, RolloutSteps


class Policies:
    """Chooses and runs the rollouts of deployments and configuration updates."""

    def __init__(self, steps: RolloutSteps) -> None:
        self._steps = steps
        self._batches = Batches(steps)
        self._replacements = Replacements(steps)

    def deploy(self, rollout: Rollout) -> DeploymentSteps:
        """Put a version on the instances, as the deployment policy says."""
        policy = deployment_settings.deployment_policy(rollout.settings)
        if policy in (DeploymentPolicy.ALL_AT_ONCE, DeploymentPolicy.ROLLING, DeploymentPolicy.ADDITIONAL_BATCH):
            self._steps.record(rollout, "Deploying new version to instance(s).")
        return (yield from self._in_place(rollout, policy))

    def reconfigure(self, rollout: Rollout, *, new_instances: bool) -> DeploymentSteps:
        """Put settings on the instances: on new ones as rolling updates say, else in place as for a deployment."""
        if not new_instances:
            policy = deployment_settings.deployment_policy(rollout.settings)
            # Traffic splitting is for versions only.
            splitting = policy is DeploymentPolicy.TRAFFIC_SPLITTING
            return (yield from self._in_place(rollout, DeploymentPolicy.IMMUTABLE if splitting else policy))
        update = deployment_settings.rolling_update(rollout.settings, len(rollout.environment.working_instances))
        if update.kind is UpdateType.IMMUTABLE:
            return (yield from self.immutable(rollout))
        if update.kind is UpdateType.AT_ONCE or not option_settings.load_balanced(rollout.settings):
            return (yield from self._replacements.at_once(rollout))
        return (yield from self._replacements.rolling(rollout, update))

    def immutable(self, rollout: Rollout) -> DeploymentSteps:
        """Replace the instances by an immutable update."""
        return (yield from self._replacements.immutable(rollout))

    def _in_place(self, rollout: Rollout, policy: DeploymentPolicy) -> DeploymentSteps:
        match policy:
            case DeploymentPolicy.ROLLING:
                return (yield from self._batches.rolling(rollout))
            case DeploymentPolicy.ADDITIONAL_BATCH:
                return (yield from self._batches.with_additional_batch(rollout))
            case DeploymentPolicy.IMMUTABLE:
                return (yield from self._replacements.immutable(rollout))
            case DeploymentPolicy.TRAFFIC_SPLITTING:
                return (yield from self._replacements.splitting(rollout))
            case DeploymentPolicy.ALL_AT_ONCE:
                return (yield from self._all_at_once(rollout))

    def _all_at_once(self, rollout: Rollout) -> DeploymentSteps:
        """Put the version on all instances at the same time: the environment is down meanwhile."""
        instances = rollout.environment.working_instances
        failure = yield from self._steps.command(rollout, instances)
        yield rollout.duration - (self._steps.state.clock.time() - rollout.began)
        failed = failure.instances if failure else ()
        self._steps.enter_service([one for one in instances if one not in failed])
        return failure
