"""Runs application versions on the instances of environments."""

from collections.abc import Generator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

from emulator.beanstalk import option_settings
from emulator.beanstalk.bundle_store import BundleStore, UnreadableBundleError
from emulator.beanstalk.hosting.process import ApplicationStartError
from emulator.beanstalk.model import SAMPLE_APPLICATION, BundleLocation, Environment, HealthStatus
from emulator.beanstalk.operations import health
from emulator.beanstalk.scheduler import Step
from emulator.beanstalk.source_bundle import InvalidBundleError
from emulator.beanstalk.state import State

DEPLOYED_TO_INSTANCE = "Instance deployment completed successfully."
"""The event after a command that succeeds, as platforms on Amazon Linux 2 and later send it."""
_LOG_LINES = 100
"""How many lines an instance's engine log keeps."""


@dataclass(frozen=True)
class DeploymentFailure:
    """Why a version does not run.

    `events`: what is told, severity and message, the oldest first. `update_events`: more, which a launch does not have.
    `health`: the health from then on, None when all stays as it was. `causes`: why. `started`: whether the
    application started, and failed later. `denied`: whether AWS denied what the deployment needs.
    """

    events: list[tuple[str, str]]
    update_events: list[tuple[str, str]] = field(default_factory=list)
    health: HealthStatus | None = None
    causes: list[str] = field(default_factory=list)
    started: bool = False
    denied: bool = False


def denied(message: str) -> DeploymentFailure:
    """Return the failure of an operation that AWS denies."""
    return DeploymentFailure([("ERROR", message)], denied=True)


DeploymentSteps: TypeAlias = Generator[Step, Any, DeploymentFailure | None]
"""Steps whose value is a DeploymentFailure, or None after a success."""


class Instances:
    """Runs application versions on the instances of environments."""

    def __init__(self, state: State, bundles: BundleStore) -> None:
        self._state = state
        self._bundles = bundles

    def run_version(self, environment: Environment, label: str, settings: option_settings.Settings) -> DeploymentSteps:
        """Run a version in place of the one on the instance, and wait for its first good health check.

        An application that cannot start, or that ends, fails at once. A command that takes longer than the command
        timeout fails then, and so does an application that answers badly or not at all.
        """
        deadline = self._state.clock.time() + option_settings.command_timeout(settings)
        try:
            source = yield partial(self._bundles.read, self._location(environment, label))
            yield partial(environment.hosting.deploy, label, source, option_settings.properties(settings))
        except (UnreadableBundleError, InvalidBundleError, ApplicationStartError, OSError) as error:
            return _command_failed(environment, str(error))
        if self._state.clock.time() >= deadline:
            return _command_timed_out(environment)
        return (yield from self._await_good_health(environment, deadline))

    def _await_good_health(self, environment: Environment, deadline: float) -> DeploymentSteps:
        state, hosting = self._state, environment.hosting
        while True:
            http_status = yield partial(health.probe, environment)
            running = yield hosting.running
            good = health.record_probe(environment, http_status, state.clock.time())
            if not running:
                return _command_failed(environment, (yield hosting.log_tail))
            if good or (http_status is not None and option_settings.ignores_health(environment.settings)):
                return None
            if state.clock.time() >= deadline:
                return _health_check_failed(environment, http_status)
            # Often, so that the wait adds little to the deployment's time.
            yield max(1.0, 0.1 / state.clock.scale)

    def _location(self, environment: Environment, label: str) -> BundleLocation | None:
        application = self._state.applications.get(environment.application)
        version = application.versions.get(label) if application else None
        if version is None and label != SAMPLE_APPLICATION:
            raise UnreadableBundleError(f"No Application Version named '{label}' found.")
        return version.bundle if version else None


def _command_failed(environment: Environment, output: str) -> DeploymentFailure:
    """Return the failure of a command. Events tell the engine's words; the application's own are in the log."""
    lines = output.strip().splitlines() or ["The application ended without a word."]
    environment.engine_log = [*environment.engine_log, *lines][-_LOG_LINES:]
    command_failed = "Command failed on instance. Return code: 1 Output: Engine execution has encountered an error.."
    return DeploymentFailure(
        [
            ("ERROR", "Instance deployment failed. For details, see 'eb-engine.log'."),
            ("ERROR", f"[Instance: {environment.instance}] {command_failed}"),
            _summary("Failed: 1"),
        ],
        [_aborted(environment)],
        HealthStatus.DEGRADED,
        ["Command failed on all instances."],
    )


def _command_timed_out(environment: Environment) -> DeploymentFailure:
    late = "The following instances have not responded in the allowed command timeout time"
    return DeploymentFailure(
        [
            ("WARN", f"{late} (they might still finish eventually on their own): [{environment.instance}]."),
            _summary("TimedOut: 1"),
        ],
        [_aborted(environment)],
        HealthStatus.DEGRADED,
    )


def _health_check_failed(environment: Environment, http_status: int | None) -> DeploymentFailure:
    failed = f"Instance id(s) '{environment.instance}' did not pass health check after command execution."
    return DeploymentFailure(
        [("ERROR", f"{failed} Aborting the operation.")],
        health=HealthStatus.SEVERE,
        causes=health.probe_causes(http_status),
        started=True,
    )


def _summary(failed: str) -> tuple[str, str]:
    return ("INFO", f"Command execution completed on all instances. Summary: [Successful: 0, {failed}].")


def _aborted(environment: Environment) -> tuple[str, str]:
    message = f"Unsuccessful command execution on instance id(s) '{environment.instance}'. Aborting the operation."
    return ("ERROR", message)
