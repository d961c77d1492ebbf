"""Releases on an Elastic Beanstalk whose answers are old, or are lost.

A stale answer shows an older state, never a newer one.
"""

from dataclasses import replace

import pytest

from lambdas.deployment import NextStep
from lambdas.errors import EnvironmentNotReadyError
from tests.support.in_memory import VirtualBeanstalk
from tests.support.release_runs import ReleaseRun
from tests.support.stages import PRODUCTION, Release

LARGEST_AGE = 59.0


@pytest.fixture
def run(account: VirtualBeanstalk, release: Release) -> ReleaseRun:
    return ReleaseRun(account, release)


def holder(release: Release) -> str:
    release.account.memory.set_faults()
    release.account.service.stale_reads.set(0)
    (name,) = [each.name for each in release.beanstalk.environments_in("shop") if each.cname == PRODUCTION]
    return name


def acts(release: Release) -> dict[str, int]:
    """Return how often each change was asked for, except those of the fixture."""
    names = ("CreateEnvironment", "UpdateEnvironment", "SwapEnvironmentCNAMEs", "TerminateEnvironment")
    return {name: release.calls(name) - (name == "CreateEnvironment") for name in names}


@pytest.mark.parametrize("seed", range(12))
def test_a_release_succeeds_whose_every_answer_has_an_age_of_its_own(run: ReleaseRun, seed: int) -> None:
    run.account.service.stale_reads.set(LARGEST_AGE, seed)
    run.all()
    assert holder(run.release) == "shop-prod"
    assert run.release.look("shop-prod").version == "v2"
    assert not run.release.stands("shop-prod-green")
    assert acts(run.release)["SwapEnvironmentCNAMEs"] == 2
    assert acts(run.release)["TerminateEnvironment"] == 1


@pytest.mark.parametrize("age", [1, 10, 30, LARGEST_AGE])
def test_a_release_succeeds_whose_answers_are_all_as_old(run: ReleaseRun, age: float) -> None:
    run.account.order_stale_reads(age=age)
    run.all()
    assert holder(run.release) == "shop-prod"
    assert run.release.look("shop-prod").version == "v2"
    assert acts(run.release)["SwapEnvironmentCNAMEs"] == 2


@pytest.mark.parametrize("kind", ["error_after", "reset_after"])
@pytest.mark.parametrize("swap", [1, 2])
@pytest.mark.parametrize("age", [10, LARGEST_AGE])
def test_a_swap_whose_answer_is_lost_is_not_repeated_although_looks_are_stale(
    run: ReleaseRun, kind: str, swap: int, age: float
) -> None:
    lost = {"kind": kind, "service": "elasticbeanstalk", "action": "SwapEnvironmentCNAMEs", "call": swap}
    stale = {"kind": "stale", "service": "elasticbeanstalk", "age": age, "for_seconds": 1e9}
    run.account.memory.set_faults(lost, stale)
    run.all()
    assert holder(run.release) == "shop-prod"
    assert acts(run.release)["SwapEnvironmentCNAMEs"] == 2


def test_the_swap_to_blue_is_made_although_looks_are_from_before_the_swap_to_green(run: ReleaseRun) -> None:
    run.account.service.durations.set({"update": 1})
    deployment = run.deploy(replace(run.to_green(), drain_seconds=0))
    run.account.order_stale_reads(age=50)
    run.swap(deployment, "blue")
    assert holder(run.release) == "shop-prod"
    assert acts(run.release)["SwapEnvironmentCNAMEs"] == 2


@pytest.mark.parametrize("kind", ["error_after", "reset_after"])
@pytest.mark.parametrize("age", [10, LARGEST_AGE])
def test_a_termination_whose_answer_is_lost_does_not_end_the_release(run: ReleaseRun, kind: str, age: float) -> None:
    lost = {"kind": kind, "service": "elasticbeanstalk", "action": "TerminateEnvironment", "call": 1}
    stale = {"kind": "stale", "service": "elasticbeanstalk", "age": age, "for_seconds": 1e9}
    run.account.memory.set_faults(lost, stale)
    run.all()
    assert holder(run.release) == "shop-prod"
    assert not run.release.stands("shop-prod-green")


