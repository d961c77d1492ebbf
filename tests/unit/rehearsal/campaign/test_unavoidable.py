"""Failed requests that nobody could avoid, and those that a release could have avoided."""

from dataclasses import replace
from typing import Any

import pytest

from rehearsal.campaign.acts import Act
from rehearsal.campaign.plan import Intervention, Role
from rehearsal.campaign.rules import violations
from rehearsal.campaign.run_evidence import RunEvidence
from rehearsal.campaign.unavoidable import SLACK
from tests.support.campaign_runs import (
    BLUE,
    CLOCK,
    GOOD_RUN,
    GREEN,
    REQUESTS,
    SUCCEEDED,
    SWAPPED,
    TERMINATED,
    TESTED,
    UPDATED,
    course,
    entered,
    event,
    history,
)

STARTED, ENDED = event(-200, "ExecutionStarted"), event(200, "ExecutionSucceeded")
RESCUED = SLACK + 330 * CLOCK.scale
"""Real seconds in which users must be elsewhere."""


def act(kind: Intervention, role: Role, at: float, *, live: bool = True, until: float | None = None) -> Act:
    end = None if until is None else TESTED + until
    return Act(kind, role, BLUE if role == "blue" else GREEN, TESTED + at, live, end)


def run_with(sickness: Act, states: tuple[dict[str, Any], ...], *happenings: tuple[float, str, str]) -> RunEvidence:
    """Return a good run in which that happened, without its requests."""
    execution = history(SUCCEEDED, events=(STARTED, *states, ENDED))
    return replace(
        GOOD_RUN, acts=[sickness], executions=[execution], course=course(*happenings), requests=[], ended=TESTED + 200
    )


def failed_at(evidence: RunEvidence, seconds: float, environment: str, version: str = "r1") -> bool:
    """Return whether a request that fails then breaks a rule."""
    request = replace(REQUESTS[0], at=TESTED + seconds, answered_by=f"{environment}/{version}", failure="status 500")
    return any("requests failed" in found for found in violations(replace(evidence, requests=[request])))


def test_users_of_a_sick_green_must_be_on_an_untouched_blue_soon() -> None:
    drain = (entered("DrainBlue", -100),)
    run = run_with(act(Intervention.SICK, "green", -90), drain, (-101, BLUE, SWAPPED))
    assert not failed_at(run, -89, GREEN)
    assert failed_at(run, -90 + RESCUED + 1, GREEN)
    assert failed_at(run, -89, BLUE), "blue is not sick"
    assert failed_at(run, -91, GREEN + "x")


def test_users_of_a_sick_green_cannot_leave_it_while_blue_is_deployed_to() -> None:
    deploying = (entered("DrainBlue", -100), entered("DeployRelease", -96))
    run = run_with(act(Intervention.SICK, "green", -90), deploying, (-101, BLUE, SWAPPED), (-95, BLUE, UPDATED))
    assert not failed_at(run, -90 + RESCUED + 10, GREEN)


def test_the_time_of_functions_does_not_count() -> None:
    slow = (entered("DrainBlue", -100), event(-89, "TaskScheduled"), event(-60, "TaskSucceeded"))
    run = run_with(act(Intervention.SICK, "green", -90), slow, (-101, BLUE, SWAPPED))
    assert not failed_at(run, -60, GREEN)
    assert failed_at(run, -60 + RESCUED + 1, GREEN)


def test_users_of_a_sick_blue_must_be_on_green_soon_while_green_stands_by() -> None:
    watch = (entered("WatchRelease", 5),)
    run = run_with(act(Intervention.SICK, "blue", 10), watch)
    assert not failed_at(run, 11, BLUE, "r2")
    assert failed_at(run, 10 + RESCUED + 1, BLUE, "r2")
    terminated = run_with(act(Intervention.SICK, "blue", 10), watch, (9, GREEN, TERMINATED))
    assert not failed_at(terminated, 10 + RESCUED + 1, BLUE, "r2")


def test_a_sickness_that_ends_is_no_excuse_for_long() -> None:
    run = run_with(act(Intervention.SICK, "blue", 10, until=20), (), (9, GREEN, TERMINATED))
    assert not failed_at(run, 21, BLUE, "r2")
    assert failed_at(run, 20 + 300 * CLOCK.scale + SLACK + 1, BLUE, "r2")


@pytest.mark.parametrize("kind", [Intervention.WARN, Intervention.EDIT_TAGS, Intervention.SWAP])
def test_a_warning_and_people_who_change_no_instance_are_no_excuse(kind: Intervention) -> None:
    assert failed_at(run_with(act(kind, "green", 10), ()), 11, GREEN)


def test_nobody_can_serve_after_the_environment_that_serves_was_terminated() -> None:
    run = run_with(act(Intervention.TERMINATE, "green", -90), (), (-101, BLUE, SWAPPED))
    assert run.lost
    assert not failed_at(run, 100, GREEN)


SEVERE = "Environment health has transitioned from Ok to Severe."
SWAP_TO_GREEN = (-101, BLUE, SWAPPED)
GOES_ON = "was updated while users were on a sick"
ENDED_WELL = "ended well while it was sick"


def decisions(evidence: RunEvidence) -> str:
    """Return the violations, as one text."""
    return " ".join(violations(evidence))


def test_an_untouched_blue_is_not_updated_while_users_are_on_a_sick_green() -> None:
    sick, drain = act(Intervention.SICK, "green", -90), (entered("DrainBlue", -100), entered("DeployRelease", -50))
    late = run_with(sick, drain, SWAP_TO_GREEN, (-80, GREEN, SEVERE), (-50, BLUE, UPDATED))
    assert GOES_ON in decisions(late)
    just_then = run_with(sick, drain, SWAP_TO_GREEN, (-50.1, GREEN, SEVERE), (-50, BLUE, UPDATED))
    assert GOES_ON not in decisions(just_then)
    both_sick = run_with(sick, drain, SWAP_TO_GREEN, (-80, GREEN, SEVERE), (-60, BLUE, SEVERE), (-50, BLUE, UPDATED))
    assert GOES_ON not in decisions(both_sick)


def test_a_watch_does_not_end_well_on_a_sick_blue() -> None:
    watch = (entered("WatchRelease", 5), entered("TerminateGreen", 60))
    assert ENDED_WELL in decisions(run_with(act(Intervention.SICK, "blue", 10), watch, (20, BLUE, SEVERE)))
    recovered = (40, BLUE, "Environment health has transitioned from Severe to Ok.")
    assert ENDED_WELL not in decisions(
        run_with(act(Intervention.SICK, "blue", 10), watch, (20, BLUE, SEVERE), recovered)
    )
