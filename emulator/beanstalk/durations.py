"""The settings of the service: durations of operations, rate limits, quotas."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields


@dataclass
class Durations:
    """How long operations take, in account seconds. The defaults are usual durations at AWS.

    May be changed at any time. A change applies to waits that start later.
    """

    process_version: float = 5
    """Validating an application version's bundle."""
    launch: float = 240
    """CreateEnvironment until Ready, at least. Longer until the application answers or the command timeout ends."""
    update: float = 90
    """A version deployment, at least. The environment is down meanwhile."""
    configure: float = 60
    """A configuration update."""
    swap: float = 5
    """SwapEnvironmentCNAMEs."""
    abort: float = 30
    """AbortEnvironmentUpdate."""
    update_tags: float = 10
    """UpdateTagsForResource of an environment, which is Updating meanwhile."""
    restart: float = 15
    """RestartAppServer."""
    terminate: float = 120
    """TerminateEnvironment until Terminated."""
    health_check: float = 10
    """Between two health checks of one environment."""
    in_service: float = 30
    """Good health checks in a row until the load balancer sends requests to an instance. Basic health is Green then."""
    health: float = 120
    """Good health checks in a row until enhanced health is Ok."""
    unhealthy: float = 30
    """Bad health checks in a row until the load balancer sends no more requests to an instance. Health is Red then."""
    dns_ttl: float = 60
    """How long clients may keep a DNS answer."""
    terminated_listed: float = 3600
    """How long DescribeEnvironments lists a terminated environment."""

    def set(self, changes: Mapping[str, float]) -> None:
        """Change durations by name. Raises ValueError for an unknown name or a bad value, and changes nothing then."""
        known = {field.name for field in fields(self)}
        if unknown := sorted(set(changes) - known):
            raise ValueError(f"There is no duration {', '.join(unknown)}; there are {', '.join(sorted(known))}.")
        for name, seconds in changes.items():
            if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
                raise ValueError(f"The duration {name} must be account seconds, 0 or more, and is {seconds!r}.")
        for name, seconds in changes.items():
            setattr(self, name, seconds)

    def as_dict(self) -> dict[str, float]:
        """Return every duration by name."""
        return asdict(self)


@dataclass
class Limits:
    """How often each of DescribeEnvironments and DescribeEvents may be called. Source: AWS Support, 2018."""

    calls_per_second: float = 2
    """In account seconds."""
    burst: float = 15


@dataclass
class Quotas:
    """How many resources an account has in a region. Source: the developer guide's service quotas."""

    applications: int = 75
    application_versions: int = 1000
    environments: int = 200
    configuration_templates: int = 2000
    custom_platforms: int = 0
    """AWS has 50. This account cannot build any."""
