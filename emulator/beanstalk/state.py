"""The state of the account's Elastic Beanstalk, under one lock."""

import itertools
import math
import secrets
from typing import Any

from emulator.beanstalk import option_settings
from emulator.beanstalk.durations import Durations, Quotas
from emulator.beanstalk.errors import (
    InvalidParameterValueError,
    TooManyApplicationsError,
    UnsupportedRequestError,
)
from emulator.beanstalk.model import (
    Application,
    ConfigurationTemplate,
    Environment,
    EnvironmentStatus,
    Event,
    Version,
    VersionStatus,
)
from emulator.beanstalk.state_lock import StateLock
from emulator.beanstalk.switches import LabelDuringUpdate, Switches
from emulator.clock import Clock

_ID_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


class State:
    """Applications, environments and events. Hold `lock` while you use it, and never during slow work."""

    def __init__(self, *, clock: Clock, region: str, account_id: str, durations: Durations) -> None:
        self.clock = clock
        self.region = region
        self.account_id = account_id
        self.durations = durations
        self.quotas = Quotas()
        self.switches = Switches()
        self.lock = StateLock()
        self.applications: dict[str, Application] = {}
        self.environments: dict[str, Environment] = {}
        """By id. Terminated environments stay."""
        self.events: list[Event] = []
        self._event_numbers = itertools.count(1)

    def application(self, name: str) -> Application:
        """Return an application. Raises InvalidParameterValueError when it does not exist."""
        if name not in self.applications:
            raise InvalidParameterValueError(f"No Application named '{name}' found.")
        return self.applications[name]

    def version(self, application: str, label: str) -> Version:
        """Return a version. Raises InvalidParameterValueError when it does not exist."""
        versions = self.application(application).versions
        if label not in versions:
            raise InvalidParameterValueError(f"No Application Version named '{label}' found.")
        return versions[label]

    def usable_version(self, application: str, label: str) -> Version:
        """Return a version that may be deployed. Raises InvalidParameterValueError."""
        version = self.version(application, label)
        if version.status in (VersionStatus.PROCESSING, VersionStatus.FAILED):
            raise InvalidParameterValueError(
                f"Application Version '{label}' cannot be deployed: its status is {version.status}."
                " Expected PROCESSED or UNPROCESSED."
            )
        return version

    def template(self, application: str, name: str) -> ConfigurationTemplate:
        """Return a configuration template. Raises InvalidParameterValueError when it does not exist."""
        templates = self.application(application).templates
        if name not in templates:
            raise InvalidParameterValueError(f"No Configuration Template named '{name}' found.")
        return templates[name]

    def environment(self, parameters: dict[str, Any], prefix: str = "") -> Environment:
        """Return the environment that a call names by id, by name or by both. Raises InvalidParameterValueError.

        Terminated environments are not found.
        """
        id_, name = parameters.get(f"{prefix}EnvironmentId"), parameters.get(f"{prefix}EnvironmentName")
        if not id_ and not name:
            raise InvalidParameterValueError(f"Must specify either {prefix}EnvironmentId or {prefix}EnvironmentName.")
        for environment in self.alive_environments():
            if (not id_ or environment.id == id_) and (not name or environment.name == name):
                return environment
        given = f"EnvironmentId = '{id_}'" if id_ else f"EnvironmentName = '{name}'"
        raise InvalidParameterValueError(f"No Environment found for {given}.")

    def ready_environment(self, parameters: dict[str, Any]) -> Environment:
        """Return the environment that a call names. Raises InvalidParameterValueError unless it is Ready."""
        environment = self.environment(parameters)
        require_ready(environment)
        return environment

    @property
    def own_bucket(self) -> str:
        """The name of the service's own bucket."""
        return f"elasticbeanstalk-{self.region}-{self.account_id}"

    def shown_label(self, environment: Environment) -> str:
        """Return the version label that a description of an environment shows."""
        old = self.switches.label_during_update is LabelDuringUpdate.OLD
        return environment.deployed_label if old else environment.label

    def environment_with_enhanced_health(self, parameters: dict[str, Any], action: str) -> Environment:
        """Return the environment that a call names. Raises UnsupportedRequestError under basic health reporting."""
        environment = self.environment(parameters)
        if not option_settings.enhanced_health(environment.settings):
            raise UnsupportedRequestError(f"{action} is not supported.")
        return environment

    def create_application(self, name: str, description: str | None, request_id: str) -> Application:
        """Create an application. Raises InvalidParameterValueError and TooManyApplicationsError."""
        if name in self.applications:
            raise InvalidParameterValueError(f"Application {name} already exists.")
        if len(self.applications) >= self.quotas.applications:
            raise TooManyApplicationsError(f"You cannot have more than {self.quotas.applications} Applications.")
        now = self.clock.time()
        application = Application(name, self.arn("application", name), now, now, description)
        self.applications[name] = application
        for message in (
            "createApplication is starting.",
            f"Created new Application: {name}",
            "createApplication completed successfully.",
        ):
            self.record(message, application=name, request_id=request_id)
        return application

    def alive_environments(self) -> list[Environment]:
        """Return the environments that are not terminated."""
        return [environment for environment in self.environments.values() if environment.alive]

    def arn(self, kind: str, *names: str) -> str:
        """Return the ARN of a resource: its kind, and the names in its path."""
        return ":".join(["arn:aws:elasticbeanstalk", self.region, self.account_id, "/".join([kind, *names])])

    def record(
        self, message: str, *, severity: str = "INFO", environment: Environment | None = None, **about: str | None
    ) -> None:
        """Record an event. It is about `environment`, or `about`: application, version, template, request_id."""
        if environment:
            about |= {"application": environment.application, "environment": environment.name}
            about |= {"environment_id": environment.id}
        number = next(self._event_numbers)
        # Whole milliseconds, as in responses: a caller may send an event's date as StartTime.
        date = math.floor(self.clock.time() * 1000) / 1000
        self.events.append(Event(number, date, message, severity, **about))


def require_ready(environment: Environment) -> None:
    """Raise InvalidParameterValueError unless an environment is Ready."""
    if environment.status is not EnvironmentStatus.READY:
        raise InvalidParameterValueError(
            f"Environment named {environment.name} is in an invalid state for this operation. Must be Ready."
        )


def new_id(length: int) -> str:
    """Return the random part of an identifier, in AWS's letters."""
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(length))
