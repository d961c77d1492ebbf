"""TerminateGreen removes green, and nothing that serves users or is not a clone of blue."""

from dataclasses import replace

import pytest

from lambdas.errors import (
    EnvironmentNotReadyError,
    ReleaseUnhealthyError,
    ServiceUnavailableError,
    UnexpectedEnvironmentError,
)
from tests.support.stages import Release


def test_green_is_terminated_once_and_its_saved_configuration_deleted(release: Release) -> None:
    deployment = release.cloned()
    release.terminate(deployment)
    release.terminate(deployment)
    release.terminated(deployment)
    assert release.beanstalk.environments("shop-prod-green") == []
    assert release.calls("TerminateEnvironment") == 1
    assert release.beanstalk.configuration_description("shop", "bluegreen-release-v2") is None


def test_the_saved_configuration_is_deleted_before_green_is_terminated(release: Release) -> None:
    """A release that ends after the termination, such as by an abort, leaves nothing that no later one looks for."""
    deployment = release.cloned()
    fault = {"kind": "error_before", "service": "elasticbeanstalk", "action": "DeleteConfigurationTemplate"}
    release.account.memory.set_faults({**fault, "for_seconds": 10})
    with pytest.raises(ServiceUnavailableError):
        release.terminate(deployment)
    assert release.calls("TerminateEnvironment") == 0


def test_green_is_not_terminated_while_it_serves_users(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    with pytest.raises(UnexpectedEnvironmentError, match="not to serve users"):
        release.terminate(deployment)
    assert release.calls("TerminateEnvironment") == 0


def test_green_is_not_terminated_while_blue_fails_its_users(release: Release) -> None:
    """Green may be busy for a while before it can be terminated, and a redrive may come days after the watch."""
    deployment = release.cloned()
    release.break_down("shop-prod")
    with pytest.raises(ReleaseUnhealthyError, match="shop-prod-green still stands by with v1"):
        release.terminate(deployment)
    assert release.calls("TerminateEnvironment") == 0


def test_a_blue_that_an_operation_shows_as_grey_is_no_reason_to_keep_green(release: Release) -> None:
    deployment = release.cloned()
    release.account.client.update_tags_for_resource(
        ResourceArn=release.look("shop-prod").arn, TagsToAdd=[{"Key": "team", "Value": "checkout"}]
    )
    assert release.look("shop-prod").health == "Grey"
    release.terminate(deployment)
    assert release.calls("TerminateEnvironment") == 1


def test_an_environment_that_is_not_a_clone_of_this_tool_is_not_terminated(release: Release) -> None:
    theirs = release.account.healthy("shop-theirs", VersionLabel="v1")
    with pytest.raises(UnexpectedEnvironmentError, match="that this tool made"):
        release.terminate(replace(release.plan(), green="shop-theirs", green_id=theirs))
    assert release.calls("TerminateEnvironment") == 0


def test_blue_is_never_terminated(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    with pytest.raises(UnexpectedEnvironmentError):
        release.terminate(replace(deployment, green_id=deployment.blue_id))
    assert release.calls("TerminateEnvironment") == 0


def test_green_is_not_terminated_by_a_look_from_before_the_swap(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.account.order_stale_reads(action="DescribeEnvironments", age=10)
    with pytest.raises(EnvironmentNotReadyError, match="the events of a swap at"):
        release.terminate(deployment)
    assert release.calls("TerminateEnvironment") == 0


@pytest.mark.parametrize("wait", [0, 20])
def test_a_termination_that_does_not_show_yet_is_awaited(release: Release, wait: float) -> None:
    """The answer to the first request was lost. Elastic Beanstalk refuses a second one."""
    deployment = release.cloned()
    entered = release.account.now()
    release.wait(65)
    release.terminate(deployment, since=entered)
    release.wait(wait)  # until green is being terminated, or is Terminated
    release.account.order_stale_reads(action="DescribeEnvironments", age=wait + 10)
    with pytest.raises(EnvironmentNotReadyError):
        release.terminate(deployment, since=entered)
    release.wait(60)
    release.terminate(deployment, since=entered)


def test_a_termination_that_only_the_last_look_shows_is_awaited(release: Release) -> None:
    deployment = release.cloned()
    entered = release.account.now()
    release.wait(65)
    release.terminate(deployment, since=entered)
    release.account.order_stale_reads(action="DescribeEnvironments", age=10, call=1)
    with pytest.raises(EnvironmentNotReadyError, match="as it was shown a moment ago"):
        release.terminate(deployment, since=entered)
    release.terminate(deployment, since=entered)
    assert release.calls("TerminateEnvironment") == 1


def test_an_execution_that_began_a_moment_ago_terminates_nothing(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.account.order_stale_reads(age=10)
    with pytest.raises(EnvironmentNotReadyError, match="to be 60 seconds ago"):
        release.terminate(deployment, started=release.account.now())
    assert release.calls("TerminateEnvironment") == 0
