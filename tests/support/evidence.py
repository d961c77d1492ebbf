"""The evidence of a good release, for tests that change a part of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from emulator.clock import Clock
from rehearsal.account.shop import BeanstalkEvent
from rehearsal.execution import ExecutionOutcome, StateVisit
from rehearsal.report.evidence import ReleaseEvidence
from rehearsal.report.failed_attempt import FailedAttempt
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


def account_time(seconds: float) -> datetime:
    """Return the account time so many account seconds after the start of the execution."""
    return START + timedelta(seconds=seconds)


def real(seconds: float) -> float:
    """Return the real epoch second of that moment."""
    return CLOCK.origin + (account_time(seconds).timestamp() - CLOCK.origin) * CLOCK.scale


def request_at(seconds: float, answered_by: str | None, failure: str | None = None) -> Request:
    """Return a request made so many account seconds after the start of the execution."""
    return Request(real(seconds), answered_by, failure)


def visits() -> list[StateVisit]:
    """Return the visits of a good release, in their order."""
    found, at = [], 0.0
    for name, seconds in STAGES:
        found.append(StateVisit(name, account_time(at), account_time(at + seconds)))
        at += seconds
    return found


def requests() -> list[Request]:
    """Return a request for each account second. After a swap every second one uses an old DNS answer for a minute."""
    return [request_at(second, _answered_by(second)) for second in range(-20, 930)]


def _answered_by(second: int) -> str:
    late = second - 60 * (second % 2)
    if late < SWAPS[0]:
        return "shop-prod/v1"
    return "shop-prod-green/v1" if late < SWAPS[1] else "shop-prod/v2"


def outcome(status: str = "SUCCEEDED", error: str | None = None) -> ExecutionOutcome:
    """Return the outcome of an execution."""
    return ExecutionOutcome(
        status=status,
        started=START,
        stopped=account_time(sum(seconds for _, seconds in STAGES)),
        input={"application": "shop", "blue": "shop-prod", "version": "v2"},
        output={"released": "v2"} if status == "SUCCEEDED" else None,
        error=error,
        cause=None if error is None else f"{error} came of something",
    )


def evidence(
    *,
    ended: ExecutionOutcome | None = None,
    sent: Sequence[Request] | None = None,
    visited: Sequence[StateVisit] | None = None,
) -> ReleaseEvidence:
    """Return the evidence of a good release, with the given parts replaced."""
    return ReleaseEvidence(
        expected="shop-prod/v2",
        arn="arn:aws:states:us-east-1:000000000000:execution:release:v2",
        outcome=ended or outcome(),
        visits=visits() if visited is None else visited,
        requests=requests() if sent is None else sent,
        ended_at=real(910),
        clock=CLOCK,
        dns_ttl=6.0,
        calls={"SwapEnvironmentCNAMEs": 2, "DescribeEnvironments": 61},
        events=[
            BeanstalkEvent(
                account_time(at + delay), name, "INFO", "Completed swapping CNAMEs for 'a' and 'b'.", f"request-{at}"
            )
            for at in SWAPS
            for name, delay in (("shop-prod", 0), ("shop-prod-green", 0.003))
        ],
        functions={"invocations": 70, "billed_ms": 2310},
    )


def failed_on_purpose(
    *, stage: str = "VerifyRelease", sent: Sequence[Request] | None = None, loses_requests: bool = False
) -> ReleaseEvidence:
    """Return the evidence of a release whose first attempt failed on purpose. The rerun has the visits after it."""
    before = [*visits()[:9], *(_branch(name) for name in ("KeepGreenLive", "NotifyFailure", "HoldForRedrive"))]
    attempt = FailedAttempt(
        version="v2",
        what="v2 answers 500 on /healthz",
        cure="v2.1 answers 200",
        rerun="v2.1 was released",
        outcome=replace(outcome("FAILED", "ReleaseTestFailedError"), cause="Expected 200. Found 500."),
        stage=stage,
        expected_stage="VerifyRelease",
        served_by=["shop-prod-green/v1"],
        ended_at=real(645),
        loses_requests=loses_requests,
    )
    return replace(evidence(sent=sent, visited=[*before, *visits()[8:]]), attempt=attempt)


def _branch(name: str) -> StateVisit:
    return StateVisit(name, account_time(641), account_time(642))
