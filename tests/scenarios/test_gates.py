"""Gates: approval before the swap back; alarms and health while blue is watched."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.approvals import approve, question, token, told_of
from tests.support.testbed import ScenarioTestbed

ONE_POLL = 30 + 120
"""Account seconds: the longest time between two polls, and the time of functions on a busy machine."""
GIVEN_BACK = 1000
"""Account seconds until green has all users again; the watch of blue would end much later."""


def test_a_release_waits_for_approval_while_green_serves_and_goes_on_with_it(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        arn = shop.start("v2", approval=True)
        asked = question(testbed, arn)
        assert traffic.last_served_by == [f"{shop.green}/v1"]
        approve(testbed, asked)
        release = testbed.follow(arn)
    for words in (
        f"v2 of {shop.name} runs on {shop.blue}",
        f"Now {shop.green} serves users, with v1.",
        "Look at the version: http://",
        "Time to answer: 24 hours. After that",
        f"send-task-failure --region {arn.split(':')[3]} ",
    ):
        assert words in asked.text
    assert release.status == "SUCCEEDED", release.cause
    assert traffic.failed == []
    assert traffic.last_served_by == [f"{shop.blue}/v2"]
    assert shop.versions == {shop.blue: "v2"}


def test_a_release_goes_on_without_an_answer_if_asked_to_and_its_age_counts_from_there(
    testbed: ScenarioTestbed,
) -> None:
    """The alarm on slow releases must not ring because a person took their time."""
    shop = testbed.open_shop()
    arn = shop.start("v2", approval=True, approval_seconds=60, approval_expiry="release")
    release = testbed.follow(arn)
    assert "After that " + shop.blue + " gets the users" in question(testbed, arn).text
    assert release.status == "SUCCEEDED", release.cause
    history = testbed.states.get_execution_history(executionArn=arn, maxResults=1000)["events"]
    (swap,) = [each for each in history if each.get("stateEnteredEventDetails", {}).get("name") == "SwapToBlue"]
    approved_at = json.loads(swap["stateEnteredEventDetails"]["input"])["deployment"]["approved_at"]
    since = swap["timestamp"] - datetime.fromisoformat(approved_at)
    assert timedelta(0) <= since < timedelta(seconds=ONE_POLL)


def test_a_rejected_release_fails_with_green_live_and_a_redrive_asks_again(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        arn = shop.start("v2", approval=True)
        answer = token(question(testbed, arn))
        testbed.states.send_task_failure(taskToken=answer, error="Rejected", cause="the prices are wrong")
        rejected = testbed.follow(arn)
        assert traffic.last_served_by == [f"{shop.green}/v1"]
        testbed.states.redrive_execution(executionArn=arn)
        approve(testbed, question(testbed, arn, 2))
        approved = testbed.follow(arn)
    assert (rejected.status, rejected.error) == ("FAILED", "Rejected")
    assert rejected.cause == "the prices are wrong"
    assert rejected.failed_in == "AwaitApproval"
    assert approved.status == "SUCCEEDED", approved.cause
    assert traffic.failed == []
    assert shop.versions == {shop.blue: "v2"}


@pytest.mark.parametrize("words", [{"error": "Rejected"}, {}])
def test_a_rejection_without_a_reason_counts(testbed: ScenarioTestbed, words: dict[str, Any]) -> None:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        arn = shop.start("v2", approval=True)
        testbed.states.send_task_failure(taskToken=token(question(testbed, arn)), **words)
        rejected = testbed.follow(arn)
    assert (rejected.status, rejected.failed_in) == ("FAILED", "AwaitApproval")
    assert traffic.failed == []
    assert traffic.last_served_by == [f"{shop.green}/v1"]


def test_a_question_without_an_answer_expires_with_green_live(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        release = shop.release("v2", approval=True, approval_seconds=60)
    assert (release.status, release.error) == ("FAILED", "ApprovalExpired")
    assert release.failed_in == "AwaitApproval"
    assert traffic.failed == []
    assert traffic.last_served_by == [f"{shop.green}/v1"]


def test_an_alarm_gives_green_the_users_back_within_one_poll(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    alarm = f"{shop.name}-errors"
    testbed.set_alarm(alarm, "OK")
    with shop.traffic() as traffic:
        arn = shop.started("WatchRelease", alarms=[alarm], bake_seconds=300)
        testbed.set_alarm(alarm)
        rung = testbed.control.clock().now()
        release = testbed.follow(arn)
        testbed.until(lambda: traffic.last_served_by == [f"{shop.green}/v1"], "green to serve v1")
        still_ringing = testbed.redrive(release)
        testbed.set_alarm(alarm, "OK")
        calm = testbed.redrive(still_ringing)
    assert (release.status, release.error, release.failed_in) == ("FAILED", "ReleaseUnhealthyError", "WatchRelease")
    assert f"in ALARM: {alarm}" in release.cause
    assert (release.entered("KeepGreenLive") - rung).total_seconds() < ONE_POLL
    assert (still_ringing.status, still_ringing.failed_in) == ("FAILED", "Plan")
    assert f"{alarm} in ALARM" in still_ringing.cause
    assert calm.status == "SUCCEEDED", calm.cause
    assert traffic.failed == []
    assert shop.versions == {shop.blue: "v2"}


def test_a_live_version_that_turns_bad_loses_its_users_to_green(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    shop.register("turns_bad")
    with shop.traffic() as traffic:
        release = shop.release("turns_bad", bake_seconds=2000)
        testbed.until(lambda: traffic.last_served_by == [f"{shop.green}/v1"], "green to serve v1")
        served_again = traffic.requests[-1].at
        corrected = shop.release("v2")
    assert (release.status, release.error) == ("FAILED", "ReleaseUnhealthyError")
    assert release.failed_in == "WatchRelease"
    assert f"{shop.blue} to stay healthy on turns_bad" in release.cause
    assert "Severe" in release.cause
    lost = [request.at for request in traffic.failed]
    assert lost, "the bad version answers 500, on AWS too"
    assert traffic.failed_since(served_again) == []
    assert (max(lost) - min(lost)) / testbed.control.clock().scale < GIVEN_BACK
    assert corrected.status == "SUCCEEDED", corrected.cause
    assert traffic.last_served_by == [f"{shop.blue}/v2"]
    assert shop.versions == {shop.blue: "v2"}


def test_a_version_that_turns_unhealthy_during_approval_gets_no_users(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    shop.register("does_not_start")
    with shop.traffic() as traffic:
        arn = shop.start("v2", approval=True, timeouts={"swap_traffic": 60})
        asked = question(testbed, arn)
        shop.deploy(shop.blue, "does_not_start")
        approve(testbed, asked)
        release = testbed.follow(arn)
        corrected = shop.release("v2")
    assert (release.error, release.failed_in) == ("UnexpectedEnvironmentError", "SwapToBlue")
    assert "Somebody deployed onto it" in release.cause
    assert corrected.status == "SUCCEEDED", corrected.cause
    assert traffic.failed == []
    assert traffic.served_by == [f"{shop.blue}/v1", f"{shop.green}/v1", f"{shop.blue}/v2"]
    assert shop.versions == {shop.blue: "v2"}


def test_a_green_that_breaks_during_approval_gives_its_users_to_the_tested_version(
    testbed: ScenarioTestbed,
) -> None:
    shop = testbed.open_shop()
    shop.register("does_not_start")
    with shop.traffic() as traffic:
        arn = shop.start("v2", approval=True)
        asked = question(testbed, arn)
        shop.deploy(shop.green, "does_not_start")
        told = told_of(testbed, arn, f"{shop.green} is unhealthy")
        approve(testbed, asked)
        release = testbed.follow(arn)
        healed = traffic.requests[-1].at
    assert release.status == "SUCCEEDED", release.cause
    assert "To move them to v2, which passed its test, approve." in told.text
    assert traffic.failed, "the broken green answers some requests with an error"
    assert traffic.failed_since(healed) == []
    assert traffic.last_served_by == [f"{shop.blue}/v2"]
    assert shop.versions == {shop.blue: "v2"}
