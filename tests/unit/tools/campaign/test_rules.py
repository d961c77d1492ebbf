"""The rules of a run: a good run has no violation, and every violation is found."""

from dataclasses import replace
from typing import Any

import pytest

from emulator.faults import Fault, FaultKind
from tests.support.campaign_runs import (
    ABORTED,
    BLUE,
    FAILED,
    GOOD_RUN,
    GREEN,
    LOST,
    REQUESTS,
    SUCCEEDED,
    SWAPPED,
    TERMINATED,
    UPDATED,
    course,
    environment,
    history,
    request_at,
)
from tools.campaign.execution import ExecutionHistory
from tools.campaign.plan import Intervention, PlannedIntervention, RunPlan
from tools.campaign.rules import violations

TORN = PlannedIntervention(Intervention.SNAPSHOT_TORN, "DrainBlue", 5, lasts=60)


@pytest.mark.parametrize(
    "executions",
    [
        [history(SUCCEEDED)],
        [history(FAILED, SUCCEEDED)],
        [history(ABORTED, LOST), history(SUCCEEDED, role="second")],
        [history(FAILED, version="bad"), history(SUCCEEDED, role="correction")],
    ],
)
def test_a_run_that_ends_as_expected_has_no_violation(executions: list[ExecutionHistory]) -> None:
    assert violations(replace(GOOD_RUN, executions=executions)) == []


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"requests": []}, "No request was made"),
        (
            {"requests": [request_at(-2, "r1", "status 503"), *REQUESTS]},
            "1 of 7 requests failed; the first: status 503",
        ),
        ({"requests": [request_at(-1, "r2"), *REQUESTS]}, "served by shop1-prod/r2; expected only versions that were"),
        ({"requests": [request_at(1, "r3"), *REQUESTS]}, "served by shop1-prod/r3; expected only versions that were"),
        ({"requests": [request_at(-2, "r1")] * 4}, "At the end users are served by shop1-prod/r1"),
        (
            {"executions": [history(FAILED, FAILED)]},
            "The main execution did not succeed, not even after a redrive: FAILED",
        ),
        ({"executions": [history(ABORTED, LOST)]}, "The main execution did not succeed"),
        ({"executions": [history(FAILED, LOST), history(SUCCEEDED)]}, "The main execution did not succeed"),
        ({"executions": [history(SUCCEEDED, version="bad"), history(SUCCEEDED)]}, "released a bad version"),
        ({"environments": [environment(), environment(EnvironmentName=f"{BLUE}-green")]}, "expected only shop1-prod"),
        ({"environments": []}, "expected only shop1-prod"),
        ({"environments": [environment(CNAME="other")]}, "shop1-prod holds other"),
        ({"environments": [environment(VersionLabel="r1")]}, "shop1-prod runs r1"),
        ({"templates": ["bluegreen-1"]}, "Saved configurations are left: bluegreen-1"),
        ({"course": course((1, BLUE, UPDATED))}, "shop1-prod was updated while it served users"),
        ({"course": course((1, BLUE, SWAPPED), (2, GREEN, TERMINATED))}, "green was terminated while it served users"),
        ({"stuck": "Expected all executions to end within 90 s."}, "Expected all executions to end"),
    ],
)
def test_a_violation_is_found(changes: dict[str, Any], found: str) -> None:
    assert [line for line in violations(replace(GOOD_RUN, **changes)) if found in line] != []


@pytest.mark.parametrize(
    "plan",
    [
        RunPlan("snapshot_torn/DrainBlue", interventions=(TORN,)),
        RunPlan("snapshot_writer_dies/plan", (Fault(FaultKind.KILL_AFTER, "s3", call=1, path="/snapshot"),)),
    ],
    ids=lambda plan: plan.name,
)
def test_a_struck_snapshot_alone_must_not_even_fail_a_release_that_a_redrive_repairs(plan: RunPlan) -> None:
    struck = replace(GOOD_RUN, plan=plan, executions=[history(FAILED, SUCCEEDED)])
    assert violations(struck) == ["A struck snapshot failed the release: FAILED, WaitTimedOutError: too slow"]
    assert violations(replace(struck, executions=[history(SUCCEEDED)])) == []
    others = RunPlan("random/1", (Fault(FaultKind.KILL_AFTER, "s3", call=1),), interventions=(TORN,))
    assert violations(replace(struck, plan=others)) == []
