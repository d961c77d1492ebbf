"""Runs of a campaign for tests of its rules and reports: a good one, and parts to replace."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from emulator.clock import Clock
from rehearsal.campaign.course import Course, Happening
from rehearsal.campaign.execution import ExecutionEnd, ExecutionHistory
from rehearsal.campaign.plan import RunPlan
from rehearsal.campaign.run_evidence import RunEvidence
from rehearsal.campaign.single_faults import STATE_MACHINE, Baseline
from rehearsal.traffic import Request

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


def call(function: str, action: str = "DescribeEnvironments", service: str = "elasticbeanstalk") -> dict[str, str]:
    """Return a call as the journal has it."""
    return {"service": service, "action": action, "function": function}


POLLS = [call("await_green")] * 5
GOOD = [call("plan"), call("plan"), call("clone_blue", "CreateEnvironment"), *POLLS]
BAD = [call("plan"), call("keep_green_live"), call(STATE_MACHINE, "Publish", "sns")]
GOOD_STATES = (
    "Plan", "CloneBlue", "AwaitGreen", "VerifyGreen", "SwapToGreen", "AwaitGreenLive", "DrainBlue", "DeployRelease",
    "AwaitRelease", "VerifyRelease", "SwapToBlue", "AwaitBlueLive", "WatchRelease", "TerminateGreen",
)  # fmt: skip
BASELINE = Baseline(GOOD, BAD, GOOD_STATES, (*GOOD_STATES[:-4], "KeepGreenLive"))


def event(seconds: float, kind: str, **details: Any) -> dict[str, Any]:
    """Return an event of a history, so many real seconds after the test of the new version."""
    at = datetime.fromtimestamp(CLOCK.account_time(TESTED + seconds), UTC)
    return {"id": 0, "previousEventId": 0, "type": kind, "timestamp": at, **details}


def told(served_by: str = BLUE, seconds: float = 0) -> dict[str, Any]:
    """Return the event of a failure branch that told people who serves."""
    output = json.dumps({"notice": {"message": f"Why: ...\nUsers are served by: {served_by} (e-1) Ready"}})
    details = {"name": "KeepGreenLive", "output": output}
    return event(seconds, "TaskStateExited", stateExitedEventDetails=details)


def entered(state: str, seconds: float) -> dict[str, Any]:
    """Return the event of a state's entry."""
    return event(seconds, "TaskStateEntered", stateEnteredEventDetails={"name": state})


def history(
    *ends: ExecutionEnd, role: str = "main", version: str = "r2", events: tuple[Mapping[str, Any], ...] | None = None
) -> ExecutionHistory:
    """Return the history of an execution with these ends. By default it told people of each failed one."""
    if events is None:
        events = tuple(told() for end in ends if end.status == "FAILED")
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
    plan=RunPlan("throttle/plan"),
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
    ended=TESTED + 10,
)
