"""What people are told of a fleet: one message after each wave, and the cause of a fleet that stopped."""

from collections.abc import Sequence

from lambdas.console import command, console_link
from lambdas.failure import notice, one_line
from lambdas.fleet import MAX_REASON_LENGTH, Fleet, FleetRelease, FleetStep, ReleaseProgress

MAX_NAMES = 40
AFTER_FAILURE = (
    "Each failed release left users on an environment that is known to be good, and kept its green.",
    "What to do: once the cause is gone, redrive the fleet (below): it releases what failed and what was not begun.",
    "For a corrected version, start a new fleet: it leaves out environments that run their version already.",
)


def wave_notice(fleet: Fleet, wave: int, execution: str, machine: str) -> dict[str, str]:
    """Return {"subject", "message"} after a wave. `execution`: the fleet's ARN. `machine`: the releases' machine."""
    failed = fleet.in_state(ReleaseProgress.FAILED)
    stopped = fleet.next_step == FleetStep.STOP
    what = f"stopped in wave {wave} of {fleet.waves}" if stopped else f"ended wave {wave} of {fleet.waves}"
    lines = [f"- {each.name}: {each.reason}\n  {_link(each, machine)}" for each in failed if each.reason]
    left = fleet.in_state(ReleaseProgress.LEFT)
    if stopped:
        lines += [f"Not begun: {listed(left)}."] if left else []
        lines += [*AFTER_FAILURE, "", command("redrive-execution", execution)]
    elif left:
        when = "after your approval" if fleet.approval else f"in {_duration(fleet.between_waves_seconds)}"
        size = len([each for each in left if each.wave == fleet.wave])
        lines += [f"Next: wave {fleet.wave} with {size} environments, {when}. To stop the fleet before:"]
        lines += ["", command("stop-execution", execution)]
    lines += [f"  {console_link(execution)}"]
    return notice(f"Fleet {fleet.name} {what}: {_counts(fleet)}", lines)


def stop_cause(fleet: Fleet) -> str:
    """Return why a fleet stopped, for its execution."""
    failed, left = fleet.in_state(ReleaseProgress.FAILED), fleet.in_state(ReleaseProgress.LEFT)
    reason = next((each.reason for each in failed if each.reason), "")
    return (
        f"Expected every release to succeed. Found {_counts(fleet)}. Failed: {listed(failed)}. "
        f"Not begun: {listed(left) or 'none'}. The first failure: {reason} Once the cause is gone, redrive this "
        "execution: it releases what failed and what was not begun."
    )


def listed(releases: Sequence[FleetRelease]) -> str:
    """Return the names of releases, at most MAX_NAMES."""
    names = ", ".join(each.name for each in releases[:MAX_NAMES])
    return f"{names} and {len(releases) - MAX_NAMES} more" if len(releases) > MAX_NAMES else names


def short_reason(error: str, message: str) -> str:
    """Return the reason of a failed release in one line."""
    return one_line(f"{error}: {message}", MAX_REASON_LENGTH)


def _counts(fleet: Fleet) -> str:
    counted = {
        "released": ReleaseProgress.RELEASED,
        "failed": ReleaseProgress.FAILED,
        "left": ReleaseProgress.LEFT,
        "unchanged": ReleaseProgress.UNCHANGED,
    }
    numbers = {word: len(fleet.in_state(state)) for word, state in counted.items()}
    return ", ".join(f"{number} {word}" for word, number in numbers.items() if number or word in {"released", "failed"})


def _link(release: FleetRelease, machine: str) -> str:
    if not release.execution:
        return "its execution did not begin"
    return console_link(execution_arn(machine, release.execution))


def _duration(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 120 else f"{round(seconds / 60)} minutes"


def execution_arn(machine: str, name: str) -> str:
    """Return the ARN of an execution of a state machine."""
    return f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
