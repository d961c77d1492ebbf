"""What all handlers share."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lambdas import errors
from lambdas.handler import limit_wait
from lambdas.settling import settled_verdict
from tests.support.stages import visit


def test_a_wait_past_its_time_out_fails_and_says_what_it_waited_for() -> None:
    entered = datetime.now(UTC) - timedelta(seconds=100)
    waiting = errors.EnvironmentNotReadyError(expected="green to be Ready", found="Launching", next_step="Look at it.")

    def wait(seconds: float) -> None:
        with limit_wait(replace(visit(), since=entered), seconds):
            raise waiting

    with pytest.raises(errors.EnvironmentNotReadyError):
        wait(1000)
    with pytest.raises(errors.WaitTimedOutError, match=r"green to be Ready, within 50 seconds\. Found Launching"):
        wait(50)


@pytest.mark.parametrize("settles", [True, False])
def test_a_verdict_that_a_stale_answer_may_explain_counts_only_in_a_state_that_is_a_minute_old(settles: bool) -> None:
    entered = datetime.now(UTC)
    missing = errors.UnexpectedEnvironmentError(expected="green", found="none", next_step="Look.", settles=settles)

    def judge(seconds: int) -> None:
        with settled_verdict(visit(since=entered, now=entered + timedelta(seconds=seconds))):
            raise missing

    with pytest.raises(errors.EnvironmentNotReadyError if settles else errors.UnexpectedEnvironmentError):
        judge(59)
    with pytest.raises(errors.UnexpectedEnvironmentError):
        judge(60)


def test_a_wait_for_answers_to_settle_does_not_time_out() -> None:
    entered = datetime.now(UTC) - timedelta(seconds=50)
    settling = errors.EnvironmentNotReadyError(expected="this", found="that", next_step="Wait.", settles=True)

    def wait() -> None:
        with limit_wait(replace(visit(), since=entered), seconds=10):
            raise settling

    with pytest.raises(errors.EnvironmentNotReadyError):
        wait()


@pytest.mark.parametrize(("seconds", "waits"), [(0, True), (599, True), (600, False)])
def test_throttling_is_waited_for_as_long_as_the_stage_may_wait(seconds: int, waits: bool) -> None:
    """The state's Retry of other faults ends after 20 attempts, which a hundred releases at once use up."""
    entered = datetime.now(UTC)
    busy = errors.ServiceUnavailableError(expected="an answer", found="Throttling", next_step="Wait.", throttled=True)

    def ask(limit: float) -> None:
        with limit_wait(visit(since=entered, now=entered + timedelta(seconds=seconds)), limit):
            raise busy

    for limit in (600, float("inf")):
        with pytest.raises(errors.EnvironmentNotReadyError if waits else errors.ServiceUnavailableError):
            ask(limit)


def test_another_fault_of_a_service_is_left_to_its_own_retry() -> None:
    broken = errors.ServiceUnavailableError(expected="an answer", found="503", next_step="Wait.")
    with pytest.raises(errors.ServiceUnavailableError), limit_wait(visit(), 600):
        raise broken


def test_an_invocation_can_be_taken_back_to_when_its_look_was_made() -> None:
    now = visit()
    before = now.as_of(now.now - timedelta(seconds=20))
    assert now.seconds - before.seconds == 20
    assert abs((before.present() - now.present()).total_seconds()) < 1
