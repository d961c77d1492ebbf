"""Health: what health checks find, and how basic and enhanced reporting show it."""

from functools import partial

from emulator.beanstalk import option_settings
from emulator.beanstalk.model import Color, Environment, EnvironmentStatus, HealthStatus
from emulator.beanstalk.scheduler import Steps
from emulator.beanstalk.state import State

_COLORS = {
    HealthStatus.PENDING: Color.GREY,
    HealthStatus.OK: Color.GREEN,
    HealthStatus.INFO: Color.GREEN,
    HealthStatus.DEGRADED: Color.RED,
    HealthStatus.SEVERE: Color.RED,
}
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
    return good


def suspend_checks(state: State, environment: Environment, status: HealthStatus, cause: str) -> None:
    """Set the health during an operation, and ignore health checks until `resume_checks`."""
    environment.health.checks_active = False
    environment.health.good_since = environment.health.bad_since = None
    _set_status(state, environment, status, [cause])
    if not option_settings.enhanced_health(environment.settings):
        environment.health.color = Color.GREY


def resume_checks(environment: Environment) -> None:
    """Let health checks change the health again."""
    environment.health.checks_active = True


def set_severe(state: State, environment: Environment, http_status: int | None) -> None:
    """Make the health Severe: the application does not work. `http_status`: of the last health check."""
    _set_status(state, environment, HealthStatus.SEVERE, _causes(environment, http_status))


def reported_color(environment: Environment) -> Color:
    """Return the colour that a description shows. Basic health is Grey during an operation."""
    if environment.status is not EnvironmentStatus.READY and not option_settings.enhanced_health(environment.settings):
        return Color.GREY
    return environment.health.color


def reported_status(environment: Environment) -> HealthStatus | None:
    """Return the health status that a description shows. Basic reporting has none."""
    return environment.health.status if option_settings.enhanced_health(environment.settings) else None


def _evaluate(state: State, environment: Environment, http_status: int | None) -> None:
    """Change the health after a check. A change needs good or bad checks in a row, for the account's durations."""
    now, durations, health = state.clock.time(), state.durations, environment.health
    good = record_probe(environment, http_status, now)
    if good and now - (health.good_since or now) >= durations.in_service:
        environment.hosting.in_service = True
    if not good and now - (health.bad_since or now) >= durations.unhealthy:
        environment.hosting.in_service = False
        set_severe(state, environment, http_status)
    elif good and not option_settings.enhanced_health(environment.settings):
        if environment.hosting.in_service:
            _set_status(state, environment, HealthStatus.OK, [])
    elif good and now - (health.good_since or now) >= durations.health:
        causes = _version_causes(environment)
        _set_status(state, environment, HealthStatus.DEGRADED if causes else HealthStatus.OK, causes)


def _set_status(state: State, environment: Environment, status: HealthStatus, causes: list[str]) -> None:
    """Set the health, and record an event when what is reported changes."""
    health = environment.health
    old_status, old_color = health.status, health.color
    health.status, health.color, health.causes = status, _COLORS[status], causes
    severity = "WARN" if health.color is Color.RED else "INFO"
    if option_settings.enhanced_health(environment.settings):
        if old_status is not status:
            origin = f" from {old_status}" if old_status else ""
            message = " ".join([f"Environment health has transitioned{origin} to {status}.", *causes])
            state.record(message, severity=severity, environment=environment)
    elif old_color is not health.color and health.color in (Color.GREEN, Color.RED) and status is not HealthStatus.INFO:
        state.record(
            f"Environment health has been set to {health.color.upper()}", severity=severity, environment=environment
        )


def _causes(environment: Environment, http_status: int | None) -> list[str]:
    if http_status is None:
        found = ["None of the instances are sending data."]
    elif http_status >= 500:
        found = ["100.0 % of the requests are failing with HTTP 5xx."]
    else:
        found = []
    return [*_version_causes(environment), *found, "ELB processes are not healthy on all instances."]


def _version_causes(environment: Environment) -> list[str]:
    if environment.hosting.running_label == environment.deployed_label:
        return []
    expected = f'Expected version "{environment.deployed_label}" (deployment {environment.deployed_number}).'
    return [f"Incorrect application version found on all instances. {expected}"]
