"""Functions print their metrics in CloudWatch's embedded metric format."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lambdas import http_answers, waiter
from lambdas.errors import EnvironmentNotReadyError, ReleaseError, ServiceUnavailableError
from lambdas.handler import report_stage
from lambdas.metrics import NAMESPACE
from lambdas.stages import await_termination, keep_green_live, plan, verify_release
from tests.support.fake_services import FakeAlarms
from tests.support.stages import EXECUTION, Release, visit

Json = dict[str, Any]
Lines = pytest.CaptureFixture[str]


class PrintedMetrics:
    """The metrics that were printed since the last call of `measured`."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def measured(self) -> dict[str, list[Json]]:
        """Each metric's dimensions and value, by its name."""
        found: dict[str, list[Json]] = {}
        for line in self._lines.readouterr().out.splitlines():
            document = json.loads(line)
            for directive in document.get("_aws", {}).get("CloudWatchMetrics", []):
                assert directive["Namespace"] == NAMESPACE
                ((metric,), (dimensions,)) = directive["Metrics"], directive["Dimensions"]
                (value,) = document[metric["Name"]]
                of = {name: document[name] for name in dimensions}
                found.setdefault(metric["Name"], []).append(of | {"value": value, "unit": metric["Unit"]})
        return found


@pytest.fixture
def printed(capsys: Lines) -> PrintedMetrics:
    return PrintedMetrics(capsys)


@pytest.fixture
def invoked(release: Release, monkeypatch: pytest.MonkeyPatch) -> Release:
    """Connect the handlers to the release's account."""
    for module in (waiter, verify_release, keep_green_live):
        monkeypatch.setattr(module, "connect_beanstalk", lambda: release.beanstalk)
    for module in (plan, keep_green_live):
        monkeypatch.setattr(module, "connect_records", lambda: release.records)
        monkeypatch.setattr(module, "connect_scaling", lambda: release.scaling)
    monkeypatch.setattr(plan, "connect_alarms", FakeAlarms)
    monkeypatch.setattr(plan, "connect_surroundings", lambda: release.surroundings)
    monkeypatch.setattr(plan, "connect_executions", lambda: release.executions)
    monkeypatch.setattr(time, "time", lambda: release.account.now().timestamp())
    return release


def context(state: str, **execution: Any) -> Json:
    """Return the context of a state that was entered two minutes ago, an hour after the execution's start."""
    now = datetime.fromtimestamp(time.time(), UTC)
    started, entered = (now - timedelta(hours=1)).isoformat(), (now - timedelta(minutes=2)).isoformat()
    return {
        "Execution": {"Id": EXECUTION, "StartTime": started, **execution},
        "State": {"Name": state, "EnteredTime": entered},
    }


def event(state: str, deployment: Any, **more: Any) -> Json:
    return {"deployment": deployment.to_json(), "context": context(state), **more}


def planned(**request: Any) -> Json:
    given = {"application": "shop", "blue": "shop-prod", **request}
    return plan.handler({"context": context("Plan", Input=given)}, None)


def count(**dimensions: str) -> list[Json]:
    return [{**dimensions, "value": 1, "unit": "Count"}]


def test_each_stage_measures_how_long_its_state_took(printed: PrintedMetrics) -> None:
    with report_stage(replace(visit(), state="AwaitGreen"), "shop", "shop-prod"):
        pass
    ((taken,),) = printed.measured().values()
    assert (taken["application"], taken["state"], taken["unit"]) == ("shop", "AwaitGreen", "Seconds")
    assert 0 <= taken["value"] < 60


HOUR = 3_600


