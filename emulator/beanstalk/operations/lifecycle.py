"""The beginning and the end of an environment, and what is done with it in between.

Each operation takes its environment through states and events as Elastic Beanstalk does, in the account's durations.
"""

import secrets

from emulator.beanstalk import dns, option_settings
from emulator.beanstalk.model import Environment, EnvironmentStatus, Health, HealthStatus
from emulator.beanstalk.operations import health
from emulator.beanstalk.operations.instances import DeploymentFailure, DeploymentSteps, Instances
from emulator.beanstalk.scheduler import Scheduler, Steps
from emulator.beanstalk.state import State


class Lifecycle:
    """Begins the operations of environments. All of it is to be called holding the state's lock."""

    def __init__(self, state: State, scheduler: Scheduler, instances: Instances) -> None:
        self._state = state
        self._scheduler = scheduler
        self._instances = instances

    def begin(
        self, environment: Environment, status: EnvironmentStatus, steps: Steps, *, abortable: bool = False
    ) -> None:
        """Let an operation take over an environment."""
        if environment.operation:
            environment.operation.cancel()
        environment.status = status
        environment.abortable = abortable
        environment.updated = self._state.clock.time()
        environment.operation = self._scheduler.begin(steps)

    def end(self, environment: Environment) -> None:
        """Make an environment Ready after an operation."""
        environment.status = EnvironmentStatus.READY
        environment.abortable = False
        environment.managed_action = None
        environment.operation = None
        environment.updated = self._state.clock.time()
        health.resume(environment)

    def launch(self, environment: Environment, request_id: str) -> None:
        """Launch a new environment."""
        self._record(environment, request_id, "createEnvironment is starting.")
        self.begin(environment, EnvironmentStatus.LAUNCHING, self._launching(environment, request_id))
        self._scheduler.begin(health.watch(self._state, environment))

    def rebuild(self, environment: Environment, request_id: str) -> None:
        """Replace everything that the environment runs on; its CNAME stays, its load balancer does not."""
        self._record(environment, request_id, "rebuildEnvironment is starting.")
        self.begin(environment, EnvironmentStatus.UPDATING, self._rebuilding(environment, request_id))

    def restart(self, environment: Environment, request_id: str) -> None:
        """Restart the application where it runs."""
        self._record(environment, request_id, "restartAppServer is starting.")
        self.begin(environment, EnvironmentStatus.UPDATING, self._restarting(environment, request_id))

    def terminate(self, environment: Environment, request_id: str) -> None:
        """Terminate the environment. Users lose it at once; its names become free at the end."""
        self._record(environment, request_id, "terminateEnvironment is starting.")
        self.begin(environment, EnvironmentStatus.TERMINATING, self._terminating(environment, request_id))

    def swap(self, source: Environment, destination: Environment, request_id: str) -> None:
        """Exchange the CNAMEs of two environments."""
        pair = f"'{source.name}' and '{destination.name}'"
        for environment in (source, destination):
            self._record(environment, request_id, "swapEnvironmentCNAMEs is starting.")
            self._record(environment, request_id, f"Swapping CNAMEs for environments {pair}.")
        self.begin(source, EnvironmentStatus.UPDATING, self._swapping(source, destination, request_id))
        destination.status = EnvironmentStatus.UPDATING
        destination.updated = self._state.clock.time()

    def _launching(self, environment: Environment, request_id: str) -> Steps:
        bucket = f"elasticbeanstalk-{self._state.region}-{self._state.account_id}"
        self._record(environment, request_id, f"Using {bucket} as Amazon S3 storage bucket for environment data.")
        failure = yield from self._building(environment, request_id)
        if failure:
            message = "Create environment operation is complete, but with errors."
            more = " For more information, see troubleshooting documentation."
            self._record(environment, request_id, message + more, severity="ERROR")
        else:
            self._record(environment, request_id, f"Application available at {environment.cname}.")
            self._record(environment, request_id, f"Successfully launched environment: {environment.name}")
        self.end(environment)

    def _rebuilding(self, environment: Environment, request_id: str) -> Steps:
        health.suspend(self._state, environment, HealthStatus.INFO, "Environment rebuild in progress.")
        yield environment.hosting.tear_down
        failure = yield from self._building(environment, request_id)
        if failure is None:
            self._record(environment, request_id, "rebuildEnvironment completed successfully.")
        self.end(environment)

    def _building(self, environment: Environment, request_id: str) -> DeploymentSteps:
        """Make the load balancer after a fifth of the launch, the instance after half of it. The value: any failure."""
        state, began = self._state, self._state.clock.time()
        yield state.durations.launch / 5
        health.suspend(state, environment, HealthStatus.PENDING, "Initialization in progress. There are no instances.")
        if not environment.worker:
            yield environment.hosting.open
            balanced = option_settings.load_balanced(environment.settings)
            environment.endpoint = dns.balancer_name(state, environment.id) if balanced else dns.instance_address()
            self._record(environment, request_id, f"Created load balancer named: {environment.endpoint.split('.')[0]}")
        yield state.durations.launch * 0.3
        environment.instance, environment.launched = f"i-0{secrets.token_hex(8)}", state.clock.time()
        self._record(environment, request_id, f"Added instance [{environment.instance}] to your environment.")
        failure = yield from self._instances.run(environment, environment.label, environment.settings)
        yield state.durations.launch - (state.clock.time() - began)
        # What has answered well so far counts for nothing yet: the load balancer begins its own checks now.
        environment.health.good_since = None
        if failure:
            self.tell(environment, request_id, failure)
        return failure

    def _restarting(self, environment: Environment, request_id: str) -> Steps:
        state, began = self._state, self._state.clock.time()
        health.suspend(state, environment, HealthStatus.INFO, "Application restart in progress on 1 instance.")
        label = environment.hosting.running_label or environment.label
        failure = yield from self._instances.run(environment, label, environment.settings)
        yield state.durations.restart - (state.clock.time() - began)
        if failure:
            self.tell(environment, request_id, failure)
        else:
            environment.hosting.in_service = True
            self._record(environment, request_id, "restartAppServer completed successfully.")
        self.end(environment)

    def _terminating(self, environment: Environment, request_id: str) -> Steps:
        state, began = self._state, self._state.clock.time()
        environment.health = Health()
        yield environment.hosting.close
        yield state.durations.terminate - (state.clock.time() - began)
        environment.status = EnvironmentStatus.TERMINATED
        environment.terminated = environment.updated = state.clock.time()
        environment.operation = None
        self._record(environment, request_id, "terminateEnvironment completed successfully.")

    def _swapping(self, source: Environment, destination: Environment, request_id: str) -> Steps:
        yield self._state.durations.swap
        source.cname, destination.cname = destination.cname, source.cname
        completed = f"Completed swapping CNAMEs for environments '{source.name}' and '{destination.name}'."
        for environment in (source, destination):
            self._record(environment, request_id, f"'{environment.cname}' now points to '{environment.endpoint}'.")
            self._record(environment, request_id, completed)
            self.end(environment)

    def tell(self, environment: Environment, request_id: str, failure: DeploymentFailure) -> None:
        """Record why a version does not run, and let the health show it."""
        for message in failure.messages:
            self._record(environment, request_id, message, severity="ERROR")
        health.worsen(self._state, environment, failure.answer)

    def _record(self, environment: Environment, request_id: str, message: str, *, severity: str = "INFO") -> None:
        self._state.record(message, severity=severity, environment=environment, request_id=request_id)
