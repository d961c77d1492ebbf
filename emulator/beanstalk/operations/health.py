"""Health: what health checks find, and how basic and enhanced reporting show it."""

from collections.abc import Callable, Sequence
from functools import partial

from emulator.beanstalk import option_settings
from emulator.beanstalk.instance import Instance, InstanceState
from emulator.beanstalk.model import Activity, Color, Environment, EnvironmentStatus, HealthStatus
from emulator.beanstalk.operations import health_causes, health_events, instance_checks
from emulator.beanstalk.operations.health_causes import NO_INSTANCES
from emulator.beanstalk.scheduler import Steps
from emulator.beanstalk.state import State

COLORS = {
    HealthStatus.NO_DATA: Color.GREY,
    HealthStatus.UNKNOWN: Color.GREY,
    HealthStatus.SUSPENDED: Color.GREY,
    HealthStatus.PENDING: Color.GREY,
    HealthStatus.OK: Color.GREEN,
    HealthStatus.INFO: Color.GREEN,
    HealthStatus.WARNING: Color.YELLOW,
    HealthStatus.DEGRADED: Color.RED,
    HealthStatus.SEVERE: Color.RED,
}
_CHECKS_PER_REAL_SECOND = 5
"""At most, at any speed of the account's clock: the machine has other work."""


def monitor(state: State, environment: Environment, then: Callable[[Environment], None]) -> Steps:
    """Check the health of an environment until it is terminated. Call `then` after each check."""
    while environment.alive:
        if environment.health.checks_active:
            instances = environment.working_instances
            probes = [partial(instance_checks.probe, environment, instance) for instance in instances]
            http_statuses = yield partial(environment.hosting.together, probes)
            # An operation may have started during the checks.
            if environment.health.checks_active:
                for instance, http_status in zip(instances, http_statuses, strict=True):
                    instance_checks.record(environment, instance, http_status, state.clock.time())
                _evaluate(state, environment)
                then(environment)
        yield max(state.durations.health_check, 1 / _CHECKS_PER_REAL_SECOND / state.clock.scale)


def suspend_checks(state: State, environment: Environment, status: HealthStatus, activity: str, *causes: str) -> None:
    """Set the health during an operation, and ignore health checks until `resume_checks`.

    `activity`: the operation as health causes name it, such as `Application update`. `causes`: more.
    """
    health = environment.health
    health.checks_active = False
    instance_checks.restart(environment)
    health.warning_until = 0
    if health.activity is None or health.activity.name != activity or health.activity.ended is not None:
        health.activity = Activity(activity, state.clock.time())
    number = len(environment.working_instances)
    running = health_events.running(health.activity, state.clock.time(), number)
    _set_status(state, environment, status, [running, *causes])
    if not option_settings.enhanced_health(environment.settings):
        health.color = Color.GREY


def resume_checks(state: State, environment: Environment) -> None:
    """Let health checks change the health again, as the operation's work on the instance has ended."""
    environment.health.checks_active = True
    _end_activity(state, environment)


def set_failed(state: State, environment: Environment, status: HealthStatus, causes: list[str]) -> None:
    """Set the health after a failed deployment."""
    _end_activity(state, environment)
    _set_status(state, environment, status, [*causes, *health_causes.of_versions(environment)])


def set_after_update(state: State, environment: Environment) -> None:
    """Set enhanced health after a completed update: it stays Info, or is Warning for a while, as chance has it."""
    if not option_settings.enhanced_health(environment.settings):
        return
    if state.durations.warns_after_update(environment.name):
        _end_activity(state, environment)
        until = state.clock.time() + state.durations.drawn("warning_after_update", environment.name)
        environment.health.warning_until = until
        _set_status(state, environment, HealthStatus.WARNING, [health_causes.IMPAIRED])


def set_unknown(state: State, environment: Environment) -> None:
    """Make enhanced health Unknown: reporting has just begun, and the health agent has sent too little data."""
    _set_status(state, environment, HealthStatus.UNKNOWN, [])


def reported_color(environment: Environment) -> Color:
    """Return the colour that a description shows. Basic health is Grey during an operation."""
    if environment.status is not EnvironmentStatus.READY and not option_settings.enhanced_health(environment.settings):
        return Color.GREY
    return environment.health.color


def reported_status(environment: Environment) -> HealthStatus | None:
    """Return the health status that a description shows. Basic reporting has none."""
    return environment.health.status if option_settings.enhanced_health(environment.settings) else None


