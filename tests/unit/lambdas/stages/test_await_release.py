"""AwaitRelease ends with a blue that runs the version, or with an error."""

from dataclasses import replace

import pytest

from lambdas.aws.snapshot import Snapshot
from lambdas.errors import DeploymentFailedError, EnvironmentNotReadyError
from lambdas.shared_look import BeanstalkByLook
from lambdas.stages import await_release
from tests.support import source_bundles
from tests.support.beanstalk import ENHANCED
from tests.support.stages import Release


def test_a_ready_blue_with_error_events_is_a_failed_deployment(release: Release) -> None:
    release.account.version("bad", source_bundles.release(500))
    deployment = replace(release.swapped(release.cloned(), "green"), version="bad")
    release.deploy(deployment)
    with pytest.raises(DeploymentFailedError, match="Failed to deploy application"):
        release.eventually(lambda: await_release.await_release(deployment, release.visit(), release.beanstalk))
    assert release.look("shop-prod").ready


def test_error_events_are_a_failed_deployment_also_if_blue_had_the_label_before(
    release: Release,
) -> None:
    deployment = replace(release.swapped(release.cloned(), "green"), version="v1")
    release.account.objects.clear()
    release.beanstalk.deploy(release.look("shop-prod"), "v1")
    with pytest.raises(DeploymentFailedError, match="Unable to download from S3"):
        release.eventually(lambda: await_release.await_release(deployment, release.visit(), release.beanstalk))
    assert release.look("shop-prod").version == "v1"


def test_events_are_not_read_while_the_health_after_an_update_settles(release: Release) -> None:
    """Elastic Beanstalk limits both calls: https://github.com/aws/aws-toolkit-azure-devops/issues/62"""
    deploying = release.deploy(release.swapped(release.cloned(), "green"))
    release.account.until_status(deploying.blue_id, "Ready")
    blue = replace(release.look("shop-prod"), colour="Grey")
    green = release.look("shop-prod-green")
    grey = BeanstalkByLook(release.beanstalk, Snapshot({blue.id: blue, green.id: green}))
    for seconds, read in ((0, 0), (await_release.HEALTH_SECONDS, 1)):
        release.wait(seconds)
        before = release.calls("DescribeEvents")
        with pytest.raises(EnvironmentNotReadyError, match="shop-prod to be healthy"):
            await_release.await_release(deploying, release.visit(), grey)
        assert release.calls("DescribeEvents") - before == read
    tested = release.eventually(lambda: await_release.await_release(deploying, release.visit(), release.beanstalk))
    assert tested.tested_date == release.look("shop-prod").updated.isoformat()


def test_a_warning_after_a_completed_update_is_waited_for(release: Release) -> None:
    """Recorded: https://github.com/einaregilsson/beanstalk-deploy/issues/113."""
    release.account.client.update_environment(EnvironmentName="shop-prod", OptionSettings=[ENHANCED])  # type: ignore[list-item]
    release.account.until_health(release.look("shop-prod").id, "Ok")
    release.account.service.durations.set({"warning_chance": 1, "warning_after_update": 120})
    deployment = release.swapped(release.cloned(), "green")
    deploying = release.deploy(deployment)
    release.account.until_health(deployment.blue_id, "Warning")
    with pytest.raises(EnvironmentNotReadyError, match="Ready, Warning"):
        await_release.await_release(deploying, release.visit(), release.beanstalk)
    assert release.eventually(lambda: await_release.await_release(deploying, release.visit(), release.beanstalk))
    assert release.look("shop-prod").health_status == "Ok"


def test_waiting_for_a_release_changes_nothing(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.deploy(deployment)
    writes = sum(count for action, count in release.account.service.calls.items() if not action.startswith("Describe"))
    release.eventually(lambda: await_release.await_release(deployment, release.visit(), release.beanstalk))
    assert writes == sum(
        count for action, count in release.account.service.calls.items() if not action.startswith("Describe")
    )


def test_an_older_failure_in_stale_events_does_not_end_the_release(release: Release) -> None:
    release.account.version("bad", source_bundles.release(500))
    deployment = release.swapped(release.cloned(), "green")
    release.deploy(replace(deployment, version="bad"))
    release.account.until_status(deployment.blue_id, "Ready")
    deploying = release.deploy(deployment)
    release.account.order_stale_reads(action="DescribeEvents", age=50)
    release.account.until_status(deployment.blue_id, "Ready")
    with pytest.raises(EnvironmentNotReadyError, match="the update of shop-prod to begin"):
        await_release.await_release(deploying, release.visit(), release.beanstalk)
    assert release.eventually(lambda: await_release.await_release(deploying, release.visit(), release.beanstalk))


def test_a_completed_update_that_still_shows_the_label_of_before_is_waited_for(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    deploying = release.deploy(deployment)
    release.account.until_status(deployment.blue_id, "Ready")
    release.account.order_stale_reads(action="DescribeEnvironments", age=50)
    with pytest.raises(EnvironmentNotReadyError, match="to show the version v2"):
        await_release.await_release(deploying, release.visit(), release.beanstalk)
    assert release.eventually(lambda: await_release.await_release(deploying, release.visit(), release.beanstalk))


def test_an_update_that_somebody_aborted_ends_the_release_and_is_told_as_such(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.account.service.durations.set({"update": 100})
    deploying = release.deploy(deployment)
    release.account.client.abort_environment_update(EnvironmentId=deployment.blue_id)
    with pytest.raises(DeploymentFailedError, match="Somebody aborted the update"):
        release.eventually(lambda: await_release.await_release(deploying, release.visit(), release.beanstalk))


def test_a_deployment_of_an_older_deploy_release_is_judged_by_the_last_update(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.deploy(deployment)
    assert deployment.update_since == ""
    assert release.eventually(lambda: await_release.await_release(deployment, release.visit(), release.beanstalk))
