"""Plan refuses what is not safe to start from."""

from dataclasses import replace
from datetime import timedelta
from unittest.mock import Mock

import pytest

from lambdas.errors import CallRejectedError, PermissionDeniedError, ReleaseError, ReleaseRefusedError
from tests.support.fake_services import FakeAlarms, FakeExecutions
from tests.support.stages import EXECUTION, Release, refusal

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


def test_an_execution_of_another_stack_that_has_ended_is_followed(release: Release) -> None:
    release.plan(execution="other")
    release.executions.end(OTHER, release.account.now(), "FAILED")
    assert release.plan()


@pytest.mark.parametrize("error", [PermissionDeniedError, CallRejectedError])
def test_a_holder_of_which_nothing_is_known_is_refused_with_the_way_out(
    release: Release, monkeypatch: pytest.MonkeyPatch, error: type[ReleaseError]
) -> None:
    """It may be of a stack of another name. Without a way out, nobody could ever release again."""
    release.plan(execution="other")
    record = release.records.by_environment["shop", "shop-prod"]
    release.records.by_environment["shop", "shop-prod"] = replace(record, where="s3://bucket/shop-prod.json")
    denied = error(expected="an answer", found="AccessDeniedException: no", next_step="Allow it.")
    monkeypatch.setattr(release.executions, "find", Mock(side_effect=denied))
    message = refusal(release)
    assert f"whether {OTHER}, which holds this environment, still runs. Found AccessDeniedException" in message
    assert "once it has ended, delete s3://bucket/shop-prod.json" in message
    del release.records.by_environment["shop", "shop-prod"]
    assert release.plan()


LATER = timedelta(minutes=5)


@pytest.mark.parametrize("redrives", [0, 1])
def test_a_redrive_of_what_a_later_success_overtook_is_refused(release: Release, redrives: int) -> None:
    """It would put its own older version in front of users again."""
    started = release.account.now()
    release.plan(execution="other")
    release.executions.end(OTHER, started + LATER)
    if not redrives:
        assert release.plan(started=started)
        return
    message = refusal(release, started=started, redrives=redrives)
    assert f"Found {OTHER}, started at" in message
    assert "which released v3" in message
    assert "See whether v2 is still wanted, then start a new execution" in message


@pytest.mark.parametrize(("status", "later"), [("FAILED", LATER), ("SUCCEEDED", -LATER)])
def test_a_redrive_goes_on_after_a_later_failure_and_an_earlier_success(
    release: Release, status: str, later: timedelta
) -> None:
    started = release.account.now()
    release.plan(execution="other")
    release.executions.end(OTHER, started + later, status)
    assert release.plan(started=started, redrives=1)


def test_a_redrive_knows_of_a_later_success_also_when_others_failed_after_it(release: Release) -> None:
    started = release.account.now()
    release.plan(execution="other")
    release.executions.end(OTHER, started + LATER)
    release.plan(execution="third", started=started + 2 * LATER)
    third = OTHER.replace("other", "third")
    release.executions.end(third, started + 2 * LATER, "FAILED")
    assert f"Found {OTHER}" in refusal(release, started=started, redrives=1)
    assert release.plan(execution="third", started=started + 2 * LATER, redrives=1), "the third began after it"


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
