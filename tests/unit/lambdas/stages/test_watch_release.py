"""WatchRelease ends after its time, or at the first finding."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lambdas.errors import EnvironmentNotReadyError, ReleaseUnhealthyError, UnexpectedEnvironmentError
from lambdas.failure import Failure
from lambdas.recovery import recover
from lambdas.stages import watch_release
from tests.support.fake_services import FakeAlarms
from tests.support.stages import CAUSE, PRODUCTION, Release, visit


def test_the_watch_ends_after_its_seconds(release: Release) -> None:
    deployment = replace(release.swapped(release.cloned(), "green"), version="v1", bake_seconds=600)
    start = datetime.now(UTC)

    def watch(seconds: int) -> object:
        now = start + timedelta(seconds=seconds)
        return watch_release.watch_release(deployment, visit(since=start, now=now), release.beanstalk, FakeAlarms())

    with pytest.raises(EnvironmentNotReadyError, match="watched for 600 seconds"):
        watch(599)
    assert watch(600) == deployment


@pytest.mark.parametrize(("bake_seconds", "watched"), [(0, 0), (1, 60), (59, 60), (60, 60), (61, 61)])
def test_a_watch_ends_with_a_look_that_is_from_after_the_swap_unless_there_is_to_be_none(
    release: Release, bake_seconds: int, watched: int
) -> None:
    deployment = replace(release.cloned(), version="v1", bake_seconds=bake_seconds)
    start = datetime.now(UTC)

    def watch(seconds: float) -> object:
        now = start + timedelta(seconds=seconds)
        return watch_release.watch_release(deployment, visit(since=start, now=now), release.beanstalk, FakeAlarms())

    if watched:
        with pytest.raises(EnvironmentNotReadyError, match=f"watched for {watched} seconds"):
            watch(watched - 0.5)
    assert watch(watched) == deployment


def test_an_alarm_ends_the_watch_at_once(release: Release) -> None:
    deployment = replace(release.cloned(), alarms=("errors", "latency"))
    with pytest.raises(ReleaseUnhealthyError, match="in ALARM: latency"):
        watch_release.watch_release(deployment, visit(), release.beanstalk, FakeAlarms("latency"))


def test_a_red_blue_ends_the_watch_at_once(release: Release) -> None:
    deployment = release.cloned()
    release.break_down("shop-prod")
    with pytest.raises(ReleaseUnhealthyError, match="Red"):
        watch_release.watch_release(deployment, release.visit(), release.beanstalk, FakeAlarms())


def test_a_look_from_before_the_swap_does_not_end_the_watch(release: Release) -> None:
    """It shows another health of blue, that of its deployment perhaps."""
    swapped = release.swapped(release.cloned(), "green")
    deployment = replace(swapped, accepted_health=("Severe",), unhealthy_seconds=0)
    entered = release.account.now()

    def watch(seconds: int) -> object:
        invocation = visit(since=entered, now=entered + timedelta(seconds=seconds))
        return watch_release.watch_release(deployment, invocation, release.beanstalk, FakeAlarms())

    with pytest.raises(EnvironmentNotReadyError, match="to hold the production CNAME"):
        watch(59)
    with pytest.raises(ReleaseUnhealthyError):
        watch(60)


def test_a_change_of_tags_by_hand_does_not_end_the_watch(release: Release) -> None:
    """Blue is Updating meanwhile. Basic health is Grey then, whatever the application answers."""
    deployment = replace(release.cloned(), version="v1", bake_seconds=0)
    blue = release.look("shop-prod")
    release.account.client.update_tags_for_resource(
        ResourceArn=blue.arn, TagsToAdd=[{"Key": "team", "Value": "checkout"}]
    )

    def watch() -> object:
        return watch_release.watch_release(deployment, release.visit(), release.beanstalk, FakeAlarms())

    with pytest.raises(EnvironmentNotReadyError, match="Updating, Grey"):
        watch()
    assert release.eventually(watch) == deployment


def test_an_alarm_during_an_operation_on_blue_ends_the_watch(release: Release) -> None:
    deployment = replace(release.cloned(), alarms=("errors",))
    blue = release.look("shop-prod")
    release.account.client.update_tags_for_resource(ResourceArn=blue.arn, TagsToAdd=[{"Key": "team", "Value": "x"}])
    with pytest.raises(ReleaseUnhealthyError, match="in ALARM: errors"):
        watch_release.watch_release(deployment, release.visit(), release.beanstalk, FakeAlarms("errors"))


def test_a_deployment_by_hand_onto_blue_is_no_success_of_the_release(release: Release) -> None:
    """Users go back to green, whose version is known to be good."""
    deployment = release.deployed(release.swapped(release.cloned(), "green"))
    release.swapped(deployment, "blue")
    release.account.version("v3")
    release.account.client.update_environment(EnvironmentName="shop-prod", VersionLabel="v3")
    release.account.until_status(deployment.blue_id, "Ready")
    ended = release.account.now() - timedelta(seconds=deployment.bake_seconds)
    with pytest.raises(UnexpectedEnvironmentError, match=r"running v3\. Somebody deployed onto it"):
        watch_release.watch_release(deployment, release.visit(since=ended), release.beanstalk, FakeAlarms())
    failure = Failure("WatchRelease", UnexpectedEnvironmentError.__name__, CAUSE, 0)
    recovering = release.visit(None, "KeepGreenLive", since=release.account.now())

    def recovered() -> object:
        now = replace(recovering, now=release.account.now())
        return recover(deployment, failure, now, release.records, release.beanstalk, scaling=release.scaling)

    release.eventually(recovered)
    assert release.look("shop-prod-green").cname == PRODUCTION
