"""Recovery brings users to a version that is known to be good."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lambdas.deployment import Deployment, Role
from lambdas.errors import EnvironmentNotReadyError, HookFailedError, ServiceUnavailableError
from lambdas.failure import Failure, Outcome
from lambdas.recovery import recover
from tests.support import source_bundles
from tests.support.stages import CAUSE, PRODUCTION, Release


def failed_in(state: str, redrives: int = 0, error: str = "SomeError") -> Failure:
    return Failure(state, error, CAUSE, redrives)


def kept(release: Release, deployment: Deployment, state: str, error: str = "SomeError") -> Outcome:
    """Run the branch to its end. The execution began when blue stood already."""
    entered, started = release.account.now(), release.look("shop-prod").created + timedelta(seconds=30)
    return release.eventually(
        lambda: recover(
            deployment,
            failed_in(state, error=error),
            release.visit(since=entered, started=started),
            release.records,
            release.beanstalk,
            scaling=release.scaling,
        )
    )


def holder(release: Release) -> str:
    (name,) = [each.name for each in release.beanstalk.environments_in("shop") if each.cname == PRODUCTION]
    return name


@pytest.mark.parametrize("state", ["CloneBlue", "AwaitGreen", "HooksBeforeGreen", "SwapToGreen", "AwaitGreenLive"])
def test_before_the_swap_green_is_removed_and_blue_serves_on(release: Release, state: str) -> None:
    deployment = release.clone(release.plan())
    outcome = kept(release, deployment, state)
    assert holder(release) == "shop-prod"
    assert not release.stands("shop-prod-green")
    assert "shop-prod-green" in (outcome.done or "")
    assert release.beanstalk.configuration_description("shop", deployment.config_template) is None


def test_a_green_without_a_known_id_is_found_by_its_name(release: Release) -> None:
    deployment = release.plan()
    release.clone(deployment)
    kept(release, deployment, "CloneBlue")
    assert not release.stands("shop-prod-green")


def test_a_saved_configuration_without_a_green_is_deleted(release: Release) -> None:
    deployment = release.plan()
    release.beanstalk.save_configuration(
        release.look("shop-prod"), deployment.config_template, "made by beanstalk-bluegreen for release-v2"
    )
    kept(release, deployment, "CloneBlue")
    assert release.beanstalk.configuration_description("shop", deployment.config_template) is None


def test_a_saved_configuration_of_somebody_else_is_left_alone(release: Release) -> None:
    deployment = replace(release.plan(), config_template="theirs")
    release.beanstalk.save_configuration(release.look("shop-prod"), "theirs", "do not touch")
    kept(release, deployment, "CloneBlue")
    assert release.beanstalk.configuration_description("shop", "theirs") == "do not touch"


def test_an_environment_that_is_not_a_clone_of_this_tool_is_left_alone(release: Release) -> None:
    release.account.healthy("shop-prod-green", VersionLabel="v1")
    kept(release, replace(release.plan(green="shop-other"), green="shop-prod-green"), "CloneBlue")
    assert release.stands("shop-prod-green")


@pytest.mark.parametrize("state", ["DeployRelease", "AwaitRelease", "VerifyRelease", "AwaitApproval", "SwapToBlue"])
def test_after_the_deployment_began_green_serves_on_and_stays(release: Release, state: str) -> None:
    deployment = release.deployed(release.swapped(release.cloned(), "green"))
    outcome = kept(release, deployment, state)
    assert holder(release) == "shop-prod-green"
    assert "shop-prod-green" in outcome.served_by
    assert release.calls("TerminateEnvironment") == 0


@pytest.mark.parametrize("state", ["AwaitBlueLive", "WatchRelease"])
def test_green_gets_the_users_back_from_a_blue_that_failed_while_watched(release: Release, state: str) -> None:
    deployment = release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    outcome = kept(release, deployment, state)
    assert holder(release) == "shop-prod-green"
    assert "v1" in outcome.served_by


def test_a_second_run_of_the_branch_does_not_swap_again(release: Release) -> None:
    deployment = release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    for _ in range(3):
        kept(release, deployment, "WatchRelease")
    assert release.calls("SwapEnvironmentCNAMEs") == 3  # there, back, and there again


@pytest.mark.parametrize("state", ["TerminateGreen", "AwaitTermination"])
def test_after_the_watch_blue_serves_on_and_the_left_over_green_is_named(release: Release, state: str) -> None:
    deployment = release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    outcome = kept(release, deployment, state)
    assert holder(release) == "shop-prod"
    assert "shop-prod-green" in (outcome.left_over or "")


def test_users_are_not_swapped_to_a_sick_green(release: Release) -> None:
    deployment = release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    release.break_down("shop-prod-green")
    assert "shop-prod (" in kept(release, deployment, "WatchRelease").served_by
    assert holder(release) == "shop-prod"


@pytest.mark.parametrize("state", ["AwaitGreenLive", "DrainBlue", "HooksBeforeDeploy", "DeployRelease"])
def test_users_go_back_from_a_sick_green_to_the_untouched_blue(release: Release, state: str) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.break_down("shop-prod-green")
    outcome = kept(release, deployment, state)
    assert holder(release) == "shop-prod"
    assert release.stands("shop-prod-green"), "clients may have its address"
    assert "shop-prod-green, which the next run removes" in (outcome.left_over or "")


@pytest.mark.parametrize("state", ["DrainBlue", "DeployRelease"])
def test_users_go_back_from_a_sick_green_to_a_blue_whose_settings_were_changed(release: Release, state: str) -> None:
    """As a managed update does: its version is that of before."""
    deployment = release.swapped(release.cloned(), "green")
    option = {"Namespace": "aws:elasticbeanstalk:application:environment", "OptionName": "COLOUR", "Value": "blue"}
    release.account.client.update_environment(EnvironmentName="shop-prod", OptionSettings=[option])  # type: ignore[list-item]
    release.wait(200)
    release.break_down("shop-prod-green")
    kept(release, deployment, state)
    assert holder(release) == "shop-prod"


def test_users_stay_on_a_sick_green_while_blue_is_not_tested(release: Release) -> None:
    deployment = release.deployed(release.swapped(release.cloned(), "green"))
    release.break_down("shop-prod-green")
    assert "shop-prod-green" in kept(release, deployment, "VerifyRelease").served_by
    assert holder(release) == "shop-prod-green"


def test_users_go_from_a_sick_green_to_a_tested_blue(release: Release) -> None:
    deployment = release.deployed(release.swapped(release.cloned(), "green"))
    release.break_down("shop-prod-green")
    kept(release, deployment, "SwapToBlue")
    assert holder(release) == "shop-prod"


def test_a_rollback_that_fails_before_the_swap_keeps_green(release: Release) -> None:
    release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    release.execution = "back"
    deployment = release.plan(mode="rollback", version=None, execution="back")
    kept(release, deployment, "SwapToGreen")
    assert release.stands("shop-prod-green")


def test_the_error_events_of_a_failed_deployment_are_in_the_outcome(release: Release) -> None:
    release.account.version("bad", source_bundles.release(500))
    deployment = replace(release.swapped(release.cloned(), "green"), version="bad")
    release.deploy(deployment)
    release.account.until_status(deployment.blue_id, "Ready")
    outcome = kept(release, deployment, "AwaitRelease")
    assert any("Failed to deploy application" in event for event in outcome.events)


def test_users_are_said_to_be_served_by_nobody_when_neither_environment_holds_the_production_cname(
    release: Release,
) -> None:
    deployment = release.swapped(release.cloned(), "green")
    other = release.account.healthy("shop-other", VersionLabel="v1")
    release.account.client.swap_environment_cnames(
        SourceEnvironmentName="shop-prod-green", DestinationEnvironmentName="shop-other"
    )
    release.account.until_status(other, "Ready")
    outcome = kept(release, deployment, "AwaitRelease")
    assert outcome.served_by == f"NOBODY at {PRODUCTION}: act at once"
    assert release.calls("SwapEnvironmentCNAMEs") == 2, "to green, and by hand"


def test_the_branch_does_not_swap_again_while_its_swap_does_not_show(release: Release) -> None:
    deployment = release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    release.wait(60)
    invocation = release.visit()
    with pytest.raises(EnvironmentNotReadyError, match="a swap in progress"):
        recover(
            deployment,
            failed_in("WatchRelease"),
            invocation,
            release.records,
            release.beanstalk,
            scaling=release.scaling,
        )
    release.wait(10)
    release.account.order_stale_reads(action="DescribeEnvironments", age=50)
    with pytest.raises(EnvironmentNotReadyError, match="Expected a swap to shop-prod-green to show"):
        recover(
            deployment,
            failed_in("WatchRelease"),
            release.visit(since=invocation.since),
            release.records,
            release.beanstalk,
            scaling=release.scaling,
        )
    assert release.calls("SwapEnvironmentCNAMEs") == 3


def test_a_redriven_branch_does_not_take_its_first_look_for_certain(release: Release) -> None:
    deployment = release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    release.wait(60)
    with pytest.raises(EnvironmentNotReadyError, match="a swap in progress"):
        recover(
            deployment,
            failed_in("WatchRelease"),
            release.visit(),
            release.records,
            release.beanstalk,
            scaling=release.scaling,
        )
    release.wait(10)
    redriven = replace(release.visit(), redriven=release.account.now())
    release.account.order_stale_reads(age=50)
    with pytest.raises(EnvironmentNotReadyError, match="Expected a swap to shop-prod-green to show"):
        recover(
            deployment, failed_in("WatchRelease"), redriven, release.records, release.beanstalk, scaling=release.scaling
        )
    release.account.memory.set_faults()
    with pytest.raises(EnvironmentNotReadyError, match="or the redrive of it, to be 60 seconds ago"):
        recover(
            deployment, failed_in("WatchRelease"), redriven, release.records, release.beanstalk, scaling=release.scaling
        )
    assert release.calls("SwapEnvironmentCNAMEs") == 3


@pytest.mark.parametrize("state", ["SwapToBlue", "AwaitBlueLive"])
def test_a_look_that_shows_green_after_a_failed_swap_is_not_believed_at_once(release: Release, state: str) -> None:
    deployment = release.swapped(release.cloned(), "green")
    with pytest.raises(EnvironmentNotReadyError, match="to be 60 seconds ago"):
        recover(
            deployment, failed_in(state), release.visit(), release.records, release.beanstalk, scaling=release.scaling
        )
    assert "shop-prod-green" in kept(release, deployment, state).served_by


def test_users_get_green_back_at_once_although_the_swap_to_blue_is_young(release: Release) -> None:
    deployment = release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    with pytest.raises(EnvironmentNotReadyError, match="a swap in progress"):
        recover(
            deployment,
            failed_in("WatchRelease"),
            release.visit(),
            release.records,
            release.beanstalk,
            scaling=release.scaling,
        )
    mark = release.records.by_environment["shop", "shop-prod"].swap
    assert mark is not None
    assert (mark.to, release.calls("SwapEnvironmentCNAMEs")) == ("green", 3)


@pytest.mark.parametrize(("state", "role"), [("SwapToGreen", "green"), ("SwapToBlue", "blue")])
def test_the_branch_waits_for_a_swap_that_may_still_be_made(release: Release, state: str, role: Role) -> None:
    """The stage timed out without an answer to its swap. AWS makes it half a minute after the call."""
    deployment = release.cloned()
    if role == "blue":
        deployment = release.deployed(release.swapped(deployment, "green"))
    release.wait(60)
    release.account.memory.set_faults(
        {"kind": "reset_before", "service": "elasticbeanstalk", "action": "SwapEnvironmentCNAMEs", "call": 1},
        {"kind": "stale", "service": "elasticbeanstalk", "age": 59, "for_seconds": 1e9},
    )
    with pytest.raises(ServiceUnavailableError):
        release.swap(deployment, role)
    entered = release.account.now()
    release.wait(30)
    release.account.client.swap_environment_cnames(
        SourceEnvironmentName="shop-prod", DestinationEnvironmentName="shop-prod-green"
    )
    outcome = release.eventually(
        lambda: recover(
            deployment,
            failed_in(state),
            release.visit(since=entered),
            release.records,
            release.beanstalk,
            scaling=release.scaling,
        )
    )
    release.account.memory.set_faults()
    assert holder(release) in outcome.served_by
    assert release.stands("shop-prod-green")


def test_of_two_branches_at_once_one_swaps_back(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    deployment = release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    real = release.records.write

    def run() -> Outcome:
        return recover(
            deployment,
            failed_in("WatchRelease"),
            release.visit(),
            release.records,
            release.beanstalk,
            scaling=release.scaling,
        )

    def write_after_another_branch(*arguments: Any) -> Any:
        monkeypatch.setattr(release.records, "write", real)
        with pytest.raises(EnvironmentNotReadyError, match="a swap in progress"):
            run()
        return real(*arguments)

    monkeypatch.setattr(release.records, "write", write_after_another_branch)
    with pytest.raises(EnvironmentNotReadyError, match="it changed"):
        run()
    assert release.calls("SwapEnvironmentCNAMEs") == 3


def test_a_green_whose_tags_were_edited_by_hand_still_counts(release: Release) -> None:
    """The record of the release has its id. Only a termination needs the tags."""
    deployment = release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    release.account.client.update_tags_for_resource(
        ResourceArn=release.look("shop-prod-green").arn, TagsToRemove=["bluegreen:blue"]
    )
    release.account.until_status(release.look("shop-prod-green").id, "Ready")
    kept(release, deployment, "WatchRelease")
    assert holder(release) == "shop-prod-green"


def test_users_leave_a_red_blue_for_a_green_that_is_only_not_healthy(release: Release) -> None:
    """Basic health is Yellow or Grey then; Warning is better than Severe."""
    deployment = release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    deployment = replace(deployment, accepted_health=("Pending",))
    release.break_down("shop-prod")
    kept(release, deployment, "WatchRelease")
    assert holder(release) == "shop-prod-green"


@pytest.mark.parametrize("age", [0, 59])
@pytest.mark.parametrize("state", ["AwaitRelease", "WatchRelease"])
def test_users_of_a_bad_blue_whose_green_is_terminated_by_hand_stay_and_people_hear_of_it(
    release: Release, state: str, age: float
) -> None:
    deployment = release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    release.wait(60)
    release.account.service.durations.set({"terminate": 100})
    release.account.client.terminate_environment(EnvironmentName="shop-prod-green")
    release.account.memory.set_faults(
        *([{"kind": "stale", "service": "elasticbeanstalk", "age": age, "for_seconds": 1e9}] if age else [])
    )
    outcome = kept(release, deployment, state)
    assert outcome.served_by.startswith("shop-prod (")
    assert outcome.done == "nothing: shop-prod-green, which users could go back to, is gone or being terminated"
    release.account.memory.set_faults()
    assert release.beanstalk.configuration_description("shop", deployment.config_template) is None, "nobody needs it"
    assert release.look("shop-prod").cname == PRODUCTION


def test_a_live_green_that_is_terminated_by_hand_is_named(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.account.service.durations.set({"terminate": 100})
    release.account.client.terminate_environment(EnvironmentName="shop-prod-green")
    outcome = kept(release, deployment, "AwaitRelease")
    assert outcome.served_by.startswith(f"NOBODY at {PRODUCTION}: act at once. shop-prod-green (")
    assert outcome.served_by.endswith("which has it, is being terminated")
    assert outcome.done is None


def test_a_branch_whose_look_still_shows_the_green_that_it_removed_looks_again(release: Release) -> None:
    """The list is old, and the tags are not."""
    deployment = release.clone(release.plan())
    entered = release.account.now()
    release.wait(60)

    def run() -> Outcome:
        return recover(
            deployment,
            failed_in("AwaitGreen"),
            release.visit(since=entered),
            release.records,
            release.beanstalk,
            scaling=release.scaling,
        )

    release.eventually(run)
    release.account.until(lambda: not release.beanstalk.environments("shop-prod-green"), lambda: "green to be gone")
    release.account.service.stale_reads.keep(59)
    release.account.order_stale_reads(action="DescribeEnvironments", age=30)
    with pytest.raises(EnvironmentNotReadyError, match="shop-prod-green to be shown as Terminated"):
        run()
    release.account.memory.set_faults()
    assert "shop-prod (" in run().served_by


@pytest.mark.parametrize(
    ("state", "serves"),
    [("HooksBeforeDeploy", "shop-prod"), ("HooksBeforeBlue", "shop-prod-green"), ("HooksAfterBlue", "shop-prod-green")],
)
def test_a_hook_that_fails_leaves_users_on_the_best_environment(release: Release, state: str, serves: str) -> None:
    """Before blue is changed it gets its users back. After that, a hook's verdict counts as that of a test."""
    deployment = release.swapped(release.cloned(), "green")
    if state != "HooksBeforeDeploy":
        deployment = release.deployed(deployment)
    if state == "HooksAfterBlue":
        deployment = release.swapped(deployment, "blue")
    kept(release, deployment, state, HookFailedError.__name__)
    assert holder(release) == serves
    assert release.stands("shop-prod-green")


def test_a_hook_that_fails_after_the_end_moves_nobody(release: Release) -> None:
    deployment = release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    release.terminated(deployment)
    outcome = kept(release, deployment, "HooksAfterRelease", HookFailedError.__name__)
    assert holder(release) == "shop-prod"
    assert "shop-prod" in outcome.served_by
    assert outcome.done is None
