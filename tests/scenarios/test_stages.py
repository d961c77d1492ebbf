"""Every stage fails once: users are served, a redrive fails the same way, and one without the cause succeeds."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

import pytest

from rehearsal.traffic import Traffic
from tests.support.failing_stages import FAILING_STAGES, FailingStage, until_all_healthy
from tests.support.shop import FinishedRelease, ScenarioShop
from tests.support.testbed import ScenarioTestbed


@dataclass(frozen=True)
class PlayedStage:
    """The release that failed, its redrives, and its traffic."""

    shop: ScenarioShop
    release: FinishedRelease
    served_then: list[str]
    again: list[FinishedRelease]
    succeeded: FinishedRelease
    traffic: Traffic


def play(testbed: ScenarioTestbed, case: FailingStage) -> PlayedStage:
    shop = testbed.open_shop()
    case.harm(shop)
    request = {key: value(shop) if callable(value) else value for key, value in case.request.items()}
    with shop.traffic() as traffic:
        arn = shop.start(case.version, **request)
        case.meanwhile(shop, arn)
        release = testbed.follow(arn)
        testbed.until(lambda: len(traffic.last_served_by) == 1, "all users to be served by one environment")
        served_then = traffic.last_served_by
        again = [testbed.redrive(release) for _ in range(case.failing_redrives)]
        case.repair(shop)
        succeeded = testbed.redrive(release)
        testbed.until(lambda: shop.environments() == [shop.blue], "green to be gone")
    return PlayedStage(shop, release, served_then, again, succeeded, traffic)


@pytest.fixture(scope="module")
def played(testbed: ScenarioTestbed) -> Iterator[Callable[[str], PlayedStage]]:
    with testbed.durations(configure=600):
        futures: Mapping[str, Future[PlayedStage]] = testbed.play(
            {name: partial(play, testbed, case) for name, case in FAILING_STAGES.items()}
        )
        yield lambda name: futures[name].result()


@pytest.mark.parametrize("name", FAILING_STAGES)
def test_a_stage_that_fails_says_why(played: Callable[[str], PlayedStage], name: str) -> None:
    case, release = FAILING_STAGES[name], played(name).release
    assert (release.status, release.error, release.failed_in) == ("FAILED", case.error, case.failed_in)
    assert case.words in release.cause


@pytest.mark.parametrize("name", FAILING_STAGES)
def test_users_are_served_by_a_good_version_then(played: Callable[[str], PlayedStage], name: str) -> None:
    found = played(name)
    role, version = FAILING_STAGES[name].serving
    assert found.served_then == [f"{getattr(found.shop, role)}/{version}"]
    assert found.traffic.failed == []


@pytest.mark.parametrize("name", [name for name, case in FAILING_STAGES.items() if case.failing_redrives])
def test_a_redrive_with_the_cause_still_there_fails_the_same_way_any_number_of_times(
    played: Callable[[str], PlayedStage], name: str
) -> None:
    first = played(name).release
    for again in played(name).again:
        assert (again.status, again.error, again.failed_in) == ("FAILED", first.error, first.failed_in)


@pytest.mark.parametrize("name", FAILING_STAGES)
def test_a_redrive_without_the_cause_succeeds_and_leaves_nothing_behind(
    played: Callable[[str], PlayedStage], name: str
) -> None:
    found = played(name)
    assert found.succeeded.status == "SUCCEEDED", found.succeeded.cause
    assert found.traffic.last_served_by == [f"{found.shop.blue}/{FAILING_STAGES[name].version}"]
    assert found.shop.versions == {found.shop.blue: FAILING_STAGES[name].version}


# --- stages with a setting of their own


def test_verify_release_fails_as_long_as_the_health_check_does(testbed: ScenarioTestbed) -> None:
    shop, other = testbed.open_shop(), testbed.open_shop()
    other.register("broken", "answers_only_root")
    other.deploy(other.blue, "broken")
    url = f"http://{other.cname}/healthz"
    with shop.traffic() as traffic:
        release = shop.release("v2", health_check={"url": url, "attempts": 2, "interval_seconds": 0})
        assert traffic.last_served_by == [f"{shop.green}/v1"]
        again = testbed.redrive(release)
        other.deploy(other.blue, "v1")
        succeeded = testbed.redrive(again)
    assert (release.error, release.failed_in) == ("ReleaseTestFailedError", "VerifyRelease")
    assert f"{url} to answer 200. Found 500, 500" in release.cause
    assert (again.error, again.failed_in) == (release.error, release.failed_in)
    assert succeeded.status == "SUCCEEDED", succeeded.cause
    assert traffic.failed == []
    assert shop.versions == {shop.blue: "v2"}


def test_swaps_that_take_longer_than_their_time_out_fail_and_a_redrive_goes_on_from_them(
    testbed: ScenarioTestbed,
) -> None:
    shop = testbed.open_shop()
    short = {"timeouts": {"swap_traffic": 40}}
    with shop.traffic() as traffic:
        with testbed.durations(swap=200):
            to_green = shop.release("v2", **short)
        until_all_healthy(shop)
        released = testbed.redrive(to_green)
        arn = shop.started("AwaitRelease", "v1", **short)
        with testbed.durations(swap=200):
            to_blue = testbed.follow(arn)
        until_all_healthy(shop)
        succeeded = testbed.redrive(to_blue)
    assert (to_green.error, to_green.failed_in) == ("WaitTimedOutError", "AwaitGreenLive")
    assert released.status == "SUCCEEDED", released.cause
    assert (to_blue.error, to_blue.failed_in) == ("WaitTimedOutError", "AwaitBlueLive")
    assert succeeded.status == "SUCCEEDED", succeeded.cause
    assert traffic.failed == []
    assert shop.versions == {shop.blue: "v1"}


def test_a_termination_that_takes_longer_than_its_time_out_fails_and_a_redrive_finds_green_gone(
    testbed: ScenarioTestbed,
) -> None:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        with testbed.durations(terminate=200):
            release = shop.release("v2", timeouts={"terminate_green": 60})
        testbed.until(lambda: shop.environments() == [shop.blue], "green to be gone")
        succeeded = testbed.redrive(release)
    assert (release.error, release.failed_in) == ("WaitTimedOutError", "AwaitTermination")
    assert "to be Terminated, within 60 seconds" in release.cause
    assert succeeded.status == "SUCCEEDED", succeeded.cause
    assert traffic.failed == []
    assert shop.versions == {shop.blue: "v2"}
