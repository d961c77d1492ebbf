"""What the account holds: applications, their versions and saved configurations, environments, events."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from emulator.beanstalk.option_settings import Settings
from emulator.beanstalk.platforms import Platform

if TYPE_CHECKING:
    from emulator.beanstalk.hosting.hosting import Hosting
    from emulator.beanstalk.scheduler import Task

SAMPLE_APPLICATION = "Sample Application"
"""The version label that an environment shows when it was created without one."""

Tags = dict[str, str]


class EnvironmentStatus(StrEnum):
    """Where an environment is in its life."""

    LAUNCHING = "Launching"
    UPDATING = "Updating"
    READY = "Ready"
    ABORTING = "Aborting"
    TERMINATING = "Terminating"
    TERMINATED = "Terminated"


class VersionStatus(StrEnum):
    """Whether an application version has been validated.

    In capitals, as the service answers, and not as its model spells them (github.com/aws/aws-sdk/issues/237).
    """

    UNPROCESSED = "UNPROCESSED"
    PROCESSING = "PROCESSING"
    PROCESSED = "PROCESSED"
    FAILED = "FAILED"


class HealthStatus(StrEnum):
    """Enhanced health."""

    PENDING = "Pending"
    OK = "Ok"
    INFO = "Info"
    DEGRADED = "Degraded"
    SEVERE = "Severe"


class Color(StrEnum):
    """Basic health, and the colour of enhanced health."""

    GREY = "Grey"
    GREEN = "Green"
    RED = "Red"


@dataclass(frozen=True)
class BundleLocation:
    """A source bundle in S3."""

    bucket: str
    key: str


@dataclass
class Version:
    """An application version. Dates here and below are account time, in epoch seconds."""

    label: str
    application: str
    arn: str
    bundle: BundleLocation | None
    status: VersionStatus
    created: float
    updated: float
    description: str | None = None
    tags: Tags = field(default_factory=dict)


@dataclass
class ConfigurationTemplate:
    """A saved configuration. `environment_tags` go to the environments made from it."""

    name: str
    application: str
    arn: str
    settings: Settings
    platform: Platform
    created: float
    updated: float
    description: str | None = None
    tags: Tags = field(default_factory=dict)
    environment_tags: Tags = field(default_factory=dict)


@dataclass
class Application:
    """An application."""

    name: str
    arn: str
    created: float
    updated: float
    description: str | None = None
    tags: Tags = field(default_factory=dict)
    versions: dict[str, Version] = field(default_factory=dict)
    templates: dict[str, ConfigurationTemplate] = field(default_factory=dict)


@dataclass
class Health:
    """What the health checks of an environment have found. Dates are those of the first of an unbroken row."""

    color: Color = Color.GREY
    status: HealthStatus | None = None
    causes: list[str] = field(default_factory=list)
    good_since: float | None = None
    bad_since: float | None = None
    watched: bool = False
    """Whether the checks decide; not while an operation takes the application down."""


@dataclass
class DraftConfiguration:
    """Option settings on their way to an environment, or that did not arrive there."""

    settings: Settings
    created: float
    failed: bool = False


@dataclass
class Environment:
    """An environment. `label` is the version it shows, `deployed_label` that of its last successful deployment."""

    id: str
    name: str
    application: str
    arn: str
    cname: str | None
    platform: Platform
    settings: Settings
    label: str
    deployed_label: str
    created: float
    updated: float
    hosting: "Hosting"
    worker: bool = False
    description: str | None = None
    template: str | None = None
    endpoint: str | None = None
    tags: Tags = field(default_factory=dict)
    status: EnvironmentStatus = EnvironmentStatus.LAUNCHING
    health: Health = field(default_factory=Health)
    draft: DraftConfiguration | None = None
    terminated: float | None = None
    operation: "Task | None" = None
    abortable: bool = False
    managed_action: str | None = None
    instance: str = ""
    launched: float = 0
    deployments: int = 1
    deployed_number: int = 1

    @property
    def alive(self) -> bool:
        return self.status is not EnvironmentStatus.TERMINATED


@dataclass(frozen=True)
class Event:
    """Something that happened. `number` counts up, and orders events of one instant."""

    number: int
    date: float
    message: str
    severity: str
    application: str | None = None
    environment: str | None = None
    environment_id: str | None = None
    version: str | None = None
    template: str | None = None
    request_id: str | None = None
