"""Health: what health checks find, and how basic and enhanced reporting show it."""

import math
from collections.abc import Sequence
from functools import partial

from emulator.beanstalk import option_settings
from emulator.beanstalk.instance import Instance, InstanceState
from emulator.beanstalk.model import Color, Environment, EnvironmentStatus, HealthStatus
from emulator.beanstalk.scheduler import Steps
from emulator.beanstalk.state import State

COLORS = {
    HealthStatus.PENDING: Color.GREY,
    HealthStatus.OK: Color.GREEN,
    HealthStatus.INFO: Color.GREEN,
    HealthStatus.WARNING: Color.YELLOW,
    HealthStatus.DEGRADED: Color.RED,
    HealthStatus.SEVERE: Color.RED,
}
_CHECKS_PER_REAL_SECOND = 5
"""At most, at any speed of the account's clock: the machine has other work."""


def monitor(state: State, environment: Environment) -> Steps:
    """Check the health of an environment until it is terminated."""
    while environment.alive:
        if environment.health.checks_active:
            instances = environment.working_instances
            probes = [partial(probe, environment, instance) for instance in instances]
            http_statuses = yield partial(environment.hosting.together, probes)
            # An operation may have started during the checks.
            if environment.health.checks_active:
                for instance, http_status in zip(instances, http_statuses, strict=True):
                    record_probe(environment, instance, http_status, state.clock.time())
                _evaluate(state, environment)
        yield max(state.durations.health_check, 1 / _CHECKS_PER_REAL_SECOND / state.clock.scale)


def probe(environment: Environment, instance: Instance) -> int | None:
    """Return the HTTP status of a health check, None without an answer. Slow. A worker is healthy while it runs."""
    if environment.worker:
        return 200 if instance.hosting.running() else None
    return instance.hosting.probe(option_settings.health_path(environment.settings))


def record_probe(environment: Environment, instance: Instance, http_status: int | None, now: float) -> bool:
    """Record the result of a health check. Return whether it is good."""
    good = option_settings.is_good(environment.settings, http_status)
    instance.good_since = (instance.good_since or now) if good else None
    instance.bad_since = None if good else (instance.bad_since or now)
    instance.http_status = http_status
    return good


def restart_checks(environment: Environment) -> None:
    """Let earlier checks not count."""
    for instance in environment.instances:
        instance.good_since = instance.bad_since = None


def suspend_checks(state: State, environment: Environment, status: HealthStatus, cause: str) -> None:
    """Set the health during an operation, and ignore health checks until `resume_checks`."""
    environment.health.checks_active = False
    restart_checks(environment)
    _set_status(state, environment, status, [cause])
    if not option_settings.enhanced_health(environment.settings):
        environment.health.color = Color.GREY


def resume_checks(environment: Environment) -> None:
    """Let health checks change the health again."""
    environment.health.checks_active = True


def set_failed(state: State, environment: Environment, failed: Sequence[Instance]) -> None:
    """Set the health after a deployment that failed on some or all instances: the application does not work there."""
    _set_bad(state, environment, failed)


def instance_status(environment: Environment, instance: Instance) -> HealthStatus | None:
    """Return the health status of one instance. Basic reporting has none."""
    if not option_settings.enhanced_health(environment.settings):
        return None
    if instance.state is InstanceState.PENDING:
        return HealthStatus.PENDING
    if not environment.health.checks_active or len(environment.working_instances) == 1:
        return environment.health.status
    if instance.bad_since is not None and not instance.hosting.in_service:
        return HealthStatus.SEVERE
    return HealthStatus.DEGRADED if instance.hosting.running_label != environment.deployed_label else HealthStatus.OK


def instance_causes(environment: Environment, instance: Instance, now: float) -> list[str]:
    """Return why one instance is not healthy.

    Source of the words: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-notifications.html.
    """
    causes = []
    if instance.hosting.running_label not in (None, environment.deployed_label):
        causes.append(
            f'Incorrect application version "{instance.hosting.running_label}" (deployment {instance.deployment}).'
            f' Expected version "{environment.deployed_label}" (deployment {environment.deployed_number}).'
        )
    if instance.bad_since is not None:
        reason = "Target.FailedHealthChecks" if instance.http_status is None else "Target.ResponseCodeMismatch"
        minutes = max(1, round((now - instance.bad_since) / 60))
        causes.append(f"Process default has been unhealthy for {minutes} minute{'s' * (minutes > 1)} ({reason}).")
    return causes


