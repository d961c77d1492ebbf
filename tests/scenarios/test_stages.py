"""Every stage fails once: users are served, a redrive with the cause still there fails the same way, and one without it
succeeds."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

import pytest

from tests.support.failing_stages import CASES, Case, await_both
from tests.support.shop import Release, Shop, Users
from tests.support.testbed import Testbed


@dataclass(frozen=True)
class Played:
    """What came of it."""

    shop: Shop
    release: Release
    served_then: list[str]
    again: list[Release]
    succeeded: Release
    users: Users


def play(testbed: Testbed, case: Case) -> Played:
    shop = testbed.open()
    case.harm(shop)
    request = {key: value(shop) if callable(value) else value for key, value in case.request.items()}
    with shop.users() as users:
        arn = shop.start(case.version, **request)
        case.meanwhile(shop, arn)
        release = testbed.follow(arn)
        testbed.until(lambda: len(users.last_served_by) == 1, "all users to be served by one environment")
        served_then = users.last_served_by
        again = [testbed.redrive(release) for _ in range(case.in_vain)]
        case.repair(shop)
        succeeded = testbed.redrive(release)
        testbed.until(lambda: shop.environments() == [shop.blue], "green to be gone")
    return Played(shop, release, served_then, again, succeeded, users)


@pytest.fixture(scope="module")
def played(testbed: Testbed) -> Iterator[Callable[[str], Played]]:
    with testbed.durations(configure=600):
        futures: Mapping[str, Future[Played]] = testbed.play(
            {name: partial(play, testbed, case) for name, case in CASES.items()}
        )
        yield lambda name: futures[name].result()


@pytest.mark.parametrize("name", CASES)
def test_a_stage_that_fails_says_why(played: Callable[[str], Played], name: str) -> None:
    case, release = CASES[name], played(name).release
    assert (release.status, release.error, release.failed_in) == ("FAILED", case.error, case.failed_in)
    assert case.words in release.cause


@pytest.mark.parametrize("name", CASES)
def test_users_are_served_by_a_good_version_then(played: Callable[[str], Played], name: str) -> None:
    found = played(name)
    role, version = CASES[name].serving
    assert found.served_then == [f"{getattr(found.shop, role)}/{version}"]
    assert found.users.failed == []


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.in_vain])
def test_a_redrive_with_the_cause_still_there_fails_the_same_way_any_number_of_times(
    played: Callable[[str], Played], name: str
) -> None:
    first = played(name).release
    for again in played(name).again:
        assert (again.status, again.error, again.failed_in) == ("FAILED", first.error, first.failed_in)


@pytest.mark.parametrize("name", CASES)
def test_a_redrive_without_the_cause_succeeds_and_leaves_nothing_behind(
    played: Callable[[str], Played], name: str
) -> None:
    found = played(name)
    assert found.succeeded.status == "SUCCEEDED", found.succeeded.cause
    assert found.users.last_served_by == [f"{found.shop.blue}/{CASES[name].version}"]
    assert found.shop.stands == {found.shop.blue: CASES[name].version}


# --- stages that need something of their own


def test_test_release_fails_as_long_as_the_health_check_does(testbed: Testbed) -> None:
    shop, other = testbed.open(), testbed.open()
    other.register("broken", "answers_only_root")
    other.deploy(other.blue, "broken")
    url = f"http://{other.cname}/healthz"
    with shop.users() as users:
        release = shop.release("v2", health_check={"url": url, "attempts": 2, "interval_seconds": 0})
        assert users.last_served_by == [f"{shop.green}/v1"]
        again = testbed.redrive(release)
        other.deploy(other.blue, "v1")
        succeeded = testbed.redrive(again)
    assert (release.error, release.failed_in) == ("ReleaseTestFailedError", "VerifyRelease")
    assert f"{url} to answer 200. Found 500, 500" in release.cause
    assert (again.error, again.failed_in) == (release.error, release.failed_in)
    assert succeeded.status == "SUCCEEDED", succeeded.cause
    assert users.failed == []
    assert shop.stands == {shop.blue: "v2"}


def test_swaps_that_take_longer_than_their_time_out_fail_and_a_redrive_goes_on_from_them(testbed: Testbed) -> None:
    shop = testbed.open()
    with testbed.durations(swap=200), shop.users() as users:
        to_green = shop.release("v2", timeouts={"swap_traffic": 40})
        await_both(shop)
        to_blue = testbed.redrive(to_green)
        await_both(shop)
        succeeded = testbed.redrive(to_blue)
    assert (to_green.error, to_green.failed_in) == ("WaitTimedOutError", "AwaitGreenLive")
    assert (to_blue.error, to_blue.failed_in) == ("WaitTimedOutError", "AwaitBlueLive")
    assert succeeded.status == "SUCCEEDED", succeeded.cause
    assert users.failed == []
    assert shop.stands == {shop.blue: "v2"}