@pytest.mark.parametrize("seed", range(6))
def test_users_of_a_bad_release_get_green_back_by_one_swap(run: ReleaseRun, seed: int) -> None:
    run.account.service.stale_reads.set(LARGEST_AGE, seed)
    deployment = run.swap(run.deploy(run.to_green()), "blue")
    run.states.append("WatchRelease")
    began = run.account.now()
    outcome = run.recover(deployment)
    assert "shop-prod-green" in outcome.served_by
    assert holder(run.release) == "shop-prod-green"
    assert acts(run.release)["SwapEnvironmentCNAMEs"] == 3
    assert (run.account.now() - began).total_seconds() <= 200


def test_the_swap_back_is_not_delayed_when_the_look_shows_the_last_swap(run: ReleaseRun) -> None:
    deployment = run.swap(run.deploy(run.to_green()), "blue")
    run.states.append("WatchRelease")
    before = run.release.calls("SwapEnvironmentCNAMEs")
    began = run.account.now()
    run.recover(deployment)
    swapped = run.release.beanstalk.events(run.release.look("shop-prod")).last_swap_start
    assert run.release.calls("SwapEnvironmentCNAMEs") == before + 1
    assert swapped is not None
    assert (swapped - began).total_seconds() < 1


@pytest.mark.parametrize("state", ["SwapToGreen", "AwaitGreenLive"])
def test_green_is_not_removed_by_a_look_from_before_the_swap(run: ReleaseRun, state: str) -> None:
    deployment = run.to_green()
    run.account.order_stale_reads(age=LARGEST_AGE)
    run.states.append(state)
    outcome = run.recover(deployment)
    assert outcome.left_over == "shop-prod-green, which the next run removes"
    assert holder(run.release) == "shop-prod", "both are fit, and green is temporary"
    assert acts(run.release)["SwapEnvironmentCNAMEs"] == 2
    assert acts(run.release)["TerminateEnvironment"] == 0


@pytest.mark.parametrize("state", ["AwaitRelease", "VerifyRelease"])
def test_users_of_green_are_not_given_to_blue_by_a_look_from_before_the_swap(run: ReleaseRun, state: str) -> None:
    deployment = run.to_green()
    run.account.order_stale_reads(age=LARGEST_AGE)
    run.states.append(state)
    run.recover(deployment)
    assert holder(run.release) == "shop-prod-green"
    assert acts(run.release)["SwapEnvironmentCNAMEs"] == 1


def test_the_next_execution_does_not_act_on_what_was_before_the_last_swap(run: ReleaseRun) -> None:
    deployment = run.swap(run.deploy(run.to_green()), "blue")
    run.states.append("WatchRelease")
    run.recover(deployment)  # green serves v1, since a moment ago
    run.account.order_stale_reads(age=LARGEST_AGE)
    with pytest.raises(EnvironmentNotReadyError, match="to be 60 seconds ago"):
        run.release.terminate(deployment, started=run.account.now())
    after = ReleaseRun(run.account, run.release, "after")
    after.all()
    assert holder(run.release) == "shop-prod"
    assert acts(run.release)["SwapEnvironmentCNAMEs"] == 4


def test_blue_is_drained_although_plan_does_not_see_the_last_swap(run: ReleaseRun) -> None:
    deployment = run.swap(run.deploy(run.to_green()), "blue")
    run.states.append("WatchRelease")
    run.release.wait(200)
    run.recover(deployment)  # users go to green; those with old DNS answers reach blue for a while
    swapped = run.release.beanstalk.events(run.release.look("shop-prod")).last_swap
    assert swapped is not None
    run.account.order_stale_reads(action="DescribeEvents", age=80)
    after = ReleaseRun(run.account, run.release, "after")
    planned = after.plan(version="v1")
    assert planned.next_step == NextStep.DEPLOY
    assert planned.drain_until < swapped.isoformat(), "Plan sees an older swap only"
    run.account.order_stale_reads(action="DescribeEvents", age=LARGEST_AGE)
    after.deploy(planned)
    run.account.memory.set_faults()
    update = run.release.beanstalk.events(run.release.look("shop-prod")).last_operation
    assert update.began is not None
    assert (update.began - swapped).total_seconds() >= planned.drain_seconds
