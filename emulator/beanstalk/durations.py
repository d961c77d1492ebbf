"""The settings of the service: durations of operations, rate limits, quotas."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

_AT_MOST_ONE = ("spread", "warning_chance")


@dataclass
class Durations:
    """How long operations take, in account seconds. The defaults are usual durations at AWS.

    May be changed at any time. A change applies to waits that start later.
    """

    process_version: float = 5
    """Validating an application version's bundle."""
    launch: float = 240
    """CreateEnvironment until Ready, at least. Longer until the application answers or the command timeout ends."""
    launch_after_health: float = 30
    """From Ok or Green until a launch is Ready. Recorded launches: 11 to 55."""
    launch_after_failure: float = 60
    """From a failed command until its launch ends. Recorded launches: 62."""
    update: float = 90
    """A version deployment, at least. The environment is down for most of it."""
    configure: float = 60
    """A configuration update."""
    swap: float = 5
    """SwapEnvironmentCNAMEs."""
    instance_launch: float = 70
    """From the launch of an instance by its Auto Scaling group until it gets the version. Recorded: 60 to 75."""
    instance_terminate: float = 75
    """From the removal of an instance from the load balancer until it is gone. Recorded: 75 to 180."""
    abort: float = 30
    """AbortEnvironmentUpdate."""
    update_tags: float = 10
    """UpdateTagsForResource of an environment, which is Updating meanwhile."""
    retrieve_logs: float = 5
    """RequestEnvironmentInfo until its logs can be retrieved."""
    restart: float = 15
    """RestartAppServer."""
    terminate: float = 210
    """TerminateEnvironment until Terminated. Recorded: 140 to 280."""
    terminate_serves: float = 17
    """From the begin of a termination until its instances are terminated; the environment serves until then.

    Recorded: 17 to 18, from `terminateEnvironment is starting.` to `Waiting for EC2 instances to terminate.`
    Source: https://github.com/gabepublic/aws-ebeanstalk-py-django-01 (the log of `eb terminate`).
    """
    health_check: float = 10
    """Between two health checks of one environment."""
    in_service: float = 30
    """Good health checks in a row until the load balancer sends requests to an instance. Basic health is Green then."""
    health: float = 120
    """Good health checks in a row until enhanced health is Ok."""
    unhealthy: float = 30
    """Bad health checks in a row until the load balancer sends no more requests to an instance. Health is Red then."""
    warning_after_update: float = 60
    """Warning after a completed update, at least, when it happens: see `warning_chance`."""
    severe_until_suspended: float = 86_400
    """Severe until Elastic Beanstalk stops to monitor. AWS says only that it takes a long time."""
    dns_ttl: float = 60
    """How long clients may keep a DNS answer."""
    terminated_listed: float = 3600
    """How long DescribeEnvironments lists a terminated environment."""
    spread: float = 1 / 3
    """How far an operation's duration may be from its usual one, as a share of it. 0: always as usual."""
    warning_chance: float = 0.25
    """The share of completed updates after which enhanced health is Warning for a while."""
    seed: float = 0
    """What `spread` and `warning_chance` draw from. The same seed gives an environment the same durations."""
    _draws: Counter[str] = field(default_factory=Counter, init=False, repr=False, compare=False)

    def set(self, changes: Mapping[str, float]) -> None:
        """Change durations by name. Raises ValueError for an unknown name or a bad value, and changes nothing then."""
        known = set(self.as_dict())
        if unknown := sorted(set(changes) - known):
            raise ValueError(f"There is no duration {', '.join(unknown)}; there are {', '.join(sorted(known))}.")
        for name, seconds in changes.items():
            if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
                raise ValueError(f"The duration {name} must be account seconds, 0 or more, and is {seconds!r}.")
            if name in _AT_MOST_ONE and seconds > 1:
                raise ValueError(f"{name} must be a share from 0 to 1, and is {seconds!r}.")
        for name, seconds in changes.items():
            setattr(self, name, seconds)
        if "seed" in changes:
            self._draws.clear()

    def as_dict(self) -> dict[str, float]:
        """Return every duration by name."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.init}

    def drawn(self, name: str, environment: str) -> float:
        """Return how long an operation takes this time, in an environment of that name: the usual time within `spread`.

        What other environments do does not change it.
        """
        usual: float = getattr(self, name)
        return usual * (1 + self.spread * (2 * self._draw(f"{name} {environment}") - 1))

    def warns_after_update(self, environment: str) -> bool:
        """Return whether health is Warning after this update of an environment of that name."""
        return self._draw(f"warning {environment}") < self.warning_chance

    def _draw(self, about: str) -> float:
        """Return a number from 0 to 1, a new one each time."""
        self._draws[about] += 1
        return random.Random(f"{self.seed} {about} {self._draws[about]}").random()  # noqa: S311 - a spread, no secret


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
