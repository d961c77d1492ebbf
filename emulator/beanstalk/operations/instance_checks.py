"""The health checks of single instances."""

from collections.abc import Sequence

from emulator.beanstalk import option_settings
from emulator.beanstalk.instance import Instance
from emulator.beanstalk.model import Environment
from emulator.beanstalk.state import State


def probe(environment: Environment, instance: Instance) -> int | None:
    """Return the HTTP status of a health check, None without an answer. Slow. A worker is healthy while it runs."""
    if environment.worker:
        return 200 if instance.hosting.running() else None
    return instance.hosting.probe(option_settings.health_path(environment.settings))


def record(environment: Environment, instance: Instance, http_status: int | None, now: float) -> bool:
    """Record the result of a health check. Return whether it is good."""
    good = option_settings.is_good(environment.settings, http_status)
    instance.good_since = (instance.good_since or now) if good else None
    instance.bad_since = None if good else (instance.bad_since or now)
    instance.bad_checks = 0 if good else instance.bad_checks + 1
    instance.http_status = http_status
    return good


def restart(environment: Environment) -> None:
    """Let earlier checks not count."""
    for instance in environment.instances:
        instance.good_since = instance.bad_since = None
        instance.bad_checks = 0


def put_in_and_out_of_service(state: State, environment: Environment, bad: Sequence[Instance]) -> None:
    """Let the load balancer use the instances with good checks for long enough, and not those with bad ones.

    `bad`: as `bad_for_long` returns them.
    """
    now, durations = state.clock.time(), state.durations
    for instance in environment.working_instances:
        if instance.good_since is not None and now - instance.good_since >= durations.in_service:
            instance.hosting.in_service = True
    for instance in bad:
        instance.hosting.in_service = False


def bad_for_long(state: State, environment: Environment) -> list[Instance]:
    """Return the instances with bad checks for long enough that the load balancer does not use them."""
    latest = state.clock.time() - state.durations.unhealthy
    return [one for one in environment.working_instances if one.bad_since is not None and one.bad_since <= latest]


def good_for(state: State, environment: Environment) -> float | None:
    """Return for how many seconds all instances have had good checks, None when one has not."""
    since = [instance.good_since for instance in environment.working_instances]
    good = [moment for moment in since if moment is not None]
    return state.clock.time() - max(good) if good and len(good) == len(since) else None