def instance_status(environment: Environment, instance: Instance) -> HealthStatus | None:
    """Return the health status of one instance. Basic reporting has none.

    A new one is Ok once it passes the checks:
    https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-status.html
    """
    if not option_settings.enhanced_health(environment.settings):
        return None
    if instance.state is InstanceState.PENDING:
        return HealthStatus.PENDING
    if not environment.health.checks_active or len(environment.working_instances) == 1:
        return environment.health.status
    if not instance.hosting.in_service:
        return HealthStatus.PENDING if instance.bad_since is None else HealthStatus.SEVERE
    return HealthStatus.DEGRADED if instance.hosting.running_label != environment.deployed_label else HealthStatus.OK


def _evaluate(state: State, environment: Environment) -> None:
    """Change the health after checks. A change needs good or bad checks in a row, for the account's durations."""
    bad = instance_checks.bad_for_long(state, environment)
    instance_checks.put_in_and_out_of_service(state, environment, bad)
    evaluate = _enhanced if option_settings.enhanced_health(environment.settings) else _basic
    found = evaluate(state, environment, bad)
    if found:
        missing = health_causes.of_missing_instances(environment) if environment.working_instances else [NO_INSTANCES]
        warned = found is HealthStatus.WARNING and not bad and environment.hosting.warns
        causes = health_causes.of_probes(bad, environment) if bad else [health_causes.IMPAIRED] * warned
        _set_status(state, environment, found, [*missing, *health_causes.of_versions(environment), *causes])


def _basic(state: State, environment: Environment, bad: Sequence[Instance]) -> HealthStatus | None:
    """Return the health that checks lead to, None for the same as before. Warning is Yellow, Severe is Red.

    https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.healthstatus.html: Yellow when some requests
    may fail, Red when all do.
    """
    instances = environment.working_instances
    if len(bad) == len(instances):
        return HealthStatus.SEVERE
    if (
        bad
        or environment.hosting.warns
        or (environment.health.color is Color.GREEN and any(one.bad_checks > 1 for one in instances))
    ):
        return HealthStatus.WARNING
    serve = all(instance.hosting.in_service for instance in instances)
    return HealthStatus.OK if serve and instance_checks.good_for(state, environment) is not None else None


def _enhanced(state: State, environment: Environment, bad: Sequence[Instance]) -> HealthStatus | None:
    """Return the health that checks lead to, None for the same as before."""
    health, severe_seconds = environment.health, state.durations.severe_until_suspended
    if health.status is HealthStatus.SUSPENDED:
        return None
    if not environment.working_instances:
        return HealthStatus.NO_DATA
    if health.status is HealthStatus.SEVERE and state.clock.time() - health.since >= severe_seconds:
        return HealthStatus.SUSPENDED
    if bad or health_causes.of_missing_instances(environment):
        return health_causes.status_of(bad, environment, HealthStatus.SEVERE) if bad else HealthStatus.DEGRADED
    return HealthStatus.WARNING if environment.hosting.warns else _recovered(state, environment)


def _recovered(state: State, environment: Environment) -> HealthStatus | None:
    """Return the health after good checks in a row, None while there are too few of them."""
    good_for = instance_checks.good_for(state, environment)
    warned = state.clock.time() < environment.health.warning_until
    if good_for is not None and not warned and good_for >= state.durations.health:
        return HealthStatus.DEGRADED if health_causes.of_versions(environment) else HealthStatus.OK
    return None


def _set_status(state: State, environment: Environment, status: HealthStatus, causes: list[str]) -> None:
    """Set the health, and record an event when what is reported changes."""
    health, now = environment.health, state.clock.time()
    old_status, old_color = health.status, health.color
    health.status, health.color, health.causes = status, COLORS[status], causes
    if old_status is not status:
        health.since = now
    severity = "WARN" if health.color in (Color.YELLOW, Color.RED) else "INFO"
    message = None
    if option_settings.enhanced_health(environment.settings):
        if old_status is not status:
            message = health_events.enhanced(old_status, status, causes, health.activity, now)
    elif status is not HealthStatus.INFO:
        message = health_events.basic(old_color, health.color)
    if message:
        state.record(message, severity=severity, environment=environment)


def _end_activity(state: State, environment: Environment) -> None:
    activity = environment.health.activity
    if activity and activity.ended is None:
        environment.health.activity = Activity(activity.name, activity.began, state.clock.time())