def reported_color(environment: Environment) -> Color:
    """Return the colour that a description shows. Basic health is Grey during an operation."""
    if environment.status is not EnvironmentStatus.READY and not option_settings.enhanced_health(environment.settings):
        return Color.GREY
    return environment.health.color


def reported_status(environment: Environment) -> HealthStatus | None:
    """Return the health status that a description shows. Basic reporting has none."""
    return environment.health.status if option_settings.enhanced_health(environment.settings) else None


def _evaluate(state: State, environment: Environment) -> None:
    """Change the health after checks. A change needs good or bad checks in a row, for the account's durations."""
    now, durations, instances = state.clock.time(), state.durations, environment.working_instances
    for instance in instances:
        if instance.good_since is not None and now - instance.good_since >= durations.in_service:
            instance.hosting.in_service = True
        if instance.bad_since is not None and now - instance.bad_since >= durations.unhealthy:
            instance.hosting.in_service = False
    bad = [one for one in instances if one.bad_since is not None and now - one.bad_since >= durations.unhealthy]
    good_since = max([one.good_since or math.inf for one in instances], default=math.inf)
    if bad or not instances:
        _set_bad(state, environment, bad)
    elif missing := _missing_instances(environment):
        _set_status(state, environment, HealthStatus.DEGRADED, [missing])
    elif not option_settings.enhanced_health(environment.settings):
        if all(instance.hosting.in_service for instance in instances) and good_since <= now:
            _set_status(state, environment, HealthStatus.OK, [])
    elif now - good_since >= durations.health:
        causes = _version_causes(environment)
        _set_status(state, environment, HealthStatus.DEGRADED if causes else HealthStatus.OK, causes)


def _set_bad(state: State, environment: Environment, bad: Sequence[Instance]) -> None:
    """Set the health of an environment with bad instances.

    Half of them make it Degraded, fewer make it Warning:
    https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-status.html,
    https://github.com/meteor-up/mup-aws-beanstalk/issues/53.
    """
    number = len(environment.working_instances)
    if len(bad) == number:
        status = HealthStatus.SEVERE
    else:
        status = HealthStatus.DEGRADED if len(bad) * 2 >= number else HealthStatus.WARNING
    _set_status(state, environment, status, _causes(environment, bad))


def _set_status(state: State, environment: Environment, status: HealthStatus, causes: list[str]) -> None:
    """Set the health, and record an event when what is reported changes."""
    health = environment.health
    old_status, old_color = health.status, health.color
    health.status, health.color, health.causes = status, COLORS[status], causes
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


def _causes(environment: Environment, bad: Sequence[Instance]) -> list[str]:
    instances = environment.working_instances
    if not instances:
        return ["There are no instances."]
    found = []
    if len(bad) == len(instances) and all(one.http_status is None for one in bad):
        found = ["None of the instances are sending data."]
    elif len(bad) == len(instances) and all(one.http_status and one.http_status >= 500 for one in bad):
        found = ["100.0 % of the requests are failing with HTTP 5xx."]
    elif silent := [one for one in bad if one.http_status is None]:
        found = [f"Impaired services on {_number(silent, instances)}."]
    return [
        *_version_causes(environment),
        *found,
        f"ELB processes are not healthy on {_number(bad, instances)}.",
        *([_missing_instances(environment)] if _missing_instances(environment) else []),
    ]


def _version_causes(environment: Environment) -> list[str]:
    instances = environment.working_instances
    wrong = [one for one in instances if one.hosting.running_label != environment.deployed_label]
    if not wrong:
        return []
    expected = f'Expected version "{environment.deployed_label}" (deployment {environment.deployed_number}).'
    return [f"Incorrect application version found on {_number(wrong, instances)}. {expected}"]


def _missing_instances(environment: Environment) -> str:
    """Return how many instances an environment has below the least number of its group; empty when it has enough."""
    minimum = environment.group.minimum if environment.group else 0
    number = len(environment.working_instances)
    if number >= minimum:
        return ""
    return (
        f"{number} active instance{'s are' if number != 1 else ' is'} below Auto Scaling group minimum size {minimum}."
    )


def count(environment: Environment) -> str:
    """Return on how many instances an operation acts, such as `3 instances`."""
    number = len(environment.working_instances)
    return f"{number} instance{'s' if number != 1 else ''}"


def _number(some: Sequence[Instance], instances: Sequence[Instance]) -> str:
    return "all instances" if len(some) == len(instances) else f"{len(some)} out of {len(instances)} instances"
