"""Health: what probing an environment's application finds, as basic and as enhanced reporting tell it."""

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
_PROBES_PER_REAL_SECOND = 5
"""At most, however fast the account's clock runs: the machine has other work."""


def watch(state: State, environment: Environment) -> Steps:
    """Probe an environment for as long as it lives."""
    while environment.alive:
        if environment.health.watched:
            answer = yield partial(check, environment)
            if environment.health.watched:
                _judge(state, environment, answer)
        yield max(state.durations.health_check, 1 / _PROBES_PER_REAL_SECOND / state.clock.scale)


def check(environment: Environment) -> int | None:
    """Return the status that the health check gets; a worker is in good health while its process lives. Slow."""
    if environment.worker:
        return 200 if environment.hosting.running() else None
    return environment.hosting.probe(option_settings.health_path(environment.settings))


def note(environment: Environment, answer: int | None, now: float) -> bool:
    """Note what a health check has found. Return whether it was good."""
    health = environment.health
    good = option_settings.is_good(environment.settings, answer)
    health.good_since = (health.good_since or now) if good else None
    health.bad_since = None if good else (health.bad_since or now)
    return good


def suspend(state: State, environment: Environment, status: HealthStatus, cause: str) -> None:
    """Let an operation say what the health is, and no health check."""
    environment.health.watched = False
    environment.health.good_since = environment.health.bad_since = None
    _set(state, environment, status, [cause])
    if not option_settings.enhanced_health(environment.settings):
        environment.health.color = Color.GREY


def resume(environment: Environment) -> None:
    """Let health checks decide again."""
    environment.health.watched = True


def worsen(state: State, environment: Environment, answer: int | None) -> None:
    """Make the health Severe at once: an operation has found that the application does not work."""
    _set(state, environment, HealthStatus.SEVERE, _complaints(environment, answer))


def shown_color(environment: Environment) -> Color:
    """Return the colour that a description shows; basic health is Grey while an operation is under way."""
    if environment.status is not EnvironmentStatus.READY and not option_settings.enhanced_health(environment.settings):
        return Color.GREY
    return environment.health.color


def shown_status(environment: Environment) -> HealthStatus | None:
    """Return the enhanced health that a description shows; there is none under basic reporting."""
    return environment.health.status if option_settings.enhanced_health(environment.settings) else None


def _judge(state: State, environment: Environment, answer: int | None) -> None:
    now, durations, health = state.clock.time(), state.durations, environment.health
    good = note(environment, answer, now)
    if good and now - (health.good_since or now) >= durations.in_service:
        environment.hosting.in_service = True
    if not good and now - (health.bad_since or now) >= durations.unhealthy:
        environment.hosting.in_service = False
        worsen(state, environment, answer)
    elif good and not option_settings.enhanced_health(environment.settings):
        if environment.hosting.in_service:
            _set(state, environment, HealthStatus.OK, [])
    elif good and now - (health.good_since or now) >= durations.health:
        complaints = _version_complaints(environment)
        _set(state, environment, HealthStatus.DEGRADED if complaints else HealthStatus.OK, complaints)


def _set(state: State, environment: Environment, status: HealthStatus, causes: list[str]) -> None:
    health = environment.health
    before, was = health.status, health.color
    health.status, health.color, health.causes = status, _COLORS[status], causes
    severity = "WARN" if health.color is Color.RED else "INFO"
    if option_settings.enhanced_health(environment.settings):
        if before is not status:
            origin = f" from {before}" if before else ""
            message = " ".join([f"Environment health has transitioned{origin} to {status}.", *causes])
            state.record(message, severity=severity, environment=environment)
    elif was is not health.color and health.color in (Color.GREEN, Color.RED) and status is not HealthStatus.INFO:
        state.record(
            f"Environment health has been set to {health.color.upper()}", severity=severity, environment=environment
        )


def _complaints(environment: Environment, answer: int | None) -> list[str]:
    if answer is not None and answer >= 500:
        found = ["100.0 % of the requests are failing with HTTP 5xx."]
    elif answer is None:
        found = ["None of the instances are sending data."]
    else:
        found = []
    return [*_version_complaints(environment), *found, "ELB processes are not healthy on all instances."]


def _version_complaints(environment: Environment) -> list[str]:
    if environment.hosting.running_label == environment.deployed_label:
        return []
    expected = f'Expected version "{environment.deployed_label}" (deployment {environment.deployed_number}).'
    return [f"Incorrect application version found on all instances. {expected}"]
