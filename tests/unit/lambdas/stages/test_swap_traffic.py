"""SwapToGreen and SwapToBlue swap once, and only to a healthy environment."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest

from lambdas.aws.environment import Environment
from lambdas.aws.event_log import EventLog
from lambdas.errors import (
    EnvironmentNotReadyError,
    ServiceUnavailableError,
    UnexpectedEnvironmentError,
)
from lambdas.stages import await_traffic
from lambdas.visit import SETTLE_SECONDS, Visit
from tests.support.beanstalk import environment_property
from tests.support.stages import PRODUCTION, Release


def test_a_swap_gives_the_production_cname_to_green_and_back_to_blue(release: Release) -> None:
    deployment = replace(release.swapped(release.cloned(), "green"), version="v1")
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
        await_traffic.await_traffic(deployment, "green", release.visit(), release.beanstalk)
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
    """It is one by hand, or by a function that knows no swaps in the record."""
    entered = release.account.now()
    deployment = release.swapped(release.cloned(), "green")
    release.forget_swap()
    release.account.order_stale_reads(action="DescribeEnvironments", age=10)
    for since in (entered, release.account.now()):  # also when an execution before it has swapped
        with pytest.raises(EnvironmentNotReadyError, match="the events of a swap at"):
            release.swap(deployment, "green", since=since)
    assert release.calls("SwapEnvironmentCNAMEs") == 1


def test_an_execution_that_began_a_moment_ago_does_not_swap(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.forget_swap()
    began = release.account.now()
    release.account.order_stale_reads(age=10)
    with pytest.raises(EnvironmentNotReadyError, match="Expected the start of the execution, or its redrive, to be 60"):
        release.swap(deployment, "green", started=began)
    release.wait(60)
    release.swap(deployment, "green", started=began)
    assert release.calls("SwapEnvironmentCNAMEs") == 1


def test_a_look_from_before_the_swap_to_green_does_not_count_as_the_swap_to_blue(release: Release) -> None:
    deployment = replace(release.swapped(release.cloned(), "green"), version="v1")
    release.forget_swap()
    release.wait(1)
    entered = release.account.now()
    release.account.order_stale_reads(age=15)
    with pytest.raises(EnvironmentNotReadyError, match="Expected the state's entry"):
        release.swap(deployment, "blue", since=entered)
    release.wait(60)
    release.swap(deployment, "blue", since=entered)
    assert release.calls("SwapEnvironmentCNAMEs") == 2


def test_a_look_from_before_the_execution_does_not_count_as_the_swap_to_green(release: Release) -> None:
    deployment = replace(release.swapped(release.cloned(), "green"), version="v1")
    release.swapped(deployment, "blue")
    release.forget_swap()
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


SWAP = {"service": "elasticbeanstalk", "action": "SwapEnvironmentCNAMEs", "call": 1}
"""A fault that meets the next swap."""


@pytest.mark.parametrize("kind", ["error_before", "error_after", "reset_before", "reset_after"])
def test_after_a_swap_without_an_answer_looks_wait_until_it_shows_or_would_show(release: Release, kind: str) -> None:
    deployment = release.cloned()
    entered = release.account.now()
    release.account.memory.set_faults({"kind": kind, **SWAP})
    with pytest.raises(ServiceUnavailableError):
        release.swap(deployment, "green", since=entered)
    made = kind.endswith("after")
    for _ in range(8):
        release.wait(10)
        if made:
            release.swap(deployment, "green", since=entered)
        else:
            with pytest.raises(
                EnvironmentNotReadyError, match="Expected a swap to shop-prod-green to show, or to be 90"
            ):
                release.swap(deployment, "green", since=entered)
    release.wait(11)
    release.swap(deployment, "green", since=entered)
    assert release.calls("SwapEnvironmentCNAMEs") == 1
    release.wait(10)
    assert release.look("shop-prod-green").cname == PRODUCTION


def test_a_swap_that_was_throttled_was_not_made_and_may_be_asked_for_soon(release: Release) -> None:
    deployment = release.cloned()
    release.account.memory.set_faults({"kind": "throttle", **SWAP})
    with pytest.raises(ServiceUnavailableError) as throttled:
        release.swap(deployment, "green")
    assert not throttled.value.unanswered
    release.swap(deployment, "green")
    release.wait(10)
    assert release.look("shop-prod-green").cname == PRODUCTION


def test_a_swap_that_was_throttled_is_waited_for_when_the_record_cannot_be_written_again(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment = release.cloned()
    release.account.memory.set_faults({"kind": "throttle", **SWAP})
    write, unavailable = release.records.write, ServiceUnavailableError(expected="S3", found="503", next_step="Wait.")

    def write_once(*arguments: Any) -> Any:
        monkeypatch.setattr(release.records, "write", Mock(side_effect=unavailable))
        return write(*arguments)

    monkeypatch.setattr(release.records, "write", write_once)
    with pytest.raises(ServiceUnavailableError, match="Rate exceeded"):
        release.swap(deployment, "green")
    with pytest.raises(EnvironmentNotReadyError, match="to show, or to be 90 seconds ago"):
        release.swap(deployment, "green")


def test_a_second_invocation_does_not_undo_a_swap_that_shows_nowhere_yet(release: Release) -> None:
    """The swap took half a second, and each look is from before it."""
    release.account.service.durations.set({"swap": 0.5})
    deployment = release.cloned()
    release.wait(60)
    entered = release.account.now()
    release.swap(deployment, "green", since=entered)
    for _ in range(5):
        release.wait(10)
        release.account.order_stale_reads(age=release.seconds_since(entered) + 1)
        release.account.service.stale_reads.keep(SETTLE_SECONDS)
        with pytest.raises(EnvironmentNotReadyError, match="Expected a swap to shop-prod-green to show"):
            release.swap(deployment, "green", since=entered)
    release.account.memory.set_faults()
    release.swap(deployment, "green", since=entered)
    assert release.look("shop-prod-green").cname == PRODUCTION
    assert release.calls("SwapEnvironmentCNAMEs") == 1


@pytest.mark.parametrize("at", ["write", "swap"])
def test_two_invocations_at_once_swap_once(release: Release, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    """The second one looks and swaps while the first one is about to write the record, or to call."""
    deployment = release.cloned()
    release.account.service.durations.set({"swap": 0})
    owner = release.records if at == "write" else release.beanstalk
    real = getattr(owner, at)
    seconds: list[str] = []

    def behind_another_invocation(*arguments: Any) -> Any:
        monkeypatch.setattr(owner, at, real)
        try:
            release.swap(deployment, "green")
            seconds.append("swapped")
        except EnvironmentNotReadyError:
            seconds.append("waits")
        return real(*arguments)

    monkeypatch.setattr(owner, at, behind_another_invocation)
    if at == "write":
        with pytest.raises(EnvironmentNotReadyError, match="it changed"):
            release.swap(deployment, "green")
    else:
        release.swap(deployment, "green")
    assert seconds == ["swapped" if at == "write" else "waits"]
    assert release.calls("SwapEnvironmentCNAMEs") == 1
    release.wait(1)
    assert release.look("shop-prod-green").cname == PRODUCTION


def test_a_swap_that_is_done_after_the_client_gave_up_is_not_undone(release: Release) -> None:
    deployment = release.cloned()
    release.wait(60)
    entered = release.account.now()
    release.account.memory.set_faults(
        {"kind": "reset_before", **SWAP},
        {"kind": "stale", "service": "elasticbeanstalk", "age": 59, "for_seconds": 1e9},
    )
    with pytest.raises(ServiceUnavailableError):
        release.swap(deployment, "green", since=entered)
    release.account.memory.advance(29)
    release.account.client.swap_environment_cnames(
        SourceEnvironmentName="shop-prod", DestinationEnvironmentName="shop-prod-green"
    )
    for _ in range(5):
        release.account.memory.advance(11)
        with pytest.raises(EnvironmentNotReadyError):
            release.swap(deployment, "green", since=entered)
    release.account.memory.advance(11)
    release.swap(deployment, "green", since=entered)
    release.account.memory.set_faults()
    assert release.look("shop-prod-green").cname == PRODUCTION
    assert release.calls("SwapEnvironmentCNAMEs") == 1, "the late one"


def test_a_swap_is_not_asked_for_long_after_the_record_names_it(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3 took half a minute to write. A look may soon take the swap for one that was not made."""
    deployment = release.cloned()
    late = iter([release.account.now(), release.account.now() + timedelta(seconds=30)])
    monkeypatch.setattr(Visit, "present", lambda _: next(late))
    with pytest.raises(EnvironmentNotReadyError, match=r"Expected S3 to write the record within 10 seconds. Found 30"):
        release.swap(deployment, "green")
    assert release.calls("SwapEnvironmentCNAMEs") == 0
    assert release.records.by_environment["shop", "shop-prod"].swap is None


