"""The data that stages pass on: the deployment."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from lambdas.hooks import Hooks

Role = Literal["blue", "green"]
InstanceCount = Literal["match", "template"] | int
Expiry = Literal["fail", "release"]
"""What happens when nobody answers the question for approval."""

BLUE_TAG = "bluegreen:blue"
"""The tag of green that has blue's name. Roles may make and terminate only environments that have it."""
PRODUCTION_CNAME_TAG = "bluegreen:production-cname"
CONFIG_TEMPLATE_TAG = "bluegreen:config-template"
"""The tag of green that has the name of the saved configuration it was made from."""


class Mode(StrEnum):
    """How far a release goes."""

    FULL = "full"
    DEPLOY = "deploy"
    CUTOVER = "cutover"
    ROLLBACK = "rollback"


class NextStep(StrEnum):
    """Where the workflow goes after Plan."""

    RELEASE = "release"  # blue serves: all stages
    DEPLOY = "deploy"  # green serves: from the deployment onto blue on
    TEST = "test"  # green serves and blue runs the version: from the test of blue on
    FINISH = "finish"  # blue serves the version already: watch it and remove green
    NOTHING = "nothing"  # blue serves the version already, and there is no green


@dataclass(frozen=True)
class SourceBundle:
    """The S3 object, or the version of an object, that becomes the application version."""

    bucket: str
    key: str
    version_id: str | None = None

    @property
    def place(self) -> str:
        """Its address, in words."""
        version = f" in the version {self.version_id}" if self.version_id else ""
        return f"s3://{self.bucket}/{self.key}{version}"


@dataclass(frozen=True)
class HealthCheck:
    """How blue is tested; times in seconds."""

    path: str
    expected_status: tuple[int, ...]
    attempts: int
    interval_seconds: int
    timeout_seconds: int
    headers: Mapping[str, str]
    url: str | None = None
    host: str | None = None
    """The Host header, and the name in the certificate under https."""
    scheme: str = "http"
    contains: str | None = None
    """Text that the answer must have in its first MAX_BODY_BYTES."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the check that `asdict` turned into `data`; see Deployment.from_json."""
        return cls(**{**_known(cls, data), "expected_status": tuple(data["expected_status"])})

    @property
    def host_of_url(self) -> str:
        """The host name in `url`."""
        return urlsplit(self.url or "").hostname or ""


@dataclass(frozen=True)
class Timeouts:
    """Seconds that a stage may wait for Elastic Beanstalk, counted from the entry of its state."""

    register_release: int
    clone_blue: int
    swap_traffic: int
    deploy_release: int
    terminate_green: int


@dataclass(frozen=True)
class Deployment:
    """One release of one version onto one blue environment.

    Plan makes it from the request and what it observed. Each stage gets it and returns it, as JSON.
    """

    application: str
    blue: str
    green: str
    version: str
    health_check: HealthCheck
    accepted_health: tuple[str, ...]
    drain_seconds: int
    drain_until: str
    """When DNS answers from before the swap to green have expired; ISO 8601."""
    bake_seconds: int
    alarms: tuple[str, ...]
    timeouts: Timeouts
    config_template: str
    blue_id: str
    production_cname: str
    previous_version: str
    """The live version when the release was planned."""
    green_version: str
    """The version that green runs, or is launched with."""
    next_step: NextStep
    mode: Mode
    approval: bool
    approval_seconds: int
    dry_run: bool
    unhealthy_seconds: int = 120
    """How long an environment that serves may be unhealthy. Severe and Red count at once."""
    alarm_seconds: int = 0
    """How long an alarm may be in ALARM."""
    health_checks: tuple[HealthCheck, ...] = ()
    """All tests, in place of `health_check`."""
    capacity: InstanceCount = "match"
    """The instances that an environment needs to get the users: see lambdas/capacity.py."""
    sizing: str = ""
    """What Plan says about that, for people."""
    not_cloned: tuple[str, ...] = ()
    """What Plan found that green does not bring, for people: see lambdas/drift.py."""
    hooks: Hooks = field(default_factory=Hooks)
    green_id: str | None = None
    adopted: bool = False
    """Whether green is one that this tool did not make. It gets its tags before it is terminated."""
    source_bundle: SourceBundle | None = None
    update_since: str = ""
    """When the update of blue began, or DeployRelease asked for it; ISO 8601. Empty before, and in a deployment that
    an older DeployRelease passed on.
    """

    tested_update: str = ""
    """When the last update of blue before its test began; ISO 8601. Blue must not be changed after it. Empty before,
    and in a deployment that an older function passed on.
    """

    tested_date: str = ""
    """Blue's DateUpdated at its test; ISO 8601. While blue has the same, it was not changed. Empty as `tested_update`.
    """

    approval_expiry: Expiry = "fail"
    question: str = ""
    """What people are asked for their approval, without the commands. Empty before the test of blue."""
    approved_at: str | None = None
    """When a person approved the release, or its question expired; ISO 8601. The state Approval sets it."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the deployment that `to_json` turned into `data`.

        `data` may come from another version of this class, since functions are replaced while executions run. Keys
        that are not known are left out; a field that is newer than `data` needs a default.
        """
        bundle = data.get("source_bundle")
        return cls(
            **{
                **_known(cls, data),
                "health_check": HealthCheck.from_json(data["health_check"]),
                "health_checks": tuple(map(HealthCheck.from_json, data.get("health_checks", ()))),
                "hooks": Hooks.from_json(data.get("hooks", {})),
                "source_bundle": SourceBundle(**_known(SourceBundle, bundle)) if bundle else None,
                "accepted_health": tuple(data["accepted_health"]),
                "alarms": tuple(data["alarms"]),
                "not_cloned": tuple(data.get("not_cloned", ())),
                "timeouts": Timeouts(**_known(Timeouts, data["timeouts"])),
                "next_step": NextStep(data["next_step"]),
                "mode": Mode(data["mode"]),
            }
        )

    def to_json(self) -> dict[str, Any]:
        """Return the fields of this class, nested as they are."""
        return asdict(self)

    def drained(self, since: datetime) -> Self:
        """Return the deployment for a swap to green that was complete at `since`."""
        return replace(self, drain_until=(since + timedelta(seconds=self.drain_seconds)).isoformat())

    @property
    def update_began(self) -> datetime | None:
        """`update_since` as a time; None when it is empty."""
        return datetime.fromisoformat(self.update_since) if self.update_since else None

    @property
    def tested(self) -> datetime | None:
        """`tested_update` as a time; None when it is empty."""
        return datetime.fromisoformat(self.tested_update) if self.tested_update else None

    @property
    def approved(self) -> datetime | None:
        """`approved_at` as a time; None when nobody has approved the release."""
        return datetime.fromisoformat(self.approved_at) if self.approved_at else None

    @property
    def tests(self) -> tuple[HealthCheck, ...]:
        """The HTTP tests that blue must pass."""
        return self.health_checks or (self.health_check,)

    @property
    def tags(self) -> dict[str, str]:
        """The tags that mark green as this tool's clone of blue. Only an environment with all of them is terminated."""
        return {
            BLUE_TAG: self.blue,
            PRODUCTION_CNAME_TAG: self.production_cname,
            CONFIG_TEMPLATE_TAG: self.config_template,
        }

    @property
    def names(self) -> dict[Role, str]:
        """The names of both environments."""
        return {"blue": self.blue, "green": self.green}


def _known(kind: type[Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the items of `data` that are fields of the dataclass."""
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in data.items() if name in names}
