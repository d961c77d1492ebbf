"""Updates environments: deploys a version, changes the configuration, aborts an update."""

from emulator.beanstalk.model import DraftConfiguration, Environment, EnvironmentStatus, HealthStatus
from emulator.beanstalk.operations import health
from emulator.beanstalk.operations.bundle_settings import BundleSettings
from emulator.beanstalk.operations.command_result import without_command
from emulator.beanstalk.operations.configuration_updates import ConfigurationUpdates
from emulator.beanstalk.operations.instances import Instances
from emulator.beanstalk.operations.operations import Operations
from emulator.beanstalk.operations.policies import Policies
from emulator.beanstalk.operations.rollout import Rollout, RolloutSteps
from emulator.beanstalk.option_settings import Settings
from emulator.beanstalk.platforms import Platform
from emulator.beanstalk.scheduler import Steps
from emulator.beanstalk.state import State

_STARTING = "Environment update is starting."
_COMPLETED = "Environment update completed successfully."
_PREPARATION = 1 / 6
"""The share of a deployment before the instance gets its command. Recorded: 4 to 41 seconds."""
_MIXED = (
    "During an aborted deployment, some instances may have deployed the new application version."
    " To ensure all instances are running the same version, re-deploy the appropriate application version."
)


class Deployments:
    """Starts and aborts updates. Call every method with the state's lock held."""

    def __init__(self, state: State, operations: Operations, instances: Instances) -> None:
        self._state = state
        self._operations = operations
        self._steps = RolloutSteps(state, operations, instances)
        self._policies = Policies(self._steps)
        self._configurations = ConfigurationUpdates(self._policies, self._steps, operations, instances)
        self._bundle_settings = BundleSettings(operations, instances)

    def deploy(self, environment: Environment, label: str, request_id: str, denial: str | None = None) -> None:
        """Deploy a version, as the environment's deployment policy says. The environment shows the new label at once.

        `denial`: the ERROR event with which the update fails before it changes anything, if there is one.
        """
        self._operations.record(environment, request_id, _STARTING)
        environment.label = label
        environment.deployments += 1
        if denial:
            steps = self._denied(environment, request_id, denial, "Failed to deploy application.")
        else:
            steps = self._configured_and_deploying(environment, label, request_id)
        self._operations.start(environment, EnvironmentStatus.UPDATING, steps, abortable=True)

    def configure(
        self,
        environment: Environment,
        settings: Settings,
        platform: Platform,
        request_id: str,
        denial: str | None = None,
        *,
        immutable: bool = False,
        label: str | None = None,
    ) -> None:
        """Change the option settings or the platform. Restart the application, or replace instances, when they need it.

        `denial`: as above. `immutable`: whether to replace the instances by an immutable update in any case. `label`:
        of a version to deploy in the same update, with the new settings.
        """
        self._operations.record(environment, request_id, _STARTING)
        environment.label = label or environment.label
        environment.draft = DraftConfiguration(settings, self._state.clock.time())
        if denial:
            steps = self._denied(environment, request_id, denial, "Failed to deploy configuration.")
        else:
            steps = self._configuring(environment, settings, platform, request_id, immutable=immutable, label=label)
        self._operations.start(environment, EnvironmentStatus.UPDATING, steps, abortable=True)

    def abort(self, environment: Environment, request_id: str) -> None:
        """Abort an update. The label goes back; instances keep the version that runs on them, new ones end."""
        self._operations.record(environment, request_id, "abortEnvironmentUpdate is starting.")
        self._operations.start(environment, EnvironmentStatus.ABORTING, self._aborting(environment, request_id))

    def _denied(self, environment: Environment, request_id: str, denial: str, message: str) -> Steps:
        """Fail after a while, without any change of the instance."""
        yield self._state.durations.drawn("update", environment.name) / 3
        environment.label, environment.draft = environment.deployed_label, None
        self._operations.report_failure(environment, request_id, without_command(denial))
        self._operations.record(environment, request_id, message, severity="ERROR")
        self._operations.end(environment)

    def _configured_and_deploying(self, environment: Environment, label: str, request_id: str) -> Steps:
        """Apply the option settings in the bundle, and deploy it."""
        problem = yield from self._bundle_settings.applied(environment, label, request_id)
        if problem:
            yield from self._denied(environment, request_id, problem, "Failed to deploy application.")
        else:
            yield from self._deploying(environment, label, request_id)

    def _deploying(self, environment: Environment, label: str, request_id: str) -> Steps:
        record, state, began = self._operations.record, self._state, self._state.clock.time()
        duration, number = state.durations.drawn("update", environment.name), environment.deployments
        # Elastic Beanstalk copies the bundle first. The old version serves meanwhile.
        yield duration * _PREPARATION
        health.suspend_checks(state, environment, HealthStatus.INFO, "Application update")
        rollout = Rollout(environment, label, environment.settings, request_id, number, began, duration)
        failure = yield from self._policies.deploy(rollout)
        if failure:
            environment.label = environment.deployed_label
            self._operations.report_failure(environment, request_id, failure)
            record(environment, request_id, "Failed to deploy application.", severity="ERROR")
            if any(instance in environment.instances for instance in failure.instances):
                record(environment, request_id, _MIXED, severity="ERROR")
        else:
            environment.deployed_label, environment.deployed_number = label, number
            record(environment, request_id, "New application version was deployed to running EC2 instances.")
            record(environment, request_id, _COMPLETED)
            health.set_after_update(state, environment)
        self._operations.end(environment)

    def _configuring(
        self,
        environment: Environment,
        settings: Settings,
        platform: Platform,
        request_id: str,
        *,
        immutable: bool,
        label: str | None,
    ) -> Steps:
        configured = yield from self._configurations.update(
            environment, settings, platform, request_id, immutable=immutable
        )
        if configured and label:
            environment.deployments += 1
            yield from self._deploying(environment, label, request_id)
            return
        if configured:
            self._operations.record(environment, request_id, _COMPLETED)
        self._operations.end(environment)

    def _aborting(self, environment: Environment, request_id: str) -> Steps:
        began = self._state.clock.time()
        self._operations.fail_managed_action(environment, "UpdateCancelled", "The update was aborted.")
        environment.hosting.send_share((), 0)
        new = environment.temporary
        for instance in new:
            instance.hosting.in_service = False
        yield from self._configurations.restore(environment)
        yield self._state.durations.drawn("abort", environment.name) - (self._state.clock.time() - began)
        yield from self._steps.terminate(environment, request_id, new)
        environment.label = environment.deployed_label
        environment.draft = None
        if environment.running_label != environment.deployed_label:
            self._operations.record(environment, request_id, _MIXED, severity="WARN")
        self._operations.record(environment, request_id, "abortEnvironmentUpdate completed successfully.")
        self._operations.end(environment)
