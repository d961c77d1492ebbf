"""Bad versions: users stay on the old version, and a corrected version can be released."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from rehearsal.account.shop import ENHANCED_HEALTH
from rehearsal.traffic import Traffic
from tests.support.mailbox import Message
from tests.support.option_settings import command_timeout, start_seconds
from tests.support.shop import FinishedRelease, ScenarioShop
from tests.support.testbed import ScenarioTestbed

QUICK_CHECK = {"attempts": 2, "interval_seconds": 1}


@dataclass(frozen=True)
class BadVersion:
    """A bad version: its sample, the stage and error that find it, and words of the cause."""

    sample: str
    failed_in: str
    error: str
    words: tuple[str, ...]
    request: Mapping[str, Any]
    options: tuple[Mapping[str, str], ...] = ()


CASES = {
    "does not start": BadVersion(
        "does_not_start",
        "AwaitRelease",
        "DeploymentFailedError",
        (
            "to be Ready with new",
            "running v1",
            "Failed to deploy application.",
            "Engine execution has encountered an error",
        ),
        {},
    ),
    "answers 500": BadVersion(
        "answers_500",
        "AwaitRelease",
        "DeploymentFailedError",
        ("to be Ready with new", "did not pass health check", "Failed to deploy application."),
        {},
        (command_timeout(250),),
    ),
    "answers 200 only on /": BadVersion(
        "answers_only_root",
        "VerifyRelease",
        "ReleaseTestFailedError",
        ("/health to answer 200", "Found 500, 500", "serves v1 on"),
        {"health_check": {"path": "/health", **QUICK_CHECK}},
    ),
    "starts later than the time-out": BadVersion(
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
class PlayedVersion:
    """The release of a bad version, and of the corrected one after it."""

    shop: ScenarioShop
    release: FinishedRelease
    versions_then: Mapping[str, str]
    served_after: list[str]
    messages: list[Message]
    again: FinishedRelease
    corrected: FinishedRelease
    versions_at_the_end: Mapping[str, str]
    traffic: Traffic


def play(testbed: ScenarioTestbed, case: BadVersion) -> PlayedVersion:
    shop = testbed.open_shop(ENHANCED_HEALTH, *case.options)
    shop.register("new", case.sample)
    with shop.traffic() as traffic:
        release = shop.release("new", **case.request)
        versions_then, served_after = shop.versions, traffic.last_served_by
        shop.until_ready(shop.blue)  # a slow start ends
        again = testbed.redrive(release)
        corrected = shop.release("v2") if again.status == "FAILED" else again
    messages = testbed.mailbox.about(release.arn)
    return PlayedVersion(shop, release, versions_then, served_after, messages, again, corrected, shop.versions, traffic)


@pytest.fixture(scope="module")
def played(testbed: ScenarioTestbed) -> Callable[[str], PlayedVersion]:
    futures: Mapping[str, Future[PlayedVersion]] = testbed.play(
        {name: partial(play, testbed, case) for name, case in CASES.items()}
    )
    return lambda name: futures[name].result()


@pytest.mark.parametrize("name", CASES)
def test_it_fails_in_the_expected_stage_with_the_reason_in_the_cause(
    played: Callable[[str], PlayedVersion], name: str
) -> None:
    release, case = played(name).release, CASES[name]
    assert (release.status, release.error, release.failed_in) == ("FAILED", case.error, case.failed_in)
    assert [words for words in case.words if words not in release.cause] == [], release.cause


@pytest.mark.parametrize("name", CASES)
def test_green_serves_the_old_version_then_and_no_request_fails(
    played: Callable[[str], PlayedVersion], name: str
) -> None:
    found = played(name)
    assert found.served_after == [f"{found.shop.green}/v1"]
    assert found.versions_then[found.shop.green] == "v1"
    assert found.traffic.failed == []


@pytest.mark.parametrize("name", CASES)
def test_the_notification_has_the_serving_environment_and_the_next_step(
    played: Callable[[str], PlayedVersion], name: str
) -> None:
    found = played(name)
    first = found.messages[0]
    assert first.subject == f"The release of new onto {found.shop.blue} failed in {CASES[name].failed_in}"
    assert f"Why: {CASES[name].error}: {found.release.cause[:200]}" in first.text
    assert f"Users are served by: {found.shop.green}" in first.text
    assert f"redrive-execution --execution-arn {found.release.arn}" in first.text


@pytest.mark.parametrize("name", BAD)
def test_a_redrive_with_the_same_bad_version_fails_again_the_same_way(
    played: Callable[[str], PlayedVersion], name: str
) -> None:
    found = played(name)
    assert (found.again.error, found.again.failed_in) == (found.release.error, found.release.failed_in)
    assert len(found.messages) == 2


def test_a_redrive_once_it_has_started_succeeds(played: Callable[[str], PlayedVersion]) -> None:
    assert played("starts later than the time-out").again.status == "SUCCEEDED"


@pytest.mark.parametrize("name", BAD)
def test_a_corrected_version_follows_and_leaves_nothing_behind(
    played: Callable[[str], PlayedVersion], name: str
) -> None:
    found = played(name)
    assert found.corrected.status == "SUCCEEDED", found.corrected.cause
    assert "CloneBlue" not in found.corrected.states
    assert found.traffic.last_served_by == [f"{found.shop.blue}/v2"]
    assert found.versions_at_the_end == {found.shop.blue: "v2"}


def test_a_deployment_that_hangs_is_aborted_by_the_next_release(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop(ENHANCED_HEALTH, start_seconds(30))
    shop.register("new", "starts_slowly")
    with shop.traffic() as traffic:
        release = shop.release("new", timeouts={"deploy_release": 60})
        corrected = shop.release("v2")
    assert release.error == "WaitTimedOutError"
    assert corrected.status == "SUCCEEDED", corrected.cause
    assert traffic.failed == []
    assert traffic.last_served_by == [f"{shop.blue}/v2"]
    assert shop.versions == {shop.blue: "v2"}


def test_a_slow_start_within_the_time_out_succeeds(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop(ENHANCED_HEALTH, start_seconds(2))
    shop.register("new", "starts_slowly")
    with shop.traffic() as traffic:
        release = shop.release("new", timeouts={"deploy_release": 600})
    assert release.status == "SUCCEEDED", release.cause
    assert traffic.failed == []
    assert traffic.last_served_by == [f"{shop.blue}/new"]
