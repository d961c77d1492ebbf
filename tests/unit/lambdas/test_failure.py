"""A failed stage, and what people are told about it."""

from dataclasses import replace

import pytest

from lambdas.failure import MAX_LACKS, Failure, Outcome, notification
from tests.support.stages import CAUSE, EXECUTION, Release


def failed_in(state: str, redrives: int = 0) -> Failure:
    return Failure(state, "SomeError", CAUSE, redrives)


def test_a_notification_says_what_failed_why_who_serves_and_what_to_do(release: Release) -> None:
    outcome = Outcome(
        "shop-prod-green (e-1) Ready, Ok, running v1", left_over="shop-prod (e-2)", events=("shop-prod: no disk",)
    )
    said = notification(failed_in("AwaitRelease"), outcome, release.plan(), EXECUTION)
    assert said["subject"] == "The release of v2 onto shop-prod failed in AwaitRelease"
    for words in (
        "SomeError: Expected this. Found that. Do so.",
        "Users are served by: shop-prod-green (e-1)",
        "Left over: shop-prod (e-2)",
        "  > shop-prod: no disk",
        f"aws stepfunctions redrive-execution --execution-arn {EXECUTION} --region us-east-1",
        f"https://console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/{EXECUTION}",
    ):
        assert words in said["message"]


def test_it_tells_the_users_then_what_to_do_then_the_cause(release: Release) -> None:
    said = notification(
        failed_in("AwaitRelease"), Outcome("shop-prod", events=("b: no disk",)), release.plan(), EXECUTION
    )
    starts = ["Users are served by", "What to do", "  aws", "  https", "Why", "  > b: no disk"]
    places = [said["message"].index(f"\n{start}") for start in starts]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("error", "words", "redrive"),
    [
        ("InvalidRequestError", "A redrive has the same input.", False),
        ("LockLostError", "look at the execution that the cause names.", True),
        ("DeploymentFailedError", "correct the version and start a new execution with it.", True),
        ("ReleaseUnhealthyError", "once the cause is gone, redrive this execution", True),
    ],
)
def test_a_redrive_is_advised_only_where_it_can_help(error: str, words: str, *, redrive: bool) -> None:
    message = notification(Failure("Plan", error, CAUSE, 0), Outcome("shop-prod"), None, EXECUTION)["message"]
    assert words in message
    assert ("aws stepfunctions redrive-execution" in message) == redrive


def test_a_long_cause_is_cut_in_its_middle_and_events_that_it_tells_are_not_told_again() -> None:
    cause = f"Expected v2. Found {'x ' * 600} No module named 'flask'"
    outcome = Outcome("shop-prod", events=("shop-prod: No module named 'flask'", "shop-prod: another"))
    message = notification(Failure("AwaitRelease", "SomeError", cause, 0), outcome, None, EXECUTION)["message"]
    (why,) = [line for line in message.splitlines() if line.startswith("Why: ")]
    assert why.startswith("Why: SomeError: Expected v2.")
    assert why.endswith("No module named 'flask'")
    assert len(why) < 520
    assert [line for line in message.splitlines() if line.startswith("  > ")] == ["  > shop-prod: another"]


def test_a_notification_has_what_the_clone_does_not_bring(release: Release) -> None:
    """It may be the reason why green does not answer."""
    lacks = ["database (sg-1) admits tcp 5432 from sg-2"] * 10
    deployment = replace(release.plan(), not_cloned=tuple(lacks))
    message = notification(failed_in("VerifyGreen"), Outcome("shop-prod"), deployment, EXECUTION)["message"]
    assert message.count("\nGreen does not bring: database (sg-1) admits") == MAX_LACKS


def test_a_subject_has_at_most_100_ascii_characters(release: Release) -> None:
    deployment = replace(release.plan(), version="\u00fc\n" + "x" * 99)
    subject = notification(failed_in("Plan"), Outcome("nobody"), deployment, EXECUTION)["subject"]
    assert len(subject) <= 100
    assert subject.isascii()
    assert subject.isprintable()


def test_a_message_with_a_huge_cause_is_bounded(release: Release) -> None:
    endless = Failure("Plan", "SomeError", "x" * 10**6, 0)
    assert len(notification(endless, Outcome("nobody"), None, EXECUTION)["message"]) <= 20_000


def test_a_cause_that_is_not_json_is_the_message() -> None:
    assert Failure("AwaitApproval", "Rejected", "not today", 0).message == "not today"
