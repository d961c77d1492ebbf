"""Runs application versions on the instances of environments."""

import secrets
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

from emulator.beanstalk import option_settings
from emulator.beanstalk.bundle.start_commands import ApplicationStartError
from emulator.beanstalk.bundle_store import BundleStore, UnreadableBundleError
from emulator.beanstalk.hosting.deployment_command import DeploymentCommand, DeploymentKind
from emulator.beanstalk.instance import Instance, InstanceState
from emulator.beanstalk.model import SAMPLE_APPLICATION, BundleLocation, Environment
from emulator.beanstalk.operations import instance_checks
from emulator.beanstalk.operations.command_result import CommandResult, DeploymentFailure, without_command
from emulator.beanstalk.scheduler import Step
from emulator.beanstalk.source_bundle import InvalidBundleError
from emulator.beanstalk.state import State

_ZONES = "abc"
"""The letters of the availability zones, over which a group spreads its instances."""


DeploymentSteps: TypeAlias = Generator[Step, Any, DeploymentFailure | None]
"""Steps whose value is a DeploymentFailure, or None after a success."""


class Instances:
    """Runs application versions on the instances of environments."""

    def __init__(self, state: State, bundles: BundleStore) -> None:
        self._state = state
        self._bundles = bundles

    def create_own_bucket(self) -> None:
        """Make the own bucket, as the first environment of a region does. Slow. Do nothing when S3 refuses."""
        with suppress(UnreadableBundleError):
            self._bundles.create_bucket(self._state.own_bucket)

    def launch(self, environment: Environment, count: int, state: InstanceState) -> list[Instance]:
        """Add instances to an environment, which run nothing yet, and return them."""
        now, number = self._state.clock.time(), environment.deployed_number
        new = []
        for _ in range(count):
            id_ = f"i-0{secrets.token_hex(8)}"
            zones = [instance.zone for instance in environment.instances]
            zone = min(_ZONES, key=zones.count)
            new.append(Instance(id_, environment.hosting.launch(id_), now, zone, number, state))
            environment.instances = [*environment.instances, new[-1]]
        return new

    def run_version(
        self,
        environment: Environment,
        label: str,
        settings: option_settings.Settings,
        instances: Sequence[Instance] | None = None,
        *,
        kind: DeploymentKind = DeploymentKind.APPLICATION,
    ) -> DeploymentSteps:
        """Run a version in place of the one on all working instances, or on some; wait for good health checks.

        An application that cannot start, or that ends, fails at once. A command that takes longer than the command
        timeout fails then, and so does an application that answers badly or not at all. Instances on which it does not
        fail keep the version.
        """
        chosen = environment.working_instances if instances is None else list(instances)
        deadline = self._state.clock.time() + option_settings.command_timeout(settings)
        result = CommandResult(environment, chosen)
        try:
            source = yield self.reading(environment, label)
        except UnreadableBundleError as error:
            # Elastic Beanstalk itself copies the bundle, before any instance gets a command.
            return without_command(str(error))
        commands = _commands(environment, settings, kind, len(chosen))
        deploying = [
            partial(self._deploy, instance, label, source, command)
            for instance, command in zip(chosen, commands, strict=True)
        ]
        outcomes = yield partial(environment.hosting.together, deploying)
        for instance, (problem, ended) in zip(chosen, outcomes, strict=True):
            if problem is not None:
                result.failed[instance] = str(problem)
                result.said += [problem.event] if isinstance(problem, ApplicationStartError) and problem.event else []
            elif ended >= deadline:
                result.timed_out.append(instance)
        waiting = [one for one in chosen if one not in result.failed and one not in result.timed_out]
        result.unhealthy = yield from self._await_good_health(result, waiting, deadline)
        return result.failure()

    def enter_service(self, environment: Environment, failure: DeploymentFailure | None = None) -> None:
        """Let the load balancer send requests to the working instances on which a deployment did not fail."""
        for instance in environment.working_instances:
            if failure is None or instance not in failure.instances:
                instance.hosting.in_service = True

    def reading(self, environment: Environment, label: str) -> Callable[[], bytes]:
        """Return the slow step that reads the bundle of a version. Both may raise UnreadableBundleError."""
        return partial(self._bundles.read, self._location(environment, label))

    def _deploy(
        self, instance: Instance, label: str, source: bytes, command: DeploymentCommand
    ) -> tuple[Exception | None, float]:
        """Start a version on an instance. Return why that fails, if it does, and when it has ended. Slow."""
        try:
            instance.hosting.deploy(label, source, command)
        except (InvalidBundleError, ApplicationStartError, OSError) as error:
            return error, self._state.clock.time()
        return None, self._state.clock.time()

    def _await_good_health(
        self, result: CommandResult, waiting: list[Instance], deadline: float
    ) -> Generator[Step, Any, list[Instance]]:
        """Wait for a good health check of each instance. The value: those without one at the deadline."""
        state, environment = self._state, result.environment
        while waiting:
            checks = yield partial(environment.hosting.together, [partial(_check, environment, one) for one in waiting])
            for instance, (http_status, log) in zip(list(waiting), checks, strict=True):
                good = instance_checks.record(environment, instance, http_status, state.clock.time())
                ignored = http_status is not None and option_settings.ignores_health(environment.settings)
                if log is not None:
                    result.failed[instance] = log
                if good or ignored or log is not None or instance not in environment.instances:
                    waiting.remove(instance)
            if waiting and state.clock.time() >= deadline:
                return [] if option_settings.ignores_health(environment.settings) else waiting
            if waiting:
                # Often, so that the wait adds little to the deployment's time.
                yield max(1.0, 0.1 / state.clock.scale)
        return waiting

    def _location(self, environment: Environment, label: str) -> BundleLocation | None:
        application = self._state.applications.get(environment.application)
        version = application.versions.get(label) if application else None
        if version is None and label != SAMPLE_APPLICATION:
            raise UnreadableBundleError(f"No Application Version named '{label}' found.")
        return version.bundle if version else None


def _check(environment: Environment, instance: Instance) -> tuple[int | None, str | None]:
    """Return the HTTP status of a health check, and the log of an application that has ended. Slow."""
    http_status = instance_checks.probe(environment, instance)
    return http_status, None if instance.hosting.running() else instance.hosting.log_tail()


def _commands(
    environment: Environment, settings: option_settings.Settings, kind: DeploymentKind, count: int
) -> list[DeploymentCommand]:
    """Return what so many instances are told. The first that get a deployment have its leader; later ones do not."""
    command = DeploymentCommand(
        option_settings.properties(settings),
        environment.platform.category,
        option_settings.wsgi_path(settings),
        kind,
        leader=False,
    )
    leads = kind is DeploymentKind.APPLICATION and environment.led_deployment != environment.deployments
    if not (leads and count):
        return [command] * count
    environment.led_deployment = environment.deployments
    return [replace(command, leader=True), *[command] * (count - 1)]
