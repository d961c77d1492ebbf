"""Whether the environment that serves fails its users: by its health and its alarms, and for how long.

One look at a bad moment takes nobody's release back. What cannot get better by itself counts at once.
"""

from collections.abc import Sequence
from typing import Final

from lambdas.aws.alarms import Alarms
from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.environment import Environment, with_colours
from lambdas.deployment import Deployment, Mode
from lambdas.errors import EnvironmentNotReadyError
from lambdas.visit import Visit

AT_ONCE: Final = ("Severe", "Red")
"""Elastic Beanstalk's words for an environment that fails most requests."""


def is_failing(
    environment: Environment, deployment: Deployment, watch_seconds: float, visit: Visit, beanstalk: Beanstalk
) -> bool:
    """Return whether the environment is Severe or Red, or has been unhealthy for longer than the release bears.

    Raises EnvironmentNotReadyError while it is unhealthy for a shorter time. The events say since when; if they do
    not, it ends `unhealthy_seconds` after `watch_seconds`, the length of the watch.
    """
    if environment.healthy(deployment.accepted_health):
        return False
    if environment.health in AT_ONCE:
        return True
    since = beanstalk.events(environment).unhealthy_since(with_colours(deployment.accepted_health))
    seconds = (visit.now - since).total_seconds() if since else 0
    if seconds >= deployment.unhealthy_seconds or visit.seconds >= watch_seconds + deployment.unhealthy_seconds:
        return True
    raise EnvironmentNotReadyError(
        expected=f"{environment.name} to be healthy ({', '.join(deployment.accepted_health)}) again",
        found=f"{environment}, for {seconds:.0f} seconds",
        next_step=f"Users leave it when it has been unhealthy for {deployment.unhealthy_seconds} seconds.",
    )


def ringing_alarms(deployment: Deployment, visit: Visit, alarms: Alarms) -> Sequence[str]:
    """Return the alarms that have been in ALARM for longer than the release bears.

    A rollback is made because of an alarm, which rings on for a while: only one that began since the state's entry
    counts then.
    """
    return [
        name
        for name, since in alarms.in_alarm(deployment.alarms).items()
        if (visit.now - since).total_seconds() >= deployment.alarm_seconds
        and (deployment.mode != Mode.ROLLBACK or since >= visit.since)
    ]
