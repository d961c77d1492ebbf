"""The resources of the account: applications, versions, configuration templates, environments, events."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from emulator.beanstalk.configuration_options import Option
from emulator.beanstalk.environment_records import FinishedAction, RetrievedInfo, RunningAction
from emulator.beanstalk.hosting.hosting import Hosting
from emulator.beanstalk.instance import Instance, InstanceState
from emulator.beanstalk.option_settings import Settings
from emulator.beanstalk.platforms import Platform
from emulator.beanstalk.scaling_group import ScalingGroup
from emulator.beanstalk.scheduler import Task
from emulator.beanstalk.version_lifecycle import VersionLifecycle

SAMPLE_APPLICATION = "Sample Application"
"""The version label of an environment that was created without one."""

Tags = dict[str, str]


class EnvironmentStatus(StrEnum):
    """The status of an environment."""

    LAUNCHING = "Launching"
    UPDATING = "Updating"
    READY = "Ready"
    ABORTING = "Aborting"
    TERMINATING = "Terminating"
    TERMINATED = "Terminated"


class VersionStatus(StrEnum):
    """Whether an application version is validated.

    In capitals, as the service answers; its model has other spellings (github.com/aws/aws-sdk/issues/237).
    """

    UNPROCESSED = "UNPROCESSED"
    PROCESSING = "PROCESSING"
    PROCESSED = "PROCESSED"
    FAILED = "FAILED"


class HealthStatus(StrEnum):
    """Enhanced health. Events write the same words, but for `No Data`."""

    NO_DATA = "NoData"
    UNKNOWN = "Unknown"
    SUSPENDED = "Suspended"
    PENDING = "Pending"
    OK = "Ok"
    INFO = "Info"
    WARNING = "Warning"
    DEGRADED = "Degraded"
    SEVERE = "Severe"


class Color(StrEnum):
    """The colour of basic and of enhanced health."""

    GREY = "Grey"
    GREEN = "Green"
    YELLOW = "Yellow"
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
    lifecycle: VersionLifecycle = field(default_factory=VersionLifecycle)


@dataclass
class Activity:
    """An operation as health causes tell of it, such as `Application update`. `ended`: None while it runs."""

    name: str
    began: float
    ended: float | None = None


@dataclass
class Health:
    """The health of an environment.

    `since`: when `status` began. `warning_until`: earliest end of the Warning after an update. `activity`: the newest
    operation.
    """

    color: Color = Color.GREY
    status: HealthStatus | None = None
    causes: list[str] = field(default_factory=list)
    since: float = 0
    warning_until: float = 0
    activity: Activity | None = None
    checks_active: bool = False
    """Whether health checks change the health. They do not during an operation."""


@dataclass
class DraftConfiguration:
    """Option settings that are being deployed, or that failed to deploy."""

    settings: Settings
    created: float
    failed: bool = False


@dataclass
class Environment:
    """An environment.

    `label`: the version that it shows. `deployed_label`, `deployed_number`: of the last successful deployment.
    `deployments`: how many were started. `instances`: none before the launch makes them. `group`: their Auto Scaling
    group, which the launch makes.
    """

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
    hosting: Hosting
    worker: bool = False
    description: str | None = None
    template: str | None = None
    endpoint: str | None = None
    tags: Tags = field(default_factory=dict)
    status: EnvironmentStatus = EnvironmentStatus.LAUNCHING
    health: Health = field(default_factory=Health)
    draft: DraftConfiguration | None = None
    terminated: float | None = None
    operation: Task | None = None
    abortable: bool = False
    managed_action: RunningAction | None = None
    instances: list[Instance] = field(default_factory=list)
    group: ScalingGroup | None = None
    temporary: list[Instance] = field(default_factory=list)
    """New instances that end when the running operation is aborted."""
    reconfigured: list[Instance] = field(default_factory=list)
    """Instances that got the settings of the configuration update that runs."""
    operations_role: str | None = None
    retrieved_info: dict[tuple[str, str], RetrievedInfo] = field(default_factory=dict)
    """By the type of information and the instance."""
    managed_history: list[FinishedAction] = field(default_factory=list)
    """The newest last."""
    managed_window: float | None = None
    """When the maintenance window began in which the last managed action did."""
    deployments: int = 1
    deployed_number: int = 1
    led_deployment: int = 0
    """The last deployment that has had a leader, the one instance that runs some container commands."""
    bundle_settings: Settings = field(default_factory=dict)
    """Those of the settings that come from the bundle's configuration files."""
    given_options: set[Option] = field(default_factory=set)
    """What calls have set. Configuration files do not change it."""

    @property
    def alive(self) -> bool:
        """Whether the environment is not terminated."""
        return self.status is not EnvironmentStatus.TERMINATED

    @property
    def working_instances(self) -> list[Instance]:
        """The instances that run, or should run, a version: those that the group has finished to launch."""
        return [instance for instance in self.instances if instance.state is InstanceState.IN_SERVICE]

    @property
    def engine_log(self) -> list[str]:
        """What the instances' engine logs say of failed commands, with what the application wrote."""
        return [line for instance in self.instances for line in instance.engine_log]

    @property
    def running_label(self) -> str | None:
        """The version that runs on all working instances; None when they run several, or none."""
        labels = {instance.hosting.running_label for instance in self.working_instances}
        return labels.pop() if len(labels) == 1 else None


class Event(NamedTuple):
    """An event. `number` counts up, and orders events of the same date."""

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
