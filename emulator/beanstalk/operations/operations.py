"""Starts and ends the operations of environments, and records their events."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from emulator.beanstalk.environment_records import ActionFailure, FinishedAction
from emulator.beanstalk.instance import Instance
from emulator.beanstalk.model import Environment, EnvironmentStatus
from emulator.beanstalk.operations import health
from emulator.beanstalk.operations.command_result import DeploymentFailure
from emulator.beanstalk.scheduler import Scheduler, Steps
from emulator.beanstalk.state import State

_DEPLOYED_TO_INSTANCE = "Instance deployment completed successfully."
"""The event after a command that succeeds, as platforms on Amazon Linux 2 and later send it."""


class Operations:
    """Runs at most one operation at a time on each environment. Call every method with the state's lock held."""

    def __init__(self, state: State, scheduler: Scheduler) -> None:
        self._state = state
        self._scheduler = scheduler

    def start(
        self, environment: Environment, status: EnvironmentStatus, steps: Steps, *, abortable: bool = False
    ) -> None:
        """Start an operation on an environment, and cancel its running one. `status`: its status meanwhile."""
        if environment.operation:
            environment.operation.cancel()
        environment.status = status
        environment.abortable = abortable
        environment.updated = self._state.clock.time()
        environment.operation = self._scheduler.start(steps)

    def end(self, environment: Environment) -> None:
        """Make an environment Ready after an operation."""
        environment.status = EnvironmentStatus.READY
        environment.abortable = False
        if action := environment.managed_action:
            environment.managed_history.append(FinishedAction(action, self._state.clock.time()))
        environment.managed_action = None
        environment.operation = None
        environment.updated = self._state.clock.time()
        health.resume_checks(self._state, environment)

    def fail_managed_action(self, environment: Environment, kind: str, description: str) -> None:
        """Note that the managed action that runs, if one does, has failed."""
        if action := environment.managed_action:
            environment.managed_action = replace(action, failure=ActionFailure(kind, description))

    def start_health_checks(self, environment: Environment, then: Callable[[Environment], None]) -> None:
        """Start the health checks of a new environment. `then` is called after each of them."""
        self._scheduler.start(health.monitor(self._state, environment, then))

    def report_failure(self, environment: Environment, request_id: str, failure: DeploymentFailure) -> None:
        """Record why an operation failed, and the health that follows, before the environment is Ready."""
        launching = environment.status is EnvironmentStatus.LAUNCHING
        for severity, message in [*failure.events, *([] if launching else failure.update_events)]:
            self.record(environment, request_id, message, severity=severity)
        if failure.health:
            health.set_failed(self._state, environment, failure.health, failure.causes)

    def record_deployed(
        self,
        environment: Environment,
        request_id: str,
        failure: DeploymentFailure | None,
        instances: Sequence[Instance] | None = None,
    ) -> None:
        """Record an event for each instance on which a command succeeded. `instances`: all working ones by default."""
        failed = failure.instances if failure else ()
        for instance in environment.working_instances if instances is None else instances:
            if instance not in failed:
                self.record(environment, request_id, _DEPLOYED_TO_INSTANCE)

    def record(self, environment: Environment, request_id: str, message: str, *, severity: str = "INFO") -> None:
        """Record an event about an environment, caused by a request."""
        self._state.record(message, severity=severity, environment=environment, request_id=request_id)
