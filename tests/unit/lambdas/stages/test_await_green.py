"""AwaitGreen ends with a green that could take over, or with an error."""

from dataclasses import replace

import pytest

from lambdas.aws.event_log import EventLog, Operation
from lambdas.errors import EnvironmentNotReadyError, LaunchFailedError, UnexpectedEnvironmentError
from lambdas.settling import settled_verdict
from lambdas.stages import await_green
from tests.support import source_bundles
from tests.support.stages import Release


def test_a_green_that_fails_to_launch_ends_the_release_with_its_events(release: Release) -> None:
    release.account.version("bad", source_bundles.release(500))
    deployment = release.clone(replace(release.plan(), green_version="bad"))
    with pytest.raises(LaunchFailedError, match="with errors"):
        release.eventually(lambda: release.await_green(deployment))


def test_a_green_that_is_terminated_ends_the_release(release: Release) -> None:
    deployment = release.cloned()
    release.account.client.terminate_environment(EnvironmentId=deployment.green_id or "")
    with pytest.raises(UnexpectedEnvironmentError):
        release.await_green(deployment)


def test_a_launch_that_fails_and_ends_terminated_is_told_as_a_failed_launch(release: Release) -> None:
    """Recorded launches end so: https://github.com/alienfast/elastic-beanstalk/issues/56."""
    release.account.version("dying", source_bundles.dying())
    release.account.service.switches.set({"failed_launch": "terminated"})
    deployment = release.clone(replace(release.plan(), green_version="dying"))
    release.account.until_status(deployment.green_id or "", "Terminated")
    with pytest.raises(LaunchFailedError, match=r"Terminated.*Failed to launch environment\.") as failed:
        release.await_green(deployment)
    assert "terminated it" not in str(failed.value)


def test_a_launch_whose_command_fails_is_ready_and_told_as_a_failed_launch(release: Release) -> None:
    """Recorded launches end so, too: https://github.com/BishopFox/dufflebag/issues/4."""
    release.account.version("dying", source_bundles.dying())
    deployment = release.clone(replace(release.plan(), green_version="dying"))
    release.account.until_status(deployment.green_id or "", "Ready")
    with pytest.raises(LaunchFailedError, match=r"Ready.*Command failed on instance.*complete, but with errors\."):
        release.await_green(deployment)


def test_the_events_of_a_failed_launch_are_waited_for(release: Release) -> None:
    release.account.service.switches.set({"failed_launch": "terminated"})
    release.account.version("dying", source_bundles.dying())
    deployment = release.clone(replace(release.plan(), green_version="dying"))
    release.account.until_status(deployment.green_id or "", "Terminating")
    release.account.order_stale_reads(action="DescribeEvents", age=50)
    with pytest.raises(EnvironmentNotReadyError, match="the events that say why"):
        release.await_green(deployment)
    with pytest.raises(LaunchFailedError, match="Command failed on instance"):
        release.eventually(lambda: release.await_green(deployment))


def test_a_green_that_does_not_show_yet_is_waited_for(release: Release) -> None:
    release.wait(60)
    deployment = release.plan()
    release.account.order_stale_reads(age=50)
    cloned = release.clone(deployment)
    entered = release.visit().since

    def await_green_in_state() -> object:
        visit = release.visit(since=entered)
        with settled_verdict(visit):
            return await_green.await_green(cloned, visit, release.beanstalk)

    with pytest.raises(EnvironmentNotReadyError, match=r"Found none.*up to 60 seconds old"):
        await_green_in_state()
    assert release.eventually(await_green_in_state)


def test_a_launch_that_was_denied_says_what_to_allow(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    deployment = release.cloned()
    began = release.account.now()
    denied = Operation(began, ("You don't have permission to copy an Amazon S3 object.",), completed=False)
    gone = replace(release.look("shop-prod-green"), status="Terminated")
    monkeypatch.setattr(release.beanstalk, "environment", lambda _: gone)
    monkeypatch.setattr(release.beanstalk, "events", lambda _: EventLog(denied, denied, None, None, empty=False))
    with pytest.raises(LaunchFailedError, match=r"Allow s3:GetObject, .* on the version's source bundle to"):
        release.await_green(deployment)
