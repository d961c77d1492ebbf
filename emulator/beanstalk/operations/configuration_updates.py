"""Puts changed option settings and platforms on environments, and takes them off again after a failure."""

from collections.abc import Generator
from typing import Any

from emulator.beanstalk import deployment_settings, option_settings
from emulator.beanstalk.hosting.deployment_command import DeploymentKind
from emulator.beanstalk.model import Environment, HealthStatus
from emulator.beanstalk.operations import groups, health
from emulator.beanstalk.operations.command_result import DeploymentFailure
from emulator.beanstalk.operations.instances import DeploymentSteps, Instances
from emulator.beanstalk.operations.operations import Operations
from emulator.beanstalk.operations.policies import Policies
from emulator.beanstalk.operations.rollout import Rollout, RolloutSteps
from emulator.beanstalk.option_settings import Settings, software
from emulator.beanstalk.platforms import Platform
from emulator.beanstalk.scheduler import Step, Steps


class ConfigurationUpdates:
    """The steps of configuration updates. Call every method with the state's lock held."""

    def __init__(self, policies: Policies, steps: RolloutSteps, operations: Operations, instances: Instances) -> None:
        self._policies = policies
        self._steps = steps
        self._operations = operations
        self._instances = instances

    def update(
        self, environment: Environment, settings: Settings, platform: Platform, request_id: str, *, immutable: bool
    ) -> Generator[Step, Any, bool]:
        """Change settings and platform. The value: whether it went well. A failure goes back to those before."""
        record, state = self._operations.record, self._steps.state
        began, duration = state.clock.time(), state.durations.drawn("configure", environment.name)
        health.suspend_checks(state, environment, HealthStatus.INFO, "Configuration update")
        record(environment, request_id, f"Updating environment {environment.name}'s configuration settings.")
        running = environment.running_label or environment.deployed_label
        kind, number = DeploymentKind.CONFIGURATION, environment.deployed_number
        rollout = Rollout(environment, running, settings, request_id, number, began, duration, kind)
        new_platform = platform != environment.platform
        failure = yield from self._rolling_out(rollout, immutable=immutable, new_platform=new_platform)
        yield duration - (state.clock.time() - began)
        if failure:
            environment.label = environment.deployed_label
            yield from self._reverting(rollout, failure)
            return False
        before, environment.settings = environment.settings, settings
        environment.platform, environment.draft, environment.reconfigured = platform, None, []
        groups.apply_sizes(environment, before)
        record(environment, request_id, "Successfully deployed new configuration to environment.")
        if option_settings.enhanced_health(settings) and not option_settings.enhanced_health(before):
            health.set_unknown(state, environment)
        else:
            health.set_after_update(state, environment)
        return True

    def restore(self, environment: Environment) -> Steps:
        """Put the environment's settings back on the instances that an update has changed."""
        changed = [instance for instance in environment.working_instances if instance in environment.reconfigured]
        environment.reconfigured = []
        if changed:
            label = environment.running_label or environment.deployed_label
            failure = yield from self._instances.run_version(
                environment, label, environment.settings, changed, kind=DeploymentKind.CONFIGURATION
            )
            failed = failure.instances if failure else ()
            self._steps.enter_service([instance for instance in changed if instance not in failed])

    def _rolling_out(self, rollout: Rollout, *, immutable: bool, new_platform: bool) -> DeploymentSteps:
        old, new = rollout.environment.settings, rollout.settings
        new_instances = new_platform or deployment_settings.replaces_instances(old, new)
        if immutable:
            return (yield from self._policies.immutable(rollout))
        if new_instances or software(old) != software(new):
            return (yield from self._policies.reconfigure(rollout, new_instances=new_instances))
        return None

    def _reverting(self, rollout: Rollout, failure: DeploymentFailure) -> Steps:
        """Go back to the configuration before the update, which stays as a failed draft."""
        environment, record = rollout.environment, self._operations.record
        self._operations.report_failure(environment, rollout.request_id, failure)
        record(environment, rollout.request_id, "Failed to deploy configuration.", severity="ERROR")
        if environment.draft:
            environment.draft.failed = True
        reason = "The update failed, and the environment was rolled back."
        self._operations.fail_managed_action(environment, "RollbackSuccessful", reason)
        yield from self.restore(environment)
        reverted = "The environment was reverted to the previous configuration setting."
        record(environment, rollout.request_id, reverted, severity="ERROR")
