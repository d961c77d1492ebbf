"""Plan refuses what is not safe to start from."""

import pytest

from lambdas.errors import ReleaseRefusedError
from tests.support.stages import EXECUTION, FakeAlarms, FakeExecutions, Release, refusal

OTHER = EXECUTION.replace("release-v2", "other")


def test_an_unknown_application_is_refused(release: Release) -> None:
    assert "an application named blog" in refusal(release, application="blog")


def test_an_unknown_version_is_refused(release: Release) -> None:
    assert "a version v9 of shop" in refusal(release, version="v9")


def test_a_version_that_failed_to_process_is_refused(release: Release) -> None:
    release.account.version("broken", b"no zip", Process=True)
    release.account.until(
        lambda: (found := release.beanstalk.version("shop", "broken")) and found.status == "FAILED",
        lambda: "the version to fail",
    )
    assert "Found FAILED" in refusal(release, version="broken")


def test_one_name_for_blue_and_green_is_refused(release: Release) -> None:
    assert "one name for both" in refusal(release, green="shop-prod")


def test_an_alarm_in_alarm_state_is_refused(release: Release) -> None:
    with pytest.raises(ReleaseRefusedError, match="latency in ALARM"):
        release.plan(FakeAlarms("latency"), alarms=["errors", "latency"])


def test_another_execution_that_runs_is_named(release: Release) -> None:
    release.plan(execution="other")
    release.executions = FakeExecutions(OTHER)
    with pytest.raises(ReleaseRefusedError, match=r"other, which is RUNNING"):
        release.plan()
    assert release.records.writes == 1


def test_a_rollback_to_no_version_is_refused(release: Release) -> None:
    with pytest.raises(ReleaseRefusedError, match="a version to go back to"):
        release.plan(mode="rollback", version=None)


def test_a_version_that_exists_with_another_bundle_is_refused(release: Release) -> None:
    """Otherwise a release of the live label ends at once, and the bundle is never deployed."""
    bundle = {"bucket": "artifacts", "key": "new.zip"}
    assert "to be made from s3://artifacts/new.zip" in refusal(release, version="v1", source_bundle=bundle)
    bundle["version_id"] = "3"
    assert "in the version 3" in refusal(release, version="v1", source_bundle=bundle)


def test_a_rollback_may_start_while_its_alarm_rings(release: Release) -> None:
    assert release.plan(FakeAlarms("errors"), alarms=["errors"], mode="rollback", version="v1")


def test_a_hook_that_the_stack_was_not_deployed_with_is_refused(release: Release) -> None:
    assert release.plan(hooks={"before_blue": ["smoke"]}).hooks.before_blue == ("smoke",)
    assert "Found load, notify" in refusal(release, hooks={"before_blue": ["smoke", "load"], "after_blue": ["notify"]})
