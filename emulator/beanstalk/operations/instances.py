"""Runs application versions on the instances of environments."""

from collections.abc import Generator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

from emulator.beanstalk import option_settings
from emulator.beanstalk.bundle_store import BundleStore, UnreadableBundleError
from emulator.beanstalk.hosting.process import ApplicationStartError
from emulator.beanstalk.model import SAMPLE_APPLICATION, BundleLocation, Environment
from emulator.beanstalk.operations import health
from emulator.beanstalk.scheduler import Step
from emulator.beanstalk.source_bundle import InvalidBundleError
from emulator.beanstalk.state import State

_OUTPUT_CHARACTERS = 400
"""How much of a failed command's output an event quotes: its end."""


@dataclass(frozen=True)
class DeploymentFailure:
    """Why a version does not run.

    `messages`: of its ERROR events. `update_messages`: of more ERROR events, which a launch does not have.
    `http_status`: of the last health check. `started`: whether the application started, and failed later.
    `denied`: whether AWS denied what the deployment needs.
    """

    messages: list[str]
    update_messages: list[str] = field(default_factory=list)
    http_status: int | None = None
    started: bool = False
    denied: bool = False


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

    def run_version(self, environment: Environment, label: str, settings: option_settings.Settings) -> DeploymentSteps:
        """Run a version in place of the one on the instance, and wait for its first good health check.

        An application that cannot start, or that ends, fails at once. An application that answers badly or not at
        all fails after the command timeout.
        """
        deadline = self._state.clock.time() + option_settings.command_timeout(settings)
        try:
            source = yield partial(self._bundles.read, self._location(environment, label))
            yield partial(environment.hosting.deploy, label, source, option_settings.properties(settings))
        except (UnreadableBundleError, InvalidBundleError, ApplicationStartError, OSError) as error:
            return _command_failed(environment, str(error))
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
    quoted = output[-_OUTPUT_CHARACTERS:] or "(none)"
    return DeploymentFailure(
        [
            "Instance deployment failed. For details, see 'eb-engine.log'.",
            f"[Instance: {environment.instance}] Command failed on instance. Output: {quoted}",
        ],
        [f"Unsuccessful command execution on instance id(s) '{environment.instance}'. Aborting the operation."],
    )


def _health_check_failed(environment: Environment, http_status: int | None) -> DeploymentFailure:
    failed = f"Instance id(s) '{environment.instance}' did not pass health check after command execution."
    return DeploymentFailure([f"{failed} Aborting the operation."], http_status=http_status, started=True)
