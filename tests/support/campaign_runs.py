"""Runs of a campaign for tests of its rules and reports: a good one, and parts to replace."""

from collections.abc import Mapping
from typing import Any

from emulator.clock import Clock
from rehearsal.traffic import Request
from tools.campaign.execution import ExecutionEnd, ExecutionHistory
from tools.campaign.plan import RunPlan
from tools.campaign.run_evidence import Course, Happening, RunEvidence

BLUE = "shop1-prod"
GREEN = f"{BLUE}-green"
SWAPPED = "Completed swapping CNAMEs for environments."
UPDATED = "Environment update is starting."
TERMINATED = "terminateEnvironment is starting."
CNAME = f"{BLUE}.us-east-1.elasticbeanstalk.com"
CLOCK = Clock(scale=0.1, origin=1_800_000_000.0)
TESTED = CLOCK.origin + 5.0
"""The real epoch second at which the new version passed its test."""

SUCCEEDED = ExecutionEnd("SUCCEEDED")
FAILED = ExecutionEnd("FAILED", "WaitTimedOutError", "too slow")
ABORTED = ExecutionEnd("ABORTED", "Stopped")
LOST = ExecutionEnd("FAILED", "LockLostError", "overtaken")


def history(
    *ends: ExecutionEnd, role: str = "main", version: str = "r2", events: tuple[Mapping[str, Any], ...] = ()
) -> ExecutionHistory:
    """Return the history of an execution with these ends."""
    return ExecutionHistory(role, f"arn:{role}", {"version": version}, ends, events)


def course(*happenings: tuple[float, str, str]) -> Course:
    """Return the course with these events: seconds after the test, environment, message."""
    return Course(
        BLUE, GREEN, [Happening(TESTED + at, environment, message) for at, environment, message in happenings]
    )


def environment(**changes: Any) -> Mapping[str, Any]:
    """Return blue as a good run leaves it, with changes."""
    return {"EnvironmentName": BLUE, "Status": "Ready", "CNAME": CNAME, "VersionLabel": "r2"} | changes


def request_at(seconds: float, version: str, failure: str | None = None) -> Request:
    """Return a request so many real seconds after the test of the new version."""
    return Request(TESTED + seconds, f"{BLUE}/{version}", failure)


REQUESTS = [request_at(-2, "r1"), request_at(-1, "r1"), *(request_at(at, "r2") for at in (1, 2, 3, 4))]
GOOD_RUN = RunEvidence(
    plan=RunPlan("random/1"),
    blue=BLUE,
    cname=CNAME,
    target="r2",
    executions=[history(SUCCEEDED)],
    requests=REQUESTS,
    hits=[{"kind": "throttle", "struck": 1}],
    proved={"r1": 0.0, "r2": TESTED},
    environments=[environment()],
    templates=[],
    course=course(),
    clock=CLOCK,
)
