"""JudgeGroup counts outcomes, decides whether the fleet goes on, and writes one message a wave."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from lambdas.aws.executions import Execution
from lambdas.fleet import Fleet, FleetRelease, FleetStep, ReleaseProgress
from lambdas.fleet_report import execution_arn, stop_cause
from lambdas.stages.judge_group import judge_group
from tests.support.fake_services import FakeExecutions
from tests.support.stages import visit

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:BeanstalkBlueGreen-dev"
WAVES = (1, 2, 2, 2, 3)


def fleet(**settings: Any) -> Fleet:
    """Return a fleet of five releases in waves of 1, 3 and 1."""
    releases = tuple(
        FleetRelease(number, wave, {"application": "shop", "blue": f"shop-{number}"})
        for number, wave in enumerate(WAVES, start=1)
    )
    defaults: dict[str, Any] = {
        "at_once": 2,
        "stop_after_failures": 1,
        "between_waves_seconds": 600,
        "approval": False,
        "approval_seconds": 3600,
    }
    return Fleet(name="spring", digest="d", common={"version": "v2"}, releases=releases, **{**defaults, **settings})


def judged(before: Fleet, *failed: int, executions: FakeExecutions | None = None) -> Fleet:
    results = [
        {"number": each.number, "name": f"{before.execution_name(each)}-1", "succeeded": each.number not in failed}
        for each in before.group
    ]
    return judge_group(before, results, visit("spring"), executions or FakeExecutions(), MACHINE)


def ended(number: int, status: str, **why: str) -> FakeExecutions:
    executions = FakeExecutions()
    arn = execution_arn(MACHINE, f"fleet-d-{number}-shop-{number}-1")
    executions.ended[arn] = Execution(arn, status, datetime.now(UTC), {}, **why)
    return executions


def test_a_wave_goes_on_in_groups_and_only_its_end_is_told() -> None:
    first = judged(fleet())
    assert (first.next_step, first.wave) == (FleetStep.WAVE, 2)
    assert first.notice["subject"] == "Fleet spring ended wave 1 of 3: 1 released, 0 failed, 4 left"
    assert "Next: wave 2 with 3 environments, in 10 minutes." in first.notice["message"]
    assert re.search(r"  aws stepfunctions stop-execution .* --region us-east-1\n", first.notice["message"])
    assert [each.number for each in first.group] == [2, 3]
    second = judged(first)
    assert (second.next_step, [each.number for each in second.group]) == (FleetStep.RELEASE, [4])
    assert judged(judged(second)).next_step == FleetStep.DONE


def test_a_failure_stops_the_fleet_before_the_next_group() -> None:
    executions = ended(3, "FAILED", error="DeploymentFailedError", cause='{"errorMessage": "v2 does not start."}')
    stopped = judged(judged(fleet()), 3, executions=executions)
    assert stopped.next_step == FleetStep.STOP
    assert [each.state for each in stopped.releases] == ["released", "released", "failed", "left", "left"]
    assert "- shop/shop-3: DeploymentFailedError: v2 does not start." in stopped.notice["message"]
    assert "execution:BeanstalkBlueGreen-dev:fleet-d-3-shop-3-1" in stopped.notice["message"]
    assert "Not begun: shop/shop-4, shop/shop-5." in stopped.notice["message"]
    assert re.search(r"  aws stepfunctions redrive-execution .* --region us-east-1\n", stopped.notice["message"])
    assert "Failed: shop/shop-3. Not begun: shop/shop-4, shop/shop-5." in stop_cause(stopped)
    assert stopped.to_json()["group"] == []


def test_fewer_failures_than_allowed_do_not_stop_the_fleet_but_it_does_not_succeed() -> None:
    state = fleet(stop_after_failures=2, at_once=5)
    state = judged(state, 1)
    assert state.next_step == FleetStep.WAVE
    state = judged(judged(state))
    assert (state.next_step, len(state.in_state(ReleaseProgress.FAILED))) == (FleetStep.STOP, 1)


def test_a_release_that_succeeded_although_its_answer_was_lost_counts_as_released() -> None:
    assert judged(fleet(), 1, executions=ended(1, "SUCCEEDED")).releases[0].state == ReleaseProgress.RELEASED


@pytest.mark.parametrize(
    ("status", "reason"),
    [("ABORTED", "ABORTED: the execution is ABORTED"), ("RUNNING", "RUNNING: the execution is RUNNING")],
)
def test_an_execution_that_was_stopped_or_runs_on_counts_as_failed(status: str, reason: str) -> None:
    found = judged(fleet(), 1, executions=ended(1, status)).releases[0]
    assert (found.state, found.reason) == (ReleaseProgress.FAILED, reason)


def test_a_release_without_a_result_or_an_execution_counts_as_failed() -> None:
    found = judge_group(fleet(), [], visit("spring"), FakeExecutions(), MACHINE).releases[0]
    assert (found.state, found.execution) == (ReleaseProgress.FAILED, "")
    assert "Map Run" in found.reason


def test_with_approval_the_next_wave_waits_for_a_person() -> None:
    asked = judged(fleet(approval=True))
    assert asked.next_step == FleetStep.APPROVE
    assert "after your approval" in asked.notice["message"]


def test_what_a_thousand_failures_add_to_the_state_is_bounded() -> None:
    (one, *_) = fleet().releases
    many = fleet(at_once=1000, stop_after_failures=1000)
    many = replace(many, releases=tuple(replace(one, number=number) for number in range(1, 1001)))
    results = [
        {"number": number, "name": "", "succeeded": False, "error": "Some" * 99, "cause": "\n'" * 9_000}
        for number in range(1, 1001)
    ]
    stopped = judge_group(many, results, visit("spring"), FakeExecutions(), MACHINE)
    assert len(json.dumps(stopped.to_json())) - many.state_bytes < 60_000
    assert sum(bool(each.reason) for each in stopped.releases) == 20
    assert len(stopped.notice["message"]) < 20_000
    assert len(stop_cause(stopped)) < 10_000
    assert len(stopped.notice["subject"]) <= 100


def test_of_a_hundred_in_waves_of_1_10_and_89_the_40th_stops_the_fleet_in_its_group() -> None:
    (one, *_) = fleet().releases
    releases = tuple(
        replace(one, number=number, wave=1 if number == 1 else 2 if number <= 11 else 3) for number in range(1, 101)
    )
    state = replace(fleet(at_once=20), releases=releases)
    while state.next_step in {FleetStep.RELEASE, FleetStep.WAVE}:
        state = judged(state, 40)
    assert state.next_step == FleetStep.STOP
    assert {each: len(state.in_state(each)) for each in ReleaseProgress} == {
        "left": 49,
        "unchanged": 0,
        "released": 50,
        "failed": 1,
    }
    assert state.notice["subject"] == "Fleet spring stopped in wave 3 of 3: 50 released, 1 failed, 49 left"
