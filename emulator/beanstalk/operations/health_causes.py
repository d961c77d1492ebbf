"""Why an environment or an instance is not healthy, in the words of enhanced health.

Sources: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-status.html,
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-notifications.html, and a recorded environment of
two instances: https://github.com/meteor-up/mup-aws-beanstalk/issues/53.
"""

from collections.abc import Sequence

from emulator.beanstalk.instance import Instance
from emulator.beanstalk.model import Environment, HealthStatus

NO_INSTANCES = "There are no instances."
"""A cause of Pending and of No Data."""
IMPAIRED = "Impaired services on all instances."
"""A cause of Warning."""


def status_of(bad: Sequence[Instance], environment: Environment, all_bad: HealthStatus) -> HealthStatus:
    """Return the health of an environment with bad instances. `all_bad`: when all are.

    The documents show Warning for one of five, the recorded environment shows Degraded for one of two.
    """
    number = len(environment.working_instances)
    if len(bad) >= number:
        return all_bad
    return HealthStatus.DEGRADED if len(bad) * 2 >= number else HealthStatus.WARNING


def on(some: Sequence[Instance], environment: Environment) -> str:
    """Return which instances, such as `on all instances` or `on 1 out of 3 instances`."""
    number = len(environment.working_instances)
    return "on all instances" if len(some) >= number else f"on {len(some)} out of {number} instances"


def of_probes(bad: Sequence[Instance], environment: Environment) -> list[str]:
    """Return why instances with bad health checks make the health worse."""
    found = []
    silent = [instance for instance in bad if instance.http_status is None]
    if len(bad) < len(environment.working_instances):
        found = [f"Impaired services {on(silent, environment)}."] if silent else []
    elif len(silent) == len(bad):
        found = ["None of the instances are sending data."]
    elif all(instance.http_status is None or instance.http_status >= 500 for instance in bad):
        found = ["100.0 % of the requests are failing with HTTP 5xx."]
    return [*found, f"ELB processes are not healthy {on(bad, environment)}."]


def of_versions(environment: Environment) -> list[str]:
    """Return which instances run another version than the deployed one."""
    label, number = environment.deployed_label, environment.deployed_number
    wrong = [one for one in environment.working_instances if one.hosting.running_label != label]
    if not wrong:
        return []
    found = f"Incorrect application version found {on(wrong, environment)}."
    return [f'{found} Expected version "{label}" (deployment {number}).']


def of_missing_instances(environment: Environment) -> list[str]:
    """Return how many instances an environment has below the least number of its group."""
    minimum = environment.group.minimum if environment.group else 0
    number = len(environment.working_instances)
    if number >= minimum:
        return []
    active = "1 active instance is" if number == 1 else f"{number} active instances are"
    return [f"{active} below Auto Scaling group minimum size {minimum}."]


def of_instance(environment: Environment, instance: Instance, now: float) -> list[str]:
    """Return why one instance is not healthy."""
    causes = []
    label, expected = instance.hosting.running_label, environment.deployed_label
    if label not in (None, expected):
        causes.append(
            f'Incorrect application version "{label}" (deployment {instance.deployment}).'
            f' Expected version "{expected}" (deployment {environment.deployed_number}).'
        )
    if instance.bad_since is not None:
        reason = "Target.FailedHealthChecks" if instance.http_status is None else "Target.ResponseCodeMismatch"
        minutes = max(1, round((now - instance.bad_since) / 60))
        causes.append(f"Process default has been unhealthy for {minutes} minute{'s' * (minutes > 1)} ({reason}).")
    return causes
