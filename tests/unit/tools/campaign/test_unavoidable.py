"""Failed requests that nobody could avoid, and those that a release could have avoided."""

from dataclasses import replace

import pytest

from tests.support.campaign_runs import BLUE, CLOCK, GOOD_RUN, GREEN, REQUESTS, SWAPPED, TESTED, course
from tools.campaign.acts import Act
from tools.campaign.plan import Intervention, Role
from tools.campaign.rules import SLACK, violations
from tools.campaign.run_evidence import RunEvidence

REPLACED = SLACK + 300 * CLOCK.scale
"""Real seconds until an environment that was struck answers again."""


def run_with(
    kind: Intervention, role: Role, at: float, *, live: bool = True, until: float | None = None
) -> RunEvidence:
    """Return a good run in which that happened, without its requests."""
    end = None if until is None else TESTED + until
    act = Act(kind, role, BLUE if role == "blue" else GREEN, TESTED + at, live, end)
    return replace(GOOD_RUN, acts=[act], course=course((-101, BLUE, SWAPPED)), requests=[])


def failed_at(evidence: RunEvidence, seconds: float, environment: str | None) -> bool:
    """Return whether a request that fails then breaks a rule."""
    answered_by = environment and f"{environment}/r1"
    request = replace(REQUESTS[0], at=TESTED + seconds, answered_by=answered_by, failure="status 500")
    return any("requests failed" in found for found in violations(replace(evidence, requests=[request])))


def test_a_sick_environment_may_fail_and_no_other_one() -> None:
    run = run_with(Intervention.SICK, "green", -90)
    assert not failed_at(run, -89, GREEN)
    assert not failed_at(run, -89, None)
    assert failed_at(run, -89, BLUE)
    assert failed_at(run, -92, GREEN)


def test_a_sickness_that_ends_is_no_excuse_for_long() -> None:
    run = run_with(Intervention.SICK, "blue", 10, until=20)
    assert not failed_at(run, 21, BLUE)
    assert failed_at(run, 20 + REPLACED + 1, BLUE)


@pytest.mark.parametrize("kind", [Intervention.LOSE, Intervention.DEPLOY, Intervention.CONFIGURE])
def test_an_environment_that_is_replaced_or_changed_may_fail_until_it_is_ready(kind: Intervention) -> None:
    run = run_with(kind, "blue", 10)
    assert not failed_at(run, 11, BLUE)
    assert failed_at(run, 10 + REPLACED + 1, BLUE)


@pytest.mark.parametrize("kind", [Intervention.WARN, Intervention.EDIT_TAGS, Intervention.SWAP])
def test_a_warning_and_people_who_change_no_instance_are_no_excuse(kind: Intervention) -> None:
    assert failed_at(run_with(kind, "green", 10), 11, GREEN)


def test_nobody_can_serve_after_the_environment_that_serves_was_terminated() -> None:
    run = run_with(Intervention.TERMINATE, "green", -90)
    assert run.lost
    assert not failed_at(run, 100, GREEN)


def test_clients_leave_an_environment_that_was_terminated_beside_the_one_that_serves() -> None:
    run = run_with(Intervention.TERMINATE, "green", 10, live=False)
    expires = GOOD_RUN.dns_ttl * CLOCK.scale + SLACK
    assert not failed_at(run, 10 + expires - 1, GREEN)
    assert failed_at(run, 10 + expires + 1, GREEN)
