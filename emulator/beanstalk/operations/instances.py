"""Runs application versions on the instances of environments."""

import secrets
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

from emulator.beanstalk import option_settings
from emulator.beanstalk.bundle_store import BundleStore, UnreadableBundleError
from emulator.beanstalk.hosting.process import ApplicationStartError
from emulator.beanstalk.instance import Instance, InstanceState
from emulator.beanstalk.model import SAMPLE_APPLICATION, BundleLocation, Environment
from emulator.beanstalk.operations import health
from emulator.beanstalk.scheduler import Step
from emulator.beanstalk.source_bundle import InvalidBundleError
from emulator.beanstalk.state import State

_ZONES = "abc"
"""The letters of the availability zones, over which a group spreads its instances."""
_OUTPUT_CHARACTERS = 400
"""How much of a failed command's output an event quotes: its end."""


@dataclass(frozen=True)
class DeploymentFailure:
    """Why a version does not run.

    `messages`: of its ERROR events. `update_messages`: of more ERROR events, which a launch does not have.
    `started`: whether the application started, and failed later. `denied`: whether AWS denied what the deployment
    needs. `instances`: on which it failed.
    """

    messages: list[str]
    update_messages: list[str] = field(default_factory=list)
    started: bool = False
    denied: bool = False
    instances: tuple[Instance, ...] = ()


def denied(message: str) -> DeploymentFailure:
    """Return the failure of an operation that AWS denies."""
    return DeploymentFailure([message], denied=True)


DeploymentSteps: TypeAlias = Generator[Step, Any, DeploymentFailure | None]
"""Steps whose value is a DeploymentFailure, or None after a success."""


class Instances:
    """Runs application versions on the instances of environments."""

    def __init__(self, state: State, bundles: BundleStore) -> None:
        self._state = state
        self._bundles = bundles

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
    ) -> DeploymentSteps:
        """Run a version in place of the one on all working instances, or on some; wait for good health checks.

        An application that cannot start, or that ends, fails at once. An application that answers badly or not at
        all fails after the command timeout. Instances on which it does not fail keep the version.
        """
        chosen = environment.working_instances if instances is None else list(instances)
        deadline = self._state.clock.time() + option_settings.command_timeout(settings)
        try:
            source = yield partial(self._bundles.read, self._location(environment, label))
        except UnreadableBundleError as error:
            return _command_failed(dict.fromkeys(chosen, str(error)))
        properties = option_settings.properties(settings)
        deploying = [partial(_deploy, instance, label, source, properties) for instance in chosen]
        errors = yield partial(environment.hosting.together, deploying)
        failed = {instance: error for instance, error in zip(chosen, errors, strict=True) if error is not None}
        waiting = [instance for instance in chosen if instance not in failed]
        return (yield from self._await_good_health(environment, waiting, failed, deadline))

    def enter_service(self, environment: Environment, failure: DeploymentFailure | None = None) -> None:
        """Let the load balancer send requests to the working instances on which a deployment did not fail."""
        for instance in environment.working_instances:
            if failure is None or instance not in failure.instances:
                instance.hosting.in_service = True

    def _await_good_health(
        self, environment: Environment, waiting: list[Instance], failed: dict[Instance, str], deadline: float
    ) -> DeploymentSteps:
        state = self._state
        while waiting:
            checks = yield partial(environment.hosting.together, [partial(_check, environment, one) for one in waiting])
            for instance, (http_status, log) in zip(list(waiting), checks, strict=True):
                good = health.record_probe(environment, instance, http_status, state.clock.time())
                ignored = http_status is not None and option_settings.ignores_health(environment.settings)
                if log is not None:
                    failed[instance] = log
                if good or ignored or log is not None or instance not in environment.instances:
                    waiting.remove(instance)
            if waiting and state.clock.time() >= deadline:
                return _health_check_failed(waiting, failed)
            if waiting:
                # Often, so that the wait adds little to the deployment's time.
                yield max(1.0, 0.1 / state.clock.scale)
        return _command_failed(failed) if failed else None

    def _location(self, environment: Environment, label: str) -> BundleLocation | None:
        application = self._state.applications.get(environment.application)
        version = application.versions.get(label) if application else None
        if version is None and label != SAMPLE_APPLICATION:
            raise UnreadableBundleError(f"No Application Version named '{label}' found.")
        return version.bundle if version else None


def _deploy(instance: Instance, label: str, source: bytes, properties: Mapping[str, str]) -> str | None:
    """Start a version on an instance. Return why that fails, None when it does not. Slow."""
    try:
        instance.hosting.deploy(label, source, properties)
    except (InvalidBundleError, ApplicationStartError, OSError) as error:
        return str(error)
    return None


def _check(environment: Environment, instance: Instance) -> tuple[int | None, str | None]:
    """Return the HTTP status of a health check, and the log of an application that has ended. Slow."""
    http_status = health.probe(environment, instance)
    return http_status, None if instance.hosting.running() else instance.hosting.log_tail()


def _command_failed(failed: Mapping[Instance, str]) -> DeploymentFailure:
    messages = [
        f"[Instance: {instance.id}] Command failed on instance. Output: {output[-_OUTPUT_CHARACTERS:] or '(none)'}"
        for instance, output in failed.items()
    ]
    return DeploymentFailure(
        ["Instance deployment failed. For details, see 'eb-engine.log'.", *messages],
        [f"Unsuccessful command execution on instance id(s) '{_ids(failed)}'. Aborting the operation."],
        instances=tuple(failed),
    )


def _health_check_failed(unhealthy: Sequence[Instance], failed: Mapping[Instance, str]) -> DeploymentFailure:
    message = f"Instance id(s) '{_ids(unhealthy)}' did not pass health check after command execution."
    return DeploymentFailure([f"{message} Aborting the operation."], started=True, instances=(*unhealthy, *failed))


def _ids(instances: Iterable[Instance]) -> str:
    return ",".join(instance.id for instance in instances)