HOTFIX: dict[str, Any] = {"VersionLabel": "v3"}
CONFIGURATION: dict[str, Any] = {"OptionSettings": [environment_property("DEBUG", "1")]}


@pytest.mark.parametrize("change", [HOTFIX, HOTFIX | {"VersionLabel": "v2"}, CONFIGURATION])
def test_users_do_not_move_to_a_blue_that_somebody_changed_after_its_test(
    release: Release, change: dict[str, Any]
) -> None:
    """While people decide, a colleague deploys a hotfix, the same version again, or another configuration."""
    deployment = release.deployed(release.swapped(release.cloned(approval=True), "green"))
    assert deployment.tested_update
    release.account.version("v3")
    release.account.client.update_environment(EnvironmentName="shop-prod", **change)
    release.account.until_status(deployment.blue_id, "Ready")
    release.wait(60)
    entered = release.account.now()
    with pytest.raises(UnexpectedEnvironmentError, match=r"shop-prod to be as it was tested, with v2.*Somebody"):
        release.swap(deployment, "blue", since=entered)
    assert release.look("shop-prod-green").cname == PRODUCTION
    again = release.deployed(release.plan(execution="again"))
    release.execution = "again"
    release.swapped(again, "blue")
    assert (release.look("shop-prod").cname, release.look("shop-prod").version) == (PRODUCTION, "v2")


