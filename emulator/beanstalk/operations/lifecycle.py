"""Launches, rebuilds, restarts and terminates environments, with AWS's statuses and events, in account time."""

from emulator.beanstalk import dns, option_settings
from emulator.beanstalk.hosting.deployment_command import DeploymentKind
from emulator.beanstalk.instance import InstanceState
from emulator.beanstalk.model import Environment, EnvironmentStatus, Health, HealthStatus
from emulator.beanstalk.operations import health, health_causes, instance_checks, scaling_activities
from emulator.beanstalk.operations.bundle_settings import BundleSettings
from emulator.beanstalk.operations.command_result import DeploymentFailure, without_command
from emulator.beanstalk.operations.groups import Groups
from emulator.beanstalk.operations.instances import DeploymentSteps, Instances
from emulator.beanstalk.operations.operations import Operations
from emulator.beanstalk.scheduler import Steps
from emulator.beanstalk.state import State
from emulator.beanstalk.switches import FailedLaunchEnd, LaunchedHealth


class Lifecycle:
    """Starts launches, rebuilds, restarts and terminations. Call every method with the state's lock held."""

    def __init__(self, state: State, operations: Operations, instances: Instances, groups: Groups) -> None:
        self._state = state
        self._operations = operations
        self._instances = instances
        self._bundle_settings = BundleSettings(operations, instances)
        self._groups = groups

    def launch(self, environment: Environment, request_id: str, denial: str | None) -> None:
        """Launch a new environment. `denial`: the ERROR event with which the launch fails, if there is one."""
        self._operations.record(environment, request_id, "createEnvironment is starting.")
        self._operations.start(
            environment, EnvironmentStatus.LAUNCHING, self._launching(environment, request_id, denial)
        )
        self._operations.start_health_checks(environment, self._groups.keep)

    def rebuild(self, environment: Environment, request_id: str, denial: str | None) -> None:
        """Replace the load balancer and the instance of an environment. Its CNAME stays. `denial`: as above."""
        self._operations.record(environment, request_id, "rebuildEnvironment is starting.")
        self._operations.start(
            environment, EnvironmentStatus.UPDATING, self._rebuilding(environment, request_id, denial)
        )

    def restart(self, environment: Environment, request_id: str) -> None:
        """Restart the application on its instance."""
        self._operations.record(environment, request_id, "restartAppServer is starting.")
        self._operations.start(environment, EnvironmentStatus.UPDATING, self._restarting(environment, request_id))

    def terminate(self, environment: Environment, request_id: str) -> None:
        """Terminate an environment. It serves on for a moment; its names are free at the end."""
        self._operations.record(environment, request_id, "terminateEnvironment is starting.")
        self._operations.start(environment, EnvironmentStatus.TERMINATING, self._terminating(environment, request_id))

    def _launching(self, environment: Environment, request_id: str, denial: str | None) -> Steps:
        record = self._operations.record
        record(
            environment, request_id, f"Using {self._state.own_bucket} as Amazon S3 storage bucket for environment data."
        )
        if not denial:
            yield self._instances.create_own_bucket
        failure = yield from self._building(environment, request_id, denial)
        if failure and self._ends_terminated(environment, failure):
            yield from self._ending_launch(environment, request_id)
            return
        if failure:
            problem = "command timeouts. Try increasing the timeout period" if failure.timed_out else "errors"
            message = f"Create environment operation is complete, but with {problem}."
            more = " For more information, see troubleshooting documentation."
            record(environment, request_id, message + more, severity="ERROR")
        else:
            if environment.cname:
                record(environment, request_id, f"Application available at {environment.cname}.")
            record(environment, request_id, f"Successfully launched environment: {environment.name}")
        self._operations.end(environment)

    def _ends_terminated(self, environment: Environment, failure: DeploymentFailure) -> bool:
        """Return whether a failed launch removes the environment.

        Public logs have both ends, by the cause: https://github.com/hashicorp/terraform-provider-aws/issues/1995 before
        any command, https://github.com/BishopFox/dufflebag/issues/4 for a failed one.
        """
        if not failure.commanded or option_settings.rolls_back_launch(environment.settings):
            return True
        return not failure.started and self._state.switches.failed_launch is FailedLaunchEnd.TERMINATED

    def _ending_launch(self, environment: Environment, request_id: str) -> Steps:
        """Remove what a failed launch has made. No request asked for it, so no event tells of a termination.

        Events: https://github.com/alienfast/elastic-beanstalk/issues/56.
        """
        self._operations.record(environment, request_id, "Failed to launch environment.", severity="ERROR")
        environment.status = EnvironmentStatus.TERMINATING
        environment.updated = self._state.clock.time()
        yield from self._removing(environment)
        self._operations.record(environment, request_id, f"Deleting SNS topic for environment {environment.name}.")

    def _rebuilding(self, environment: Environment, request_id: str, denial: str | None) -> Steps:
        health.suspend_checks(self._state, environment, HealthStatus.INFO, "Environment rebuild")
        if not denial:
            environment.instances, environment.led_deployment = [], 0
            yield environment.hosting.tear_down
        failure = yield from self._building(environment, request_id, denial)
        if failure is None:
            self._operations.record(environment, request_id, "rebuildEnvironment completed successfully.")
        self._operations.end(environment)

    def _building(self, environment: Environment, request_id: str, denial: str | None) -> DeploymentSteps:
        """Make the load balancer after a fifth of the launch duration, and the instance after half of it.

        A success ends after the first good health, unless the account's switch lets it end before.
        """
        state, began = self._state, self._state.clock.time()
        duration = state.durations.drawn("launch", environment.name)
        yield duration / 5
        denial = denial or (yield from self._bundle_settings.applied(environment, environment.label, request_id))
        if denial:
            failure = without_command(denial)
            self._operations.report_failure(environment, request_id, failure)
            return failure
        health.suspend_checks(state, environment, HealthStatus.PENDING, "Initialization", health_causes.NO_INSTANCES)
        if not environment.worker:
            yield environment.hosting.open
            balanced = option_settings.load_balanced(environment.settings)
            environment.endpoint = dns.load_balancer_name(state, environment.id) if balanced else dns.instance_address()
            name = environment.endpoint.split(".")[0]
            created = f"Created load balancer named: {name}" if balanced else f"Created EIP: {environment.endpoint}"
            self._operations.record(environment, request_id, created)
        waiting = "Waiting for EC2 instances to launch. This may take a few minutes."
        self._operations.record(environment, request_id, waiting)
        yield duration * 0.3
        environment.group = scaling_activities.new_group(state, environment)
        new = self._instances.launch(environment, environment.group.desired, InstanceState.IN_SERVICE)
        scaling_activities.record_launch(state, environment.group, new)
        self._operations.record(environment, request_id, scaling_activities.added(new))
        failed = yield from self._instances.run_version(environment, environment.label, environment.settings)
        if failed:
            self._operations.report_failure(environment, request_id, failed)
            rest = duration - (state.clock.time() - began)
            yield max(rest, state.durations.drawn("launch_after_failure", environment.name))
            return failed
        self._operations.record_deployed(environment, request_id, None)
        # The load balancer starts its own checks now: earlier good checks do not count.
        instance_checks.restart(environment)
        if state.switches.launched_health is LaunchedHealth.OK:
            yield from self._awaiting_health(environment)
        yield duration - (state.clock.time() - began)
        return None

    def _awaiting_health(self, environment: Environment) -> Steps:
        """Let health checks run until one changes the health, for the command timeout at most."""
        state = self._state
        health.resume_checks(state, environment)
        deadline = state.clock.time() + option_settings.command_timeout(environment.settings)
        while environment.health.status is HealthStatus.PENDING and state.clock.time() < deadline:
            yield max(state.durations.health_check, 0.1 / state.clock.scale)
        yield state.durations.drawn("launch_after_health", environment.name)

    def _restarting(self, environment: Environment, request_id: str) -> Steps:
        state, began = self._state, self._state.clock.time()
        health.suspend_checks(state, environment, HealthStatus.INFO, "Application restart")
        label = environment.running_label or environment.label
        failure = yield from self._instances.run_version(
            environment, label, environment.settings, kind=DeploymentKind.RESTART
        )
        yield state.durations.drawn("restart", environment.name) - (state.clock.time() - began)
        if failure:
            self._operations.report_failure(environment, request_id, failure)
        else:
            self._instances.enter_service(environment)
            self._operations.record_deployed(environment, request_id, None)
            self._operations.record(environment, request_id, "Restarted application server on all ec2 instances.")
        self._operations.end(environment)

    def _terminating(self, environment: Environment, request_id: str) -> Steps:
        state, began = self._state, self._state.clock.time()
        environment.health = Health()
        yield min(state.durations.terminate_serves, state.durations.terminate)
        waiting = "Waiting for EC2 instances to terminate. This may take a few minutes."
        self._operations.record(environment, request_id, waiting)
        yield from self._removing(environment, began)
        self._operations.record(environment, request_id, f"Deleting SNS topic for environment {environment.name}.")
        self._operations.record(environment, request_id, "terminateEnvironment completed successfully.")

    def _removing(self, environment: Environment, began: float | None = None) -> Steps:
        """End the application, remove the resources, and make the environment Terminated. `began`: by default now."""
        state = self._state
        began = state.clock.time() if began is None else began
        environment.health, environment.instances = Health(), []
        yield environment.hosting.close
        yield state.durations.drawn("terminate", environment.name) - (state.clock.time() - began)
        environment.status = EnvironmentStatus.TERMINATED
        environment.terminated = environment.updated = state.clock.time()
        environment.operation = None