@pytest.mark.parametrize(
    ("execution", "approved_minutes_ago", "seconds"),
    [
        ({}, None, HOUR),
        ({"RedriveTime": -600}, None, 600),
        ({}, 5, 300),
        ({"RedriveTime": -60}, 5, 60),
    ],
    ids=["started", "redriven", "approved", "redriven after the approval"],
)
def test_a_release_that_waits_measures_its_age_from_its_start_redrive_or_approval(
    invoked: Release, printed: PrintedMetrics, execution: Json, approved_minutes_ago: int | None, seconds: int
) -> None:
    deployment, now = invoked.cloned(), invoked.account.now()
    moments = {name: (now + timedelta(seconds=offset)).isoformat() for name, offset in execution.items()}
    if approved_minutes_ago:
        deployment = replace(deployment, approved_at=(now - timedelta(minutes=approved_minutes_ago)).isoformat())
    waiting = {"deployment": deployment.to_json(), "context": context("AwaitTermination", **moments)}
    with pytest.raises(EnvironmentNotReadyError):
        await_termination.handler(waiting, None)
    (measured,) = printed.measured()["ReleaseSeconds"]
    assert measured == {"machine": "bluegreen", "value": pytest.approx(seconds, abs=1), "unit": "Seconds"}


def failing(error: type[ReleaseError]) -> None:
    with report_stage(visit(), "shop", "shop-prod"):
        raise error(expected="this", found="that", next_step="Do so.")


def test_an_error_of_a_stage_is_counted_by_its_name(printed: PrintedMetrics) -> None:
    with pytest.raises(ServiceUnavailableError):
        failing(ServiceUnavailableError)
    assert printed.measured() == {"StageErrors": count(application="shop", error="ServiceUnavailableError")}


def test_a_wait_is_not_counted_as_an_error(printed: PrintedMetrics) -> None:
    with pytest.raises(EnvironmentNotReadyError):
        failing(EnvironmentNotReadyError)
    assert printed.measured() == {}


def test_a_refused_release_is_counted(invoked: Release, printed: PrintedMetrics) -> None:
    with pytest.raises(ReleaseError):
        planned(version="v9")
    assert printed.measured()["Releases"] == count(application="shop", result="refused")


def test_a_release_of_the_live_version_is_counted_as_unchanged(invoked: Release, printed: PrintedMetrics) -> None:
    planned(version="v1")
    assert printed.measured()["Releases"] == count(application="shop", result="unchanged")


@pytest.mark.parametrize("version", ["v1", "v2", "v9"])
def test_a_dry_run_is_not_counted_as_a_release(invoked: Release, printed: PrintedMetrics, version: str) -> None:
    planned(version=version, dry_run=True)
    assert "Releases" not in printed.measured()


def test_only_the_mode_deploy_counts_a_release_after_its_test(
    invoked: Release, printed: PrintedMetrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_answers, "get_status", lambda *_, **__: 200)
    for mode, expected in [("deploy", count(application="shop", result="deployed")), ("full", None)]:
        verify_release.handler(event("VerifyRelease", invoked.plan(mode=mode)), None)
        assert printed.measured().get("Releases") == expected


def test_a_release_counts_as_released_when_green_is_gone(invoked: Release, printed: PrintedMetrics) -> None:
    await_termination.handler(event("AwaitTermination", invoked.plan()), None)
    measured = printed.measured()
    assert measured["Releases"] == count(application="shop", result="released")
    assert "Rollbacks" not in measured


def test_a_rollback_is_counted_as_one(invoked: Release, printed: PrintedMetrics) -> None:
    await_termination.handler(event("AwaitTermination", invoked.plan(mode="rollback")), None)
    measured = printed.measured()
    assert measured["Releases"] == count(application="shop", result="rolled back")
    assert measured["Rollbacks"] == count(application="shop")


def test_a_swap_back_is_counted_as_a_rollback_and_the_failure_once(invoked: Release, printed: PrintedMetrics) -> None:
    deployment = invoked.swapped(invoked.cloned(), "green")
    deployment = invoked.swapped(invoked.deployed(deployment), "blue")
    failure = {"State": "WatchRelease", "Error": "ReleaseUnhealthyError", "Cause": "so", "RedriveCount": 0}
    invoked.wait(180)
    printed.measured()
    failed = event("KeepGreenLive", deployment, failure=failure)
    with pytest.raises(EnvironmentNotReadyError):
        keep_green_live.handler(failed, None)
    assert printed.measured() == {"Rollbacks": count(application="shop")}
    invoked.eventually(lambda: keep_green_live.handler(failed, None))
    assert printed.measured()["Releases"] == count(application="shop", result="failed")
