"""A state looks when what it waits for can be done, and every few seconds near the end."""

import time
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from lambdas import waiter
from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.snapshot import Snapshot
from lambdas.aws.snapshots import Snapshots
from lambdas.deployment import Deployment
from lambdas.errors import EnvironmentNotReadyError, EnvironmentReadySoonError
from lambdas.handler import Event
from lambdas.look_times import AFTER_SWAP, CROWD, LAUNCH, SOON, SOON_SECONDS, TERMINATION, UPDATE, LookTimes
from lambdas.stages.watch_release import FRESH_SECONDS, _fresh
from lambdas.visit import Visit
from tests.support.s3 import FakeS3
from tests.support.stages import Release

TIMES = LookTimes(early=(30, 60), due=100, due_basic=80, before_health=25, often=8, late=200, rare=40)


def ages_of_looks(
    times: LookTimes, release: Release, status: str | None, until: int, endpoint: str = "name.example"
) -> list[int]:
    """Return the ages at which a state looks that is called each second.

    `status`, `endpoint`: the health of green and the endpoint of both in each look.
    """
    one = replace(release.look("shop-prod"), health_status=status, endpoint=endpoint)
    deployment, entered = replace(release.plan(), green_id="e-green"), release.account.now()
    blue = {deployment.blue_id: one}
    snapshot, found = Snapshot(blue, entered), []
    for age in range(until):
        now = entered + timedelta(seconds=age)
        fresh = times.fresh(deployment, replace(release.visit(since=entered), now=now), snapshot)
        if (now - max(snapshot.made, entered)).total_seconds() >= fresh:
            snapshot = Snapshot({**blue, "e-green": one}, now)
            found.append(age)
    return found


def test_a_state_looks_seldom_until_its_operation_is_due_and_after_it_is_late(release: Release) -> None:
    assert ages_of_looks(TIMES, release, "Pending", 300) == [30, 60, 100, 125, 150, 175, 215, 255, 295]


def test_a_state_looks_often_once_the_health_of_green_is_known(release: Release) -> None:
    """Recorded launches ended 11 to 55 seconds after that: lambdas/look_times.py, emulator/beanstalk/durations.py."""
    assert ages_of_looks(TIMES, release, "Ok", 50) == [30, 38, 46]


def test_under_basic_health_reporting_a_state_looks_often_from_when_a_fast_launch_ends(release: Release) -> None:
    assert ages_of_looks(TIMES, release, None, 100) == [30, 60, 80, 88, 96]


def test_in_a_crowd_all_look_seldom(release: Release) -> None:
    """Those which find the same look at the same moment would act in the same moment, each with a look of its own."""
    one, visit = replace(release.look("shop-prod"), status="Updating"), release.visit()
    many = [Snapshot({f"e-{number}": one for number in range(count)}) for count in (CROWD, CROWD + 1)]
    assert [TIMES.fresh(release.plan(), visit, each) == TIMES.rare for each in many] == [False, True]


def test_a_state_that_was_redriven_does_not_wait_until_its_operation_is_due(release: Release) -> None:
    entered = release.account.now()
    visit = replace(release.visit(since=entered), redriven=entered, redrives=1)
    assert TIMES.fresh(release.plan(), visit, Snapshot()) == TIMES.rare


@pytest.mark.parametrize("times", [AFTER_SWAP, LAUNCH, UPDATE, TERMINATION])
def test_the_ages_are_in_order(times: LookTimes) -> None:
    assert [*times.early, times.due, times.late] == sorted([*times.early, times.due, times.late])
    assert times.often <= times.rare


@pytest.mark.parametrize(("times", "longest"), [(LAUNCH, 30), (UPDATE, 15), (TERMINATION, 30)])
def test_operations_of_a_single_instance_are_seen_as_soon_as_by_looks_of_one_pace(
    release: Release, times: LookTimes, longest: int
) -> None:
    """They may take a minute: there is no load balancer to make."""
    ages = ages_of_looks(times, release, "Pending", int(times.due), endpoint="192.0.2.1")
    assert ages == list(range(longest, int(times.due), longest))


@pytest.mark.parametrize(("times", "longest"), [(LAUNCH, 75), (UPDATE, 30)])
def test_what_fails_before_it_is_due_is_seen_early(times: LookTimes, longest: int) -> None:
    """During an update green serves users, and people are told when it turns sick."""
    assert max(later - earlier for earlier, later in pairwise([0, *times.early, times.due])) <= longest


@pytest.fixture
def waiting(release: Release, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that calls a handler which is not ready, in a state of that age."""
    client: Any = FakeS3("bucket")
    monkeypatch.setattr(waiter, "connect_beanstalk", lambda: release.beanstalk)
    monkeypatch.setattr(waiter, "connect_snapshots", lambda: Snapshots(client, "bucket", "snapshot"))
    monkeypatch.setattr(time, "time", lambda: release.account.now().timestamp())
    deployment, entered = release.plan().to_json(), release.account.now()

    def call(age: float, seconds_left: float = float("inf"), **keys: Any) -> type[EnvironmentNotReadyError]:
        @waiter.waiter(times=TIMES)
        def handler(_d: Deployment, _v: Visit, _e: Event, _b: Beanstalk) -> Deployment:
            raise EnvironmentNotReadyError(expected="this", found="that", next_step="", seconds_left=seconds_left)

        release.wait(age - (release.account.now() - entered).total_seconds())
        context = {
            "Execution": {"Id": release.visit().execution, "StartTime": entered.isoformat()},
            "State": {"Name": "AwaitGreen", "EnteredTime": entered.isoformat()},
        }
        with pytest.raises(EnvironmentNotReadyError) as raised:
            handler({"deployment": deployment, "context": context, **keys}, None)
        return raised.type

    return call


def test_a_wait_is_looked_at_every_few_seconds_when_its_end_may_be_near(waiting: Any) -> None:
    near = [age for age in range(70, 230, 10) if waiting(age, **{SOON: True}) is EnvironmentReadySoonError]
    assert (near[0], near[-1]) == (TIMES.due - SOON_SECONDS, TIMES.late - 10)


def test_a_wait_whose_end_is_known_is_looked_at_every_few_seconds_before_it(waiting: Any) -> None:
    assert waiting(40, SOON_SECONDS + 1, **{SOON: True}) is EnvironmentNotReadyError
    assert waiting(71, SOON_SECONDS, **{SOON: True}) is EnvironmentReadySoonError


def test_an_execution_of_an_older_definition_gets_the_error_that_it_retries(waiting: Any) -> None:
    """Functions are replaced while executions go on by the definition that they began with."""
    assert waiting(TIMES.due, SOON_SECONDS) is EnvironmentNotReadyError


def test_the_last_look_of_the_watch_is_from_after_its_end(release: Release) -> None:
    deployment, entered = release.plan(), release.account.now()

    def fresh(age: float) -> float:
        visit = replace(release.visit(since=entered), now=entered + timedelta(seconds=age))
        return _fresh(deployment, visit, Snapshot())

    end = deployment.bake_seconds
    assert fresh(end - 1) == FRESH_SECONDS
    assert fresh(end + 6) == 6
    assert fresh(end + 100) == FRESH_SECONDS
