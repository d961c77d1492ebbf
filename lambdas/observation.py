"""What Plan observes: all facts that its checks and its decision need, each read once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from lambdas.addresses import resolves
from lambdas.adoption import is_adopted, tags_of_adopted
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
from lambdas.deployment import Mode, Role
from lambdas.holder import Holder
from lambdas.pair import Pair, find_environments
from lambdas.production import neighbours, production_cname
from lambdas.saved_configuration import is_own
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
    resolves: Callable[[str], bool] = resolves
    """Whether DNS knows a name, as the functions that test see it."""


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
    neighbours: tuple[Environment, ...] = ()
    """The application's other environments with a CNAME, if blue and green do not tell where users are."""
    adopted: bool = False
    """Whether green is one that this tool did not make, and that the release takes over."""
    template_is_taken: bool = False
    """Whether the saved configuration that the request names is one that this tool did not make."""
    unknown_hosts: tuple[str, ...] = ()
    """The hosts of the request's tests that DNS does not know."""
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
    production = production_cname(request, record, standing, green_tags, beanstalk)
    pair = Pair(names, standing, production)
    adopted = is_adopted(green, green_tags, record, production, asked=request["adopt_green"])
    if adopted and blue and green and green.application == blue.application:
        green_tags |= tags_of_adopted(blue.name, production)
    holder = Holder.of(record, visit, services.executions)
    success = (holder.success if holder else None) or (record.success if record else None)
    facts: dict[str, Any] = {}
    if blue and blue.application == application and pair.holder:
        facts = _facts_of_pair(request, pair, services)
    return Observation(
        application_exists=beanstalk.has_application(application),
        record=record,
        holder=holder,
        alarm_states=services.alarms.states(request["alarms"]),
        pair=pair,
        green_tags=green_tags,
        neighbours=_neighbours(record, pair, beanstalk),
        adopted=adopted,
        last_success=success,
        overtaken_by=success if success and visit.redrives and success.started > visit.started else None,
        hooks=services.hooks,
        unknown_hosts=tuple(host for host in _hosts(request) if not services.resolves(host)),
        **facts,
    )


def _facts_of_pair(request: Mapping[str, Any], pair: Pair, services: Services) -> dict[str, Any]:
    version, beanstalk = _version(request, pair), services.beanstalk
    sized = request["capacity"] != TEMPLATE
    return {
        "version": version,
        "blue_tags": beanstalk.tags(pair.blue),
        "options": beanstalk.options(pair.blue),
        "versions": _versions(request, version, pair, beanstalk),
        "event_logs": _event_logs(request, version, pair, beanstalk),
        "groups": services.scaling.groups(*pair.standing.values()) if sized else {},
        "template_is_taken": _template_is_taken(request, beanstalk),
    }


def _hosts(request: Mapping[str, Any]) -> list[str]:
    """Return the hosts that the tests ask by a URL of their own."""
    tests = request["health_checks"] or [request["health_check"]]
    return [host for test in tests if (host := urlsplit(test.get("url", "")).hostname)]


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


def _neighbours(record: Record | None, pair: Pair, beanstalk: Beanstalk) -> tuple[Environment, ...]:
    blue = pair.standing.get("blue")
    known = pair.holder is not None and (record is None or record.production_cname == pair.production_cname)
    if blue is None or known:
        return ()
    return tuple(each for each in neighbours(blue, beanstalk) if each.name not in pair.names.values())


def _template_is_taken(request: Mapping[str, Any], beanstalk: Beanstalk) -> bool:
    name = request.get("config_template")
    return name is not None and not is_own(beanstalk.configuration_description(request["application"], name))
