"""Updates of an environment: another version, other settings, and breaking them off."""

from emulator.beanstalk.model import DraftConfiguration, Environment, EnvironmentStatus, HealthStatus
from emulator.beanstalk.operations import health
from emulator.beanstalk.operations.instances import DeploymentFailure, DeploymentSteps, Instances
from emulator.beanstalk.operations.lifecycle import Lifecycle
from emulator.beanstalk.option_settings import Settings, properties
from emulator.beanstalk.platforms import Platform
from emulator.beanstalk.scheduler import Steps
from emulator.beanstalk.state import State

_STARTING = "Environment update is starting."
_COMPLETED = "Environment update completed successfully."
_MIXED = (
    "During an aborted deployment, some instances may have deployed the new application version."
    " To ensure all instances are running the same version, re-deploy the appropriate application version."
)


class Deployments:
    """Begins updates. All of it is to be called holding the state's lock."""

    def __init__(self, state: State, lifecycle: Lifecycle, instances: Instances) -> None:
        self._state = state
        self._lifecycle = lifecycle
        self._instances = instances

    def deploy(self, environment: Environment, label: str, request_id: str) -> None:
        """Deploy a version all at once: the environment is down meanwhile, and shows the new label from now on."""
        self._record(environment, request_id, _STARTING)
        environment.label = label
        environment.deployments += 1
        self._lifecycle.begin(
            environment, EnvironmentStatus.UPDATING, self._deploying(environment, label, request_id), abortable=True
        )

    def configure(self, environment: Environment, settings: Settings, platform: Platform, request_id: str) -> None:
        """Give an environment other option settings, or another platform; both restart the application if need be."""
        self._record(environment, request_id, _STARTING)
        environment.draft = DraftConfiguration(settings, self._state.clock.time())
        steps = self._configuring(environment, settings, platform, request_id)
        self._lifecycle.begin(environment, EnvironmentStatus.UPDATING, steps, abortable=True)

    def abort(self, environment: Environment, request_id: str) -> None:
        """Break off an update. What it has put onto the instance stays there; the label goes back."""
        self._record(environment, request_id, "abortEnvironmentUpdate is starting.")
        self._lifecycle.begin(environment, EnvironmentStatus.ABORTING, self._aborting(environment, request_id))

    def _deploying(self, environment: Environment, label: str, request_id: str) -> Steps:
        state, began = self._state, self._state.clock.time()
        health.suspend(state, environment, HealthStatus.INFO, "Application update in progress on 1 instance.")
        self._record(environment, request_id, "Deploying new version to instance(s).")
        failure = yield from self._instances.run(environment, label, environment.settings)
        yield state.durations.update - (state.clock.time() - began)
        if failure:
            environment.label = environment.deployed_label
            self._lifecycle.tell(environment, request_id, failure)
            self._record(environment, request_id, "Failed to deploy application.", severity="ERROR")
            self._record(environment, request_id, _MIXED, severity="ERROR")
        else:
            environment.deployed_label, environment.deployed_number = label, environment.deployments
            environment.hosting.in_service = True
            self._record(environment, request_id, "New application version was deployed to running EC2 instances.")
            self._record(environment, request_id, _COMPLETED)
        self._lifecycle.end(environment)

    def _configuring(self, environment: Environment, settings: Settings, platform: Platform, request_id: str) -> Steps:
        state, began = self._state, self._state.clock.time()
        health.suspend(state, environment, HealthStatus.INFO, "Configuration update in progress on 1 instance.")
        updating = f"Updating environment {environment.name}'s configuration settings."
        self._record(environment, request_id, updating)
        needs_restart = properties(settings) != properties(environment.settings) or platform != environment.platform
        failure = (yield from self._restarted(environment, settings)) if needs_restart else None
        yield state.durations.configure - (state.clock.time() - began)
        if failure:
            yield from self._reverting(environment, request_id, failure)
        else:
            environment.settings, environment.platform, environment.draft = settings, platform, None
            self._record(environment, request_id, "Successfully deployed new configuration to environment.")
            self._record(environment, request_id, _COMPLETED)
        self._lifecycle.end(environment)

    def _reverting(self, environment: Environment, request_id: str, failure: DeploymentFailure) -> Steps:
        self._lifecycle.tell(environment, request_id, failure)
        self._record(environment, request_id, "Failed to deploy configuration.", severity="ERROR")
        if environment.draft:
            environment.draft.failed = True
        yield from self._restarted(environment, environment.settings)
        reverted = "The environment was reverted to the previous configuration setting."
        self._record(environment, request_id, reverted, severity="ERROR")

    def _restarted(self, environment: Environment, settings: Settings) -> DeploymentSteps:
        label = environment.hosting.running_label or environment.label
        failure = yield from self._instances.run(environment, label, settings)
        environment.hosting.in_service = failure is None
        return failure

    def _aborting(self, environment: Environment, request_id: str) -> Steps:
        yield self._state.durations.abort
        environment.label = environment.deployed_label
        environment.draft = None
        if environment.hosting.running_label != environment.deployed_label:
            self._record(environment, request_id, _MIXED, severity="WARN")
        self._record(environment, request_id, "abortEnvironmentUpdate completed successfully.")
        self._lifecycle.end(environment)

    def _record(self, environment: Environment, request_id: str, message: str, *, severity: str = "INFO") -> None:
        self._state.record(message, severity=severity, environment=environment, request_id=request_id)
