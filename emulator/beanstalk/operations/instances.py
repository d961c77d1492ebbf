"""Putting an application version onto an environment's instance, which every operation that runs something does."""

from collections.abc import Generator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class DeploymentFailure:
    """Why a version does not run: the messages of its ERROR events, and what the last health check answered."""

    messages: list[str]
    answer: int | None = None


DeploymentSteps: TypeAlias = Generator[Step, Any, DeploymentFailure | None]
"""Steps whose value is the DeploymentFailure, if there is one."""


class Instances:
    """Runs application versions on environments' instances."""

    def __init__(self, state: State, bundles: BundleStore) -> None:
        self._state = state
        self._bundles = bundles

    def run(self, environment: Environment, label: str, settings: option_settings.Settings) -> DeploymentSteps:
        """Run a version on the environment, in place of what runs there, and wait for its first good health check.

        The value of the steps is None or the DeploymentFailure. An application that cannot start, or ends, fails at
        once. One that answers badly or not at all fails when its command timeout is over.
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
            answer = yield partial(health.check, environment)
            running = yield hosting.running
            good = health.note(environment, answer, state.clock.time())
            if not running:
                return _command_failed(environment, (yield hosting.log_tail))
            if good or (answer is not None and option_settings.ignores_health(environment.settings)):
                return None
            if state.clock.time() >= deadline:
                return _unhealthy(environment, answer)
            # Often, so that a deployment does not seem longer than it was.
            yield max(1.0, 0.1 / state.clock.scale)

    def _location(self, environment: Environment, label: str) -> BundleLocation | None:
        application = self._state.applications.get(environment.application)
        version = application.versions.get(label) if application else None
        if version is None and label != SAMPLE_APPLICATION:
            raise UnreadableBundleError(f"No Application Version named '{label}' found.")
        return version.bundle if version else None


def _command_failed(environment: Environment, output: str) -> DeploymentFailure:
    return DeploymentFailure(
        [
            "Instance deployment failed. For details, see 'eb-engine.log'.",
            f"[Instance: {environment.instance}] Command failed on instance. Output: {output[-400:] or '(none)'}",
            f"Unsuccessful command execution on instance id(s) '{environment.instance}'. Aborting the operation.",
        ]
    )


def _unhealthy(environment: Environment, answer: int | None) -> DeploymentFailure:
    failed = f"Instance id(s) '{environment.instance}' did not pass health check after command execution."
    return DeploymentFailure([f"{failed} Aborting the operation."], answer)
