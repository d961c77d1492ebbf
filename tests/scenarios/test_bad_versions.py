"""Versions that are bad in one way or another: users stay on the old one, and a corrected one can follow."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from rehearsal.account.shop import ENHANCED_HEALTH
from tests.support.mailbox import Message
from tests.support.shop import Release, Shop, Users
from tests.support.testbed import Testbed

QUICK_CHECK = {"attempts": 2, "interval_seconds": 1}


def command_timeout(seconds: int) -> dict[str, str]:
    """How long a deployment waits for the application's good answer."""
    return {"Namespace": "aws:elasticbeanstalk:command", "OptionName": "Timeout", "Value": str(seconds)}


def start_seconds(seconds: float) -> dict[str, str]:
    """How long the sample `starts_slowly` takes, in real seconds."""
    return {
        "Namespace": "aws:elasticbeanstalk:application:environment",
        "OptionName": "START_SECONDS",
        "Value": str(seconds),
    }


@dataclass(frozen=True)
class Case:
    """A bad version: the sample that it is made of, where and how it shows, words of the cause."""

    sample: str
    failed_in: str
    error: str
    words: tuple[str, ...]
    request: Mapping[str, Any]
    options: tuple[Mapping[str, str], ...] = ()


CASES = {
    "does not start": Case(
        "does_not_start",
        "AwaitRelease",
        "DeploymentFailedError",
        ("to be Ready with new", "running v1", "Failed to deploy application.", "a_package_nobody_required"),
        {},
    ),
    "answers 500": Case(
        "answers_500",
        "AwaitRelease",
        "DeploymentFailedError",
        ("to be Ready with new", "did not pass health check", "Failed to deploy application."),
        {},
        (command_timeout(250),),
    ),
    "answers 200 only on /": Case(
        "answers_only_root",
        "VerifyRelease",
        "ReleaseTestFailedError",
        ("/health to answer 200", "Found 500, 500", "serves v1 on"),
        {"health_check": {"path": "/health", **QUICK_CHECK}},
    ),
    "starts later than the time-out": Case(
        "starts_slowly",
        "AwaitRelease",
        "WaitTimedOutError",
        ("within 60 seconds", "Updating", "`timeouts`"),
        {"timeouts": {"deploy_release": 60}},
        (start_seconds(6),),
    ),
}
BAD = [name for name, case in CASES.items() if case.sample != "starts_slowly"]


@dataclass(frozen=True)
class Played:
    """What came of a bad version, and of the corrected one that followed."""

    shop: Shop
    release: Release
    stood: Mapping[str, str]
    served_after: list[str]
    told: list[Message]
    again: Release
    corrected: Release
    stands: Mapping[str, str]
    users: Users


def play(testbed: Testbed, case: Case) -> Played:
    shop = testbed.open(ENHANCED_HEALTH, *case.options)
    shop.register("new", case.sample)
    with shop.users() as users:
        release = shop.release("new", **case.request)
        stood, served_after = shop.stands, users.last_served_by
        shop.until_ready(shop.blue)  # a slow start comes to its end
        again = testbed.redrive(release)
        corrected = shop.release("v2") if again.status == "FAILED" else again
    told = testbed.mailbox.about(release.arn)
    return Played(shop, release, stood, served_after, told, again, corrected, shop.stands, users)


@pytest.fixture(scope="module")
def played(testbed: Testbed) -> Callable[[str], Played]:
    futures: Mapping[str, Future[Played]] = testbed.play(
        {name: partial(play, testbed, case) for name, case in CASES.items()}
    )
    return lambda name: futures[name].result()


@pytest.mark.parametrize("name", CASES)
def test_it_fails_where_it_shows_with_the_reason_in_the_cause(played: Callable[[str], Played], name: str) -> None:
    release, case = played(name).release, CASES[name]
    assert (release.status, release.error, release.failed_in) == ("FAILED", case.error, case.failed_in)
    assert [words for words in case.words if words not in release.cause] == [], release.cause


@pytest.mark.parametrize("name", CASES)
def test_green_serves_the_old_version_then_and_nobody_noticed(played: Callable[[str], Played], name: str) -> None:
    found = played(name)
    assert found.served_after == [f"{found.shop.green}/v1"]
    assert found.stood[found.shop.green] == "v1"
    assert found.users.failed == []


@pytest.mark.parametrize("name", CASES)
def test_people_are_told_who_serves_and_what_to_do(played: Callable[[str], Played], name: str) -> None:
    found = played(name)
    first = found.told[0]
    assert first.subject == f"The release of new onto {found.shop.blue} failed in {CASES[name].failed_in}"
    assert f"Why: {CASES[name].error}: {found.release.cause}" in first.text
    assert f"Users are served by: {found.shop.green}" in first.text
    assert f"redrive-execution --execution-arn {found.release.arn}" in first.text


@pytest.mark.parametrize("name", BAD)
def test_a_redrive_with_the_same_bad_version_fails_again_the_same_way(
    played: Callable[[str], Played], name: str
) -> None:
    found = played(name)
    assert (found.again.error, found.again.failed_in) == (found.release.error, found.release.failed_in)
    assert len(found.told) == 2


def test_a_redrive_once_it_has_started_succeeds(played: Callable[[str], Played]) -> None:
    assert played("starts later than the time-out").again.status == "SUCCEEDED"


@pytest.mark.parametrize("name", BAD)
def test_a_corrected_version_follows_and_leaves_nothing_behind(played: Callable[[str], Played], name: str) -> None:
    found = played(name)
    assert found.corrected.status == "SUCCEEDED", found.corrected.cause
    assert "CloneBlue" not in found.corrected.states
    assert found.users.last_served_by == [f"{found.shop.blue}/v2"]
    assert found.stands == {found.shop.blue: "v2"}


def test_a_deployment_that_hangs_is_broken_off_by_the_version_that_repairs_it(testbed: Testbed) -> None:
    shop = testbed.open(ENHANCED_HEALTH, start_seconds(30))
    shop.register("new", "starts_slowly")
    with shop.users() as users:
        release = shop.release("new", timeouts={"deploy_release": 60})
        corrected = shop.release("v2")
    assert release.error == "WaitTimedOutError"
    assert corrected.status == "SUCCEEDED", corrected.cause
    assert users.failed == []
    assert users.last_served_by == [f"{shop.blue}/v2"]
    assert shop.stands == {shop.blue: "v2"}


def test_one_that_starts_slowly_within_the_time_out_is_waited_for(testbed: Testbed) -> None:
    shop = testbed.open(ENHANCED_HEALTH, start_seconds(2))
    shop.register("new", "starts_slowly")
    with shop.users() as users:
        release = shop.release("new", timeouts={"deploy_release": 600})
    assert release.status == "SUCCEEDED", release.cause
    assert users.failed == []
    assert users.last_served_by == [f"{shop.blue}/new"]
