"""What Plan observes: all facts that its checks and its decision need, each read once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lambdas.aws.alarms import Alarms, AlarmState
from lambdas.aws.application_version import ApplicationVersion
from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.environment import Environment
from lambdas.aws.environment_options import EnvironmentOptions
from lambdas.aws.event_log import EventLog
from lambdas.aws.executions import Executions
from lambdas.aws.record import Record, Success
from lambdas.aws.records import Records
from lambdas.aws.scaling import InstanceGroup, Scaling
from lambdas.aws.surroundings import Surroundings
from lambdas.capacity import TEMPLATE
from lambdas.deployment import PRODUCTION_CNAME_TAG, Mode, Role
from lambdas.holder import Holder
from lambdas.pair import Pair, find_environments
from lambdas.visit import Visit


@dataclass(frozen=True)
class Services:
    """The services that Plan asks."""

    beanstalk: Beanstalk
    alarms: Alarms
    records: Records
    executions: Executions
    scaling: Scaling
    surroundings: Surroundings
    hooks: frozenset[str] = frozenset()
    """The functions that the stack was deployed with as hooks."""


@dataclass(frozen=True)
class Observation:
    """The facts before a release. A fact that the request does not need is not read, and has its default here."""

    application_exists: bool
    record: Record | None
    holder: Holder | None
    """Another execution that holds the lock, or held it last."""
    alarm_states: Mapping[str, AlarmState]
    """The states of the request's alarms that exist, by name."""
    pair: Pair
    green_tags: Mapping[str, str]
    version: str | None = None
    """The label to release: the request's; by default what blue runs in `cutover`, what green runs in `rollback`."""
    blue_tags: Mapping[str, str] = field(default_factory=dict)
    options: EnvironmentOptions = field(default_factory=lambda: EnvironmentOptions({}))
    """Blue's option settings."""
    versions: Mapping[str, ApplicationVersion] = field(default_factory=dict)
    """By label: the version to release, and the version that is live."""
    event_logs: Mapping[Role, EventLog] = field(default_factory=dict)
    """Of the live environment; of blue too, if a cutover needs to know that blue runs the version."""
    groups: Mapping[str, InstanceGroup] = field(default_factory=dict)
    """By the ids of environments, if `capacity` needs them."""
    hooks: frozenset[str] = frozenset()
    """The functions that the stack was deployed with as hooks."""
    cname_holders: tuple[str, ...] = ()
    """The application's environments that hold the CNAME of the record, if that is another than the observed one."""
    last_success: Success | None = None
    """The last execution that is known to have succeeded."""
    overtaken_by: Success | None = None
    """The same, if this is a redrive of an execution that was started before it."""

    @property
    def blue_runs_version(self) -> bool:
        """Whether the version to release was deployed onto blue, and the deployment ended without an error."""
        log = self.event_logs.get("blue")
        return log is not None and self.pair.blue.version == self.version and log.runs_label


def observe(request: Mapping[str, Any], visit: Visit, services: Services) -> Observation:
    """Return what the completed request needs to be checked and decided.

    The record is read first: if another execution writes it later, this execution's write fails.
    Raises ReleaseRefusedError when the record is not in this tool's form.
    """
    beanstalk = services.beanstalk
    application = request["application"]
    names: dict[Role, str] = {"blue": request["blue"], "green": request["green"]}
    record = services.records.read(application, request["blue"])
    standing = find_environments(names, beanstalk)
    blue, green = standing.get("blue"), standing.get("green")
    green_tags = beanstalk.tags(green) if green else {}
    pair = Pair(names, standing, _production_cname(blue, green, green_tags))
    holder = Holder.of(record, visit, services.executions)
    success = (holder.success if holder else None) or (record.success if record else None)
    facts: dict[str, Any] = {}
    if blue and blue.application == application and pair.holder:
        facts = _facts_of_pair(request, pair, record, services)
    return Observation(
        application_exists=beanstalk.has_application(application),
        record=record,
        holder=holder,
        alarm_states=services.alarms.states(request["alarms"]),
        pair=pair,
        green_tags=green_tags,
        last_success=success,
        overtaken_by=success if success and visit.redrives and success.started > visit.started else None,
        hooks=services.hooks,
        **facts,
    )


def _production_cname(blue: Environment | None, green: Environment | None, green_tags: Mapping[str, str]) -> str:
    """Return the CNAME that users know: green's tag names it; without a green, blue holds it."""
    if green:
        return green_tags.get(PRODUCTION_CNAME_TAG, "")
    return blue.cname if blue else ""


def _facts_of_pair(request: Mapping[str, Any], pair: Pair, record: Record | None, services: Services) -> dict[str, Any]:
    version, beanstalk = _version(request, pair), services.beanstalk
    sized = request["capacity"] != TEMPLATE
    return {
        "version": version,
        "blue_tags": beanstalk.tags(pair.blue),
        "options": beanstalk.options(pair.blue),
        "versions": _versions(request, version, pair, beanstalk),
        "event_logs": _event_logs(request, version, pair, beanstalk),
        "groups": services.scaling.groups(*pair.standing.values()) if sized else {},
        "cname_holders": _cname_holders(record, pair, beanstalk),
    }


def _version(request: Mapping[str, Any], pair: Pair) -> str | None:
    green = pair.standing.get("green")
    by_default = {Mode.CUTOVER: pair.blue.version, Mode.ROLLBACK: green.version if green else None}
    return request.get("version") or by_default.get(request["mode"])


def _versions(
    request: Mapping[str, Any], version: str | None, pair: Pair, beanstalk: Beanstalk
) -> dict[str, ApplicationVersion]:
    wanted = [version]
    wanted += [] if request["mode"] == Mode.ROLLBACK else [pair.live.version]
    labels = sorted({label for label in wanted if label})
    return beanstalk.versions(pair.blue.application, *labels) if labels else {}


def _event_logs(
    request: Mapping[str, Any], version: str | None, pair: Pair, beanstalk: Beanstalk
) -> dict[Role, EventLog]:
    roles: set[Role] = {pair.live_role}
    if request["mode"] == Mode.CUTOVER and pair.blue.version == version:
        roles.add("blue")
    return {
        role: beanstalk.events_since_deployment(pair.blue)
        if role == "blue"
        else beanstalk.events(pair.environment(role))
        for role in sorted(roles)
    }


def _cname_holders(record: Record | None, pair: Pair, beanstalk: Beanstalk) -> tuple[str, ...]:
    if record is None or record.production_cname == pair.production_cname:
        return ()
    environments = beanstalk.environments_in(pair.blue.application)
    return tuple(each.name for each in environments if each.cname == record.production_cname and not each.gone)
