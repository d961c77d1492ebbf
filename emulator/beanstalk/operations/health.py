"""Health: what health checks find, and how basic and enhanced reporting show it."""

from functools import partial

from emulator.beanstalk import option_settings
from emulator.beanstalk.model import Activity, Color, Environment, EnvironmentStatus, HealthStatus
from emulator.beanstalk.operations import health_events
from emulator.beanstalk.scheduler import Steps
from emulator.beanstalk.state import State

_COLORS = {
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
NO_INSTANCES = "There are no instances."
"""A cause of Pending and of No Data."""
_CHECKS_PER_REAL_SECOND = 5
"""At most, at any speed of the account's clock: the machine has other work."""


def monitor(state: State, environment: Environment) -> Steps:
    """Check the health of an environment until it is terminated."""
    while environment.alive:
        if environment.health.checks_active:
            http_status = yield partial(probe, environment)
            # An operation may have started during the check.
            if environment.health.checks_active:
                _evaluate(state, environment, http_status)
        yield max(state.durations.health_check, 1 / _CHECKS_PER_REAL_SECOND / state.clock.scale)


def probe(environment: Environment) -> int | None:
    """Return the HTTP status of a health check, None without an answer. Slow. A worker is healthy while it runs."""
    if environment.worker:
        return 200 if environment.hosting.running() else None
    return environment.hosting.probe(option_settings.health_path(environment.settings))


def record_probe(environment: Environment, http_status: int | None, now: float) -> bool:
    """Record the result of a health check. Return whether it is good."""
    health = environment.health
    good = option_settings.is_good(environment.settings, http_status)
    health.good_since = (health.good_since or now) if good else None
    health.bad_since = None if good else (health.bad_since or now)
    health.bad_checks = 0 if good else health.bad_checks + 1
    return good


def suspend_checks(state: State, environment: Environment, status: HealthStatus, activity: str, *causes: str) -> None:
    """Set the health during an operation, and ignore health checks until `resume_checks`.

    `activity`: the operation as health causes name it, such as `Application update`. `causes`: more.
    """
    health = environment.health
    health.checks_active = False
    health.good_since = health.bad_since = None
    health.bad_checks = 0
    health.warning_until = 0
    if health.activity is None or health.activity.name != activity or health.activity.ended is not None:
        health.activity = Activity(activity, state.clock.time())
    running = health_events.running(health.activity, state.clock.time())
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
    _set_status(state, environment, status, [*causes, *_version_causes(environment)])


def set_after_update(state: State, environment: Environment) -> None:
    """Set enhanced health after a completed update: it stays Info, or is Warning for a while, as chance has it."""
    if not option_settings.enhanced_health(environment.settings):
        return
    if state.durations.warns_after_update(environment.name):
        _end_activity(state, environment)
        until = state.clock.time() + state.durations.drawn("warning_after_update", environment.name)
        environment.health.warning_until = until
        _set_status(state, environment, HealthStatus.WARNING, ["Impaired services on all instances."])


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


def probe_causes(http_status: int | None) -> list[str]:
    """Return why a bad health check makes the health Severe. `http_status`: its answer, None without one."""
    if http_status is None:
        found = ["None of the instances are sending data."]
    elif http_status >= 500:
        found = ["100.0 % of the requests are failing with HTTP 5xx."]
    else:
        found = []
    return [*found, "ELB processes are not healthy on all instances."]


def _evaluate(state: State, environment: Environment, http_status: int | None) -> None:
    """Change the health after a check. A change needs good or bad checks in a row, for the account's durations."""
    now, durations, health = state.clock.time(), state.durations, environment.health
    good = record_probe(environment, http_status, now)
    if good and now - (health.good_since or now) >= durations.in_service:
        environment.hosting.in_service = True
    bad_for_long = not good and now - (health.bad_since or now) >= durations.unhealthy
    if bad_for_long:
        environment.hosting.in_service = False
    evaluate = _enhanced if option_settings.enhanced_health(environment.settings) else _basic
    found = evaluate(state, environment, good=good, bad_for_long=bad_for_long)
    if found:
        causes = probe_causes(http_status) if found is HealthStatus.SEVERE else []
        missing = [] if environment.instance else [NO_INSTANCES]
        _set_status(state, environment, found, [*missing, *_version_causes(environment), *causes])


def _basic(_state: State, environment: Environment, *, good: bool, bad_for_long: bool) -> HealthStatus | None:
    """Return the health that a check leads to, None for the same as before. Warning is Yellow, Severe is Red."""
    health = environment.health
    if bad_for_long or not environment.instance:
        return HealthStatus.SEVERE
    if not good and health.color is Color.GREEN and health.bad_checks > 1:
        return HealthStatus.WARNING
    return HealthStatus.OK if good and environment.hosting.in_service else None


def _enhanced(state: State, environment: Environment, *, good: bool, bad_for_long: bool) -> HealthStatus | None:
    """Return the health that a check leads to, None for the same as before."""
    now, durations, health = state.clock.time(), state.durations, environment.health
    if health.status is HealthStatus.SUSPENDED:
        return None
    if not environment.instance:
        return HealthStatus.NO_DATA
    if health.status is HealthStatus.SEVERE and now - health.since >= durations.severe_until_suspended:
        return HealthStatus.SUSPENDED
    if bad_for_long:
        return HealthStatus.SEVERE
    if good and now >= health.warning_until and now - (health.good_since or now) >= durations.health:
        return HealthStatus.DEGRADED if _version_causes(environment) else HealthStatus.OK
    return None


def _set_status(state: State, environment: Environment, status: HealthStatus, causes: list[str]) -> None:
    """Set the health, and record an event when what is reported changes."""
    health, now = environment.health, state.clock.time()
    old_status, old_color = health.status, health.color
    health.status, health.color, health.causes = status, _COLORS[status], causes
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


def _version_causes(environment: Environment) -> list[str]:
    if environment.hosting.running_label == environment.deployed_label:
        return []
    expected = f'Expected version "{environment.deployed_label}" (deployment {environment.deployed_number}).'
    return [f"Incorrect application version found on all instances. {expected}"]