def test_a_look_that_may_be_older_than_the_approval_does_not_move_users(release: Release) -> None:
    """It may be from before a hotfix, which lasted less than a minute."""
    deployment = release.deployed(release.swapped(release.cloned(approval=True), "green"))
    release.wait(60)
    release.account.version("v3")
    release.account.client.update_environment(EnvironmentName="shop-prod", **HOTFIX)
    release.account.until_status(deployment.blue_id, "Ready")
    entered = release.account.now()
    release.account.order_stale_reads(age=50)
    with pytest.raises(EnvironmentNotReadyError, match="Expected the state's entry"):
        release.swap(deployment, "blue", since=entered)
    release.wait(60)
    with pytest.raises(UnexpectedEnvironmentError, match="running v3"):
        release.swap(deployment, "blue", since=entered)


def test_without_an_approval_users_move_at_once(release: Release) -> None:
    deployment = release.deployed(release.swapped(release.cloned(), "green"))
    release.wait(60)  # since the swap to green
    calls = release.calls("DescribeEvents")
    release.swap(deployment, "blue")
    assert release.calls("DescribeEvents") - calls == 1, "to look for swaps; blue has the date of its test"


def test_the_plan_of_a_cutover_notes_what_was_tested(release: Release) -> None:
    deployed = release.deployed(release.swapped(release.cloned(mode="deploy"), "green"))
    cutover = release.plan(execution="cutover", mode="cutover", version=None)
    assert cutover.tested_update == deployed.tested_update
    release.execution = "cutover"
    release.wait(60)
    release.account.client.update_environment(EnvironmentName="shop-prod", **CONFIGURATION)
    release.account.until_status(deployed.blue_id, "Ready")
    with pytest.raises(UnexpectedEnvironmentError, match="Somebody deployed onto it or changed it"):
        release.swap(cutover, "blue")


def test_a_deployment_of_an_older_function_moves_users_by_the_label(release: Release) -> None:
    deployment = release.deployed(release.swapped(release.cloned(), "green"))
    release.swapped(replace(deployment, tested_update=""), "blue")
    assert release.look("shop-prod").cname == PRODUCTION


def test_users_do_not_move_to_a_green_that_runs_another_version_than_they_have(release: Release) -> None:
    """Somebody has deployed a hotfix onto blue since green was launched."""
    deployment = release.cloned()
    release.account.version("v3")
    release.account.client.update_environment(EnvironmentName="shop-prod", **HOTFIX)
    release.account.until_status(deployment.blue_id, "Ready")
    with pytest.raises(UnexpectedEnvironmentError, match="shop-prod-green to run what users have on shop-prod, v3"):
        release.eventually(lambda: release.swap(deployment, "green"))
    assert release.calls("SwapEnvironmentCNAMEs") == 0


def test_an_environment_that_nothing_happened_to_for_weeks_shows_no_events_and_gets_no_users_by_that(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The events of the other environment tell of swaps then."""
    deployment = release.cloned()
    blue, events = release.look("shop-prod"), release.beanstalk.events
    asked: list[str] = []

    def shown(environment: Environment) -> EventLog:
        asked.append(environment.name)
        return EventLog.from_events([]) if environment.id == blue.id else events(environment)

    monkeypatch.setattr(release.beanstalk, "events", shown)
    release.eventually(lambda: release.swap(deployment, "green"))
    assert asked[-2:] == ["shop-prod", "shop-prod-green"]
