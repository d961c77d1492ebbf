"""What a fleet in virtual time did, and which of its figures are not as they must be."""

from collections.abc import Iterator

from lambdas.fleet import FleetStep, ReleaseProgress
from tools.bench.figures import LOOK
from tools.bench.fleet import FleetRun

WAVES = (1, 10)
"""The first waves; what is left is the last one."""
BAD_SHARE = 0.4
"""Where in the fleet the bad version is."""


def summary(run: FleetRun) -> Iterator[str]:
    """Yield lines for people."""
    yield from run.bench.messages
    executions, account = len(run.bench.started), run.bench.account
    yield (
        f"{executions} releases in {run.seconds:,.0f} s of account time; {run.users.requests:,} requests, "
        f"{len(run.users.failed)} failed; {len(account.looks) / executions:.1f} looks a release, "
        f"{account.memory.service.throttled[LOOK]} throttled"
    )


def problems(run: FleetRun) -> Iterator[str]:
    """Yield a sentence for each thing that is not as it must be."""
    stopped, failed = run.stopped, [each.name for each in run.stopped.in_state(ReleaseProgress.FAILED)]
    if (stopped.next_step, failed) != (FleetStep.STOP, [run.bad]):
        yield f"Expected the fleet to stop since {run.bad} failed. Found {stopped.next_step}, failed: {failed}."
    if not stopped.in_state(ReleaseProgress.LEFT):
        yield "Expected releases that had not begun when the fleet stopped. Found none."
    left = [each.name for each in run.ended.releases if each.state != ReleaseProgress.RELEASED]
    if run.ended.next_step != FleetStep.DONE or left:
        yield f"Expected all releases to succeed after the redrive. Found {run.ended.next_step}, not released: {left}."
    again = len(run.bench.started) - len(run.ended.releases)
    if again != 1:
        yield f"Expected one release to be made twice: that of {run.bad}. Found {again}."
    if run.users.failed:
        yield f"Expected no failed request. Found {len(run.users.failed)}; the first: {run.users.failed[0]}."
