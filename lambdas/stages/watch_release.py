"""WatchRelease: look once at blue and the alarms, until blue has served users for `bake_seconds`.

A look may be from SETTLE_SECONDS ago. So a watch lasts at least as long: its last look is from after the swap. Without
a bake, there is one look.
"""

from typing import Final

from lambdas.aws.alarms import Alarms, connect_alarms
from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.snapshot import Snapshot
from lambdas.deployment import Deployment
from lambdas.errors import EnvironmentNotReadyError, ReleaseUnhealthyError
from lambdas.failing import is_failing, ringing_alarms
from lambdas.handler import Event
from lambdas.serving_green import look_at_pair
from lambdas.settling import NEXT_STEP, settled_verdict
from lambdas.tested import require_as_tested
from lambdas.visit import SETTLE_SECONDS, Visit
from lambdas.waiter import waiter

FRESH_SECONDS: Final = 20
LAST_SECONDS: Final = 2
"""The same once the watch may end, at least."""


def watch_release(deployment: Deployment, visit: Visit, beanstalk: Beanstalk, alarms: Alarms) -> Deployment:
    """Return the deployment after `bake_seconds`, or SETTLE_SECONDS if that is more.

    Raises ReleaseUnhealthyError when blue fails its users or an alarm rings (lambdas/failing.py),
    UnexpectedEnvironmentError when somebody changed blue meanwhile, and EnvironmentNotReadyError before.
    A look from before the swap shows another health of blue, that of its deployment perhaps. Basic health is Grey
    during an operation, such as a change of tags, and shows nothing then.
    """
    pair = look_at_pair(deployment, visit, beanstalk)
    blue = pair.blue
    if pair.live != blue and visit.seconds < SETTLE_SECONDS:
        raise EnvironmentNotReadyError(
            expected=f"{blue.name} to hold the production CNAME {pair.production_cname}",
            found=f"it at {pair.live}, as before the swap",
            next_step=NEXT_STEP,
            settles=True,
        )
    in_alarm = ringing_alarms(deployment, visit, alarms)
    if not in_alarm and blue.hides_health:
        raise EnvironmentNotReadyError(
            expected=f"{blue.name} to be Ready, which shows its health again",
            found=str(blue),
            next_step="Basic health is Grey during an operation. Wait for it to end.",
        )
    if in_alarm or is_failing(blue, deployment, deployment.bake_seconds, visit, beanstalk):
        raise ReleaseUnhealthyError(
            expected=f"{blue.name} to stay healthy on {deployment.version}, with no alarm",
            found=f"{blue}; in ALARM: {', '.join(in_alarm) or 'none'}",
            next_step=f"{deployment.green} still stands by with {deployment.green_version}, and gets "
            "the users back. Correct the version and start a new execution with it.",
        )
    seconds = _seconds(deployment)
    if visit.seconds < seconds:
        raise EnvironmentNotReadyError(
            expected=f"{blue.name} to be watched for {seconds} seconds",
            found=f"{visit.seconds:.0f}",
            next_step="Nothing is wrong; green is removed after that.",
            seconds_left=seconds - visit.elapsed(visit.present().timestamp()),
        )
    with settled_verdict(visit):
        require_as_tested(blue, deployment, beanstalk)
    return deployment


def _seconds(deployment: Deployment) -> int:
    return max(deployment.bake_seconds, SETTLE_SECONDS) if deployment.bake_seconds else 0


def _fresh(deployment: Deployment, visit: Visit, _: Snapshot) -> float:
    """Return how old the look may be. At the end of the watch, it may not be from before that end."""
    over = visit.seconds - _seconds(deployment)
    return FRESH_SECONDS if over < 0 else min(max(over, LAST_SECONDS), FRESH_SECONDS)


@waiter(fresh=_fresh, of_run=True, settles=False)  # users are on blue: what is found counts at once
def handler(deployment: Deployment, visit: Visit, _event: Event, beanstalk: Beanstalk) -> Deployment:
    return watch_release(deployment, visit, beanstalk, connect_alarms())
