"""SwapToGreen and SwapToBlue swap once, and only to a healthy environment."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lambdas.aws.event_log import EventLog
from lambdas.errors import (
    EnvironmentNotReadyError,
    ServiceUnavailableError,
    SwapUnansweredError,
    UnexpectedEnvironmentError,
)
from lambdas.stages import await_traffic
from tests.support.stages import PRODUCTION, Release


def test_a_swap_gives_the_production_cname_to_green_and_back_to_blue(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    assert release.look("shop-prod-green").cname == PRODUCTION
    release.swapped(deployment, "blue")
    assert release.look("shop-prod").cname == PRODUCTION


def test_swapping_again_does_not_swap_back(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.swap(deployment, "green")
    assert release.look("shop-prod-green").cname == PRODUCTION
    assert release.calls("SwapEnvironmentCNAMEs") == 1


def test_a_second_swap_waits_while_the_first_is_in_progress(release: Release) -> None:
    release.account.service.durations.set({"swap": 60})
    deployment = release.cloned()
    release.swap(deployment, "green")
    with pytest.raises(EnvironmentNotReadyError):
        release.swap(deployment, "green")
    with pytest.raises(EnvironmentNotReadyError):
        await_traffic.await_traffic(deployment, "green", datetime.now(UTC), release.beanstalk)
    release.swapped(deployment, "green")
    assert release.calls("SwapEnvironmentCNAMEs") == 1


def test_users_are_not_swapped_to_an_unhealthy_environment(release: Release) -> None:
    deployment = release.cloned(accepted_health=["Ok", "Info"])
    with pytest.raises(EnvironmentNotReadyError, match="to be healthy"):
        release.swap(replace(deployment, accepted_health=("Severe",)), "green")
    assert release.calls("SwapEnvironmentCNAMEs") == 0


def test_a_production_cname_that_neither_holds_ends_the_release(release: Release) -> None:
    deployment = release.cloned()
    with pytest.raises(UnexpectedEnvironmentError, match="to hold gone"):
        release.swap(replace(deployment, production_cname="gone"), "green")


def test_a_swap_whose_events_show_and_whose_cnames_do_not_is_not_repeated(release: Release) -> None:
    entered = release.account.now()
    deployment = release.swapped(release.cloned(), "green")
    release.account.order_stale_reads(action="DescribeEnvironments", age=10)
    for since in (entered, release.account.now()):  # also when an execution before it has swapped
        with pytest.raises(EnvironmentNotReadyError, match="the events of a swap at"):
            release.swap(deployment, "green", since=since)
    assert release.calls("SwapEnvironmentCNAMEs") == 1


def test_an_execution_that_began_a_moment_ago_does_not_swap(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    began = release.account.now()
    release.account.order_stale_reads(age=10)
    with pytest.raises(EnvironmentNotReadyError, match="Expected the start of the execution, or its redrive, to be 60"):
        release.swap(deployment, "green", started=began)
    release.wait(60)
    release.swap(deployment, "green", started=began)
    assert release.calls("SwapEnvironmentCNAMEs") == 1


def test_a_look_from_before_the_swap_to_green_does_not_count_as_the_swap_to_blue(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.wait(1)
    entered = release.account.now()
    release.account.order_stale_reads(age=15)
    with pytest.raises(EnvironmentNotReadyError, match="Expected the state's entry"):
        release.swap(deployment, "blue", since=entered)
    release.wait(60)
    release.swap(deployment, "blue", since=entered)
    assert release.calls("SwapEnvironmentCNAMEs") == 2


def test_a_look_from_before_the_execution_does_not_count_as_the_swap_to_green(release: Release) -> None:
    deployment = release.swapped(release.swapped(release.cloned(), "green"), "blue")
    release.account.order_stale_reads(age=10)
    with pytest.raises(EnvironmentNotReadyError, match="Expected the start of the execution, or its redrive, to be 60"):
        release.swap(deployment, "green", started=release.account.now())


def test_no_swap_is_made_while_no_event_can_be_seen(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS leaves out what a role may not see, so an empty list proves nothing."""
    deployment = release.cloned()
    monkeypatch.setattr(release.beanstalk, "events", lambda _: EventLog.from_events([]))
    with pytest.raises(EnvironmentNotReadyError, match="elasticbeanstalk:DescribeEvents"):
        release.swap(deployment, "green")
    assert release.calls("SwapEnvironmentCNAMEs") == 0


@pytest.mark.parametrize("kind", ["error_after", "reset_after"])
def test_a_swap_without_an_answer_has_an_error_of_its_own(release: Release, kind: str) -> None:
    deployment = release.cloned()
    release.account.memory.set_faults(
        {"kind": kind, "service": "elasticbeanstalk", "action": "SwapEnvironmentCNAMEs", "call": 1}
    )
    with pytest.raises(SwapUnansweredError):
        release.swap(deployment, "green")


def test_a_swap_that_was_throttled_was_not_made_and_may_be_asked_for_soon(release: Release) -> None:
    deployment = release.cloned()
    release.account.memory.set_faults(
        {"kind": "throttle", "service": "elasticbeanstalk", "action": "SwapEnvironmentCNAMEs", "call": 1}
    )
    with pytest.raises(ServiceUnavailableError) as throttled:
        release.swap(deployment, "green")
    assert type(throttled.value) is ServiceUnavailableError
