"""Evidence of releases as they go well, from which tests take something away."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from emulator.clock import Clock
from rehearsal.execution import Outcome, StateVisit
from rehearsal.report.evidence import BeanstalkEvent, Evidence
from rehearsal.traffic import Request

CLOCK = Clock(scale=0.1, origin=1_800_000_000.0)
START = datetime.fromtimestamp(1_800_000_100, UTC)
STAGES = [
    ("Plan", 2),
    ("CloneBlue", 2),
    ("AwaitGreen", 372),
    ("SwapToGreen", 1),
    ("AwaitGreenLive", 11),
    ("DrainBlue", 120),
    ("DeployRelease", 1),
    ("AwaitBlue", 130),
    ("VerifyRelease", 2),
    ("SwapToBlue", 1),
    ("AwaitBlueLive", 12),
    ("WatchRelease", 120),
    ("TerminateGreen", 2),
    ("AwaitTermination", 128),
]
SWAPS = (384.0, 650.0)


def life(seconds: float) -> datetime:
    """The account's time so many seconds after the execution's start, as in life."""
    return START + timedelta(seconds=seconds)


def real(seconds: float) -> float:
    """The real epoch second of that moment."""
    return CLOCK.origin + (life(seconds).timestamp() - CLOCK.origin) * CLOCK.scale


def ask(seconds: float, answered_by: str | None, failure: str | None = None) -> Request:
    """A request made so many seconds, as in life, after the execution's start."""
    return Request(real(seconds), answered_by, failure)


def visits() -> list[StateVisit]:
    """The stays of a release that goes well, one after the other."""
    stays, at = [], 0.0
    for name, seconds in STAGES:
        stays.append(StateVisit(name, life(at), life(at + seconds)))
        at += seconds
    return stays


def requests() -> list[Request]:
    """One user every second as in life; after a swap every second one keeps the old answer, for a minute."""
    return [ask(second, _answerer(second)) for second in range(-20, 930)]


def _answerer(second: int) -> str:
    late = second - 60 * (second % 2)
    if late < SWAPS[0]:
        return "shop-prod/v1"
    return "shop-prod-green/v1" if late < SWAPS[1] else "shop-prod/v2"


def outcome(status: str = "SUCCEEDED", error: str | None = None) -> Outcome:
    """How the execution ended."""
    return Outcome(
        status=status,
        started=START,
        stopped=life(sum(seconds for _, seconds in STAGES)),
        input={"application": "shop", "blue": "shop-prod", "version": "v2"},
        output={"released": "v2"} if status == "SUCCEEDED" else None,
        error=error,
        cause=None if error is None else f"{error} came of something",
    )


def evidence(
    *,
    ended: Outcome | None = None,
    asked: Sequence[Request] | None = None,
    stayed: Sequence[StateVisit] | None = None,
) -> Evidence:
    """Evidence of a release that went well, but for what is given."""
    return Evidence(
        expected="shop-prod/v2",
        arn="arn:aws:states:us-east-1:000000000000:execution:release:v2",
        outcome=ended or outcome(),
        visits=visits() if stayed is None else stayed,
        requests=requests() if asked is None else asked,
        ended_at=real(910),
        clock=CLOCK,
        pause=6.0,
        calls={"SwapEnvironmentCNAMEs": 2, "DescribeEnvironments": 61},
        events=[
            BeanstalkEvent(
                life(at + delay), name, "INFO", "Completed swapping CNAMEs for 'a' and 'b'.", f"request-{at}"
            )
            for at in SWAPS
            for name, delay in (("shop-prod", 0), ("shop-prod-green", 0.003))
        ],
        functions={"invocations": 70, "billed_ms": 2310},
    )
