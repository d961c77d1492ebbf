"""A fleet in virtual time stops at the release that fails, and ends well after a redrive with the corrected version."""

from collections import Counter
from dataclasses import replace

import pytest

from lambdas.fleet import FleetStep
from tools.bench.account import bench_account
from tools.bench.fleet import FleetRun, run_fleet
from tools.bench.fleet_report import problems, summary
from tools.bench.users import BenchUsers

NUMBER = 9


@pytest.fixture(scope="module")
def run() -> FleetRun:
    """Nine environments in waves of 1, 2 and 6. The fifth one has a version that does not start."""
    return run_fleet(NUMBER, 5, waves=[1, 2], at_once=3)


def test_the_group_with_the_bad_version_ends_and_no_other_one_begins(run: FleetRun) -> None:
    assert run.stopped.next_step == FleetStep.STOP
    assert Counter(str(each.state) for each in run.stopped.releases) == {"released": 5, "failed": 1, "left": 3}


def test_the_redrive_releases_what_failed_and_what_was_left_and_nothing_twice(run: FleetRun) -> None:
    """The names say so: a release that was made has attempt 1 only."""
    attempts = Counter(name.rpartition("-")[2] for name in run.bench.started)
    assert (run.ended.next_step, attempts) == (FleetStep.DONE, {"1": 6, "2": 4})
    assert list(problems(run)) == []


def test_no_user_of_any_environment_meets_a_failure(run: FleetRun) -> None:
    assert run.users.failed == []
    assert run.users.requests > NUMBER * 500


def test_people_hear_once_of_each_wave(run: FleetRun) -> None:
    assert run.bench.messages == [
        "Fleet fleet ended wave 1 of 3: 1 released, 0 failed, 8 left",
        "Fleet fleet ended wave 2 of 3: 3 released, 0 failed, 6 left",
        "Fleet fleet stopped in wave 3 of 3: 5 released, 1 failed, 3 left",
        "Fleet fleet ended wave 3 of 3: 9 released, 0 failed",
    ]
    assert list(summary(run))[:-1] == run.bench.messages


def test_a_fleet_that_does_not_stop_or_does_not_end_well_is_reported(run: FleetRun) -> None:
    assert [each.partition(". Found")[0] for each in problems(replace(run, stopped=run.ended))] == [
        f"Expected the fleet to stop since {run.bad} failed",
        "Expected releases that had not begun when the fleet stopped",
    ]
    assert "not released" in " ".join(problems(replace(run, ended=run.stopped)))


def test_users_notice_errors_of_the_environment_that_serves() -> None:
    with bench_account(1) as account:
        users = BenchUsers(account)
        with users.asking():
            account.memory.advance(30)
            account.memory.hostings["app1-prod"].order = 500
            account.memory.advance(12)
    assert (users.requests, len(users.failed)) == (8, 2)
