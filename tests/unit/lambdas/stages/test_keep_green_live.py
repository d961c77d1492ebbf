"""KeepGreenLive ends with an outcome, so that it does not hide the failure before it."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest

from lambdas.deployment import Deployment
from lambdas.errors import CallRejectedError, EnvironmentNotReadyError
from lambdas.failure import Failure, Outcome
from lambdas.stages.keep_green_live import handler, keep_green_live
from lambdas.visit import SETTLE_SECONDS
from tests.support.stages import CAUSE, EXECUTION, Release

FAILURE = Failure("WatchRelease", "ReleaseUnhealthyError", CAUSE, 0)


def kept(release: Release, deployment: Deployment, seconds: int = 0) -> Outcome:
    """The outcome of an invocation so many seconds after its state was entered."""
    entered = release.account.now()
    release.wait(seconds)
    return keep_green_live(
        deployment, FAILURE, release.visit(since=entered), release.records, release.beanstalk, scaling=release.scaling
    )


def test_an_execution_that_lost_the_lock_touches_nothing_and_names_the_other_one(release: Release) -> None:
    deployment = release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    release.plan(execution="other")
    outcome = kept(release, deployment)
    assert "execution:bluegreen:other" in outcome.served_by
    assert release.calls("SwapEnvironmentCNAMEs") == 2, "there and back, by the release itself"


def test_the_branch_waits_until_users_are_where_they_belong_but_not_longer_than_its_time_out(release: Release) -> None:
    deployment = release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    release.account.service.durations.set({"update": 7_200})
    release.account.client.update_environment(EnvironmentName="shop-prod-green", VersionLabel="v2")
    with pytest.raises(EnvironmentNotReadyError, match="to be Ready"):
        kept(release, deployment, seconds=deployment.timeouts.swap_traffic - 60)
    outcome = kept(release, deployment, seconds=deployment.timeouts.swap_traffic)
    assert "unfinished after 900 seconds: Expected shop-prod and shop-prod-green to be Ready" in (
        outcome.left_over or ""
    )


def test_users_go_back_also_when_nothing_tells_how_many_instances_there_are(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment = release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    release.wait(SETTLE_SECONDS)
    release.break_down("shop-prod")

    def deny(*_: object) -> None:
        raise CallRejectedError(expected="to see the group", found="AccessDenied", next_step="Allow it.")

    monkeypatch.setattr(release.scaling, "groups", deny)
    with suppress(EnvironmentNotReadyError):  # the swap was asked for
        kept(release, deployment)
    assert release.calls("SwapEnvironmentCNAMEs") == 3, "there, back, and there again"


def test_a_failure_in_plan_touched_nothing() -> None:
    failure = {"State": "Plan", "Error": "ReleaseRefusedError", "Cause": CAUSE, "RedriveCount": 0}
    entered = datetime.now(UTC).isoformat()
    context = {
        "Execution": {"Id": EXECUTION, "StartTime": entered},
        "State": {"Name": "KeepGreenLive", "EnteredTime": entered},
    }
    notice = handler({"deployment": None, "failure": failure, "context": context}, None)
    assert "Users are served by: the same environment as before: nothing was touched" in notice["message"]
