"""Each stage that runs while users are on an unhealthy environment says so. An alarm of the stack rings for it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from lambdas import http_answers, serving_green
from lambdas.aws.functions import Functions
from lambdas.deployment import Deployment
from lambdas.errors import ReleaseError
from lambdas.failure import Failure
from lambdas.hooks import Gate, HookCall
from lambdas.recovery import LAST_SWAP, recover
from lambdas.stages import await_release, await_traffic, call_hooks, verify_release, watch_release
from lambdas.visit import Visit
from tests.support.fake_services import FakeAlarms
from tests.support.stages import CAUSE, Release

ASKING = frozenset({"AwaitApproval"})
"""The state that calls no function. WatchApproval runs beside it, and has tests of its own."""


class FakeFunctions(Functions):
    """Hooks that all succeed."""

    def __init__(self) -> None:
        pass

    def call(self, name: str, event: Any) -> Any:  # noqa: ARG002
        return {"hookStatus": "SUCCEEDED"}


def call_hook(release: Release, deployment: Deployment, visit: Visit, gate: Gate) -> None:
    call_hooks.call_hook(deployment, HookCall("smoke", gate), visit, release.beanstalk, FakeFunctions())


STAGES: dict[str, Callable[[Release, Deployment, Visit], object]] = {
    "AwaitGreenLive": lambda release, of, visit: await_traffic.await_traffic(of, "green", visit, release.beanstalk),
    "DrainBlue": lambda release, of, _: release.drain(of),
    "HooksBeforeDeploy": lambda release, of, visit: call_hook(release, of, visit, Gate.BEFORE_DEPLOY),
    "DeployRelease": lambda release, of, _: release.deploy(of),
    "AwaitRelease": lambda release, of, visit: await_release.await_release(of, visit, release.beanstalk),
    "VerifyRelease": lambda release, of, visit: verify_release.verify_release(of, visit, release.beanstalk),
    "HooksBeforeBlue": lambda release, of, visit: call_hook(release, of, visit, Gate.BEFORE_BLUE),
    "SwapToBlue": lambda release, of, _: release.swap(of, "blue"),
    "AwaitBlueLive": lambda release, of, visit: await_traffic.await_traffic(of, "blue", visit, release.beanstalk),
    "WatchRelease": lambda release, of, visit: watch_release.watch_release(of, visit, release.beanstalk, FakeAlarms()),
    "KeepGreenLive": lambda release, of, visit: recover(
        of,
        Failure("VerifyRelease", "SomeError", CAUSE, 0),
        visit,
        release.records,
        release.beanstalk,
        scaling=release.scaling,
    ),
}
"""The stages that run while green serves, and those that end that, or watch blue after it."""


@pytest.fixture
def counted(release: Release, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the machines for which a look was counted."""
    counted: list[str] = []
    monkeypatch.setattr(serving_green, "count_unhealthy", counted.append)
    monkeypatch.setattr(http_answers, "get_status", lambda *_, **__: 200)
    return counted


def test_no_stage_that_runs_while_green_serves_is_forgotten() -> None:
    assert {name for name, target in LAST_SWAP.items() if target == "green"} <= STAGES.keys() | ASKING


@pytest.mark.parametrize("state", STAGES)
def test_a_stage_that_runs_while_users_are_on_a_sick_green_tells_people(
    release: Release, counted: list[str], state: str
) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.break_down("shop-prod-green")
    with suppress(ReleaseError):
        STAGES[state](release, deployment, replace(release.visit(), state=state))
    assert counted == ["bluegreen"]


@pytest.mark.parametrize("state", ["AwaitRelease", "VerifyRelease", "SwapToBlue", "AwaitBlueLive"])
def test_a_stage_that_runs_while_users_are_well_tells_nothing(release: Release, counted: list[str], state: str) -> None:
    deployment = release.deployed(release.swapped(release.cloned(), "green"))
    with suppress(ReleaseError):
        STAGES[state](release, deployment, replace(release.visit(), state=state))
    assert counted == []


def test_basic_health_of_an_environment_in_an_operation_tells_nothing(release: Release, counted: list[str]) -> None:
    """It is Grey then: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.healthstatus.html."""
    deployment = release.deployed(release.swapped(release.cloned(), "green"))
    release.account.client.update_tags_for_resource(
        ResourceArn=release.look("shop-prod-green").arn, TagsToAdd=[{"Key": "team", "Value": "checkout"}]
    )
    assert release.look("shop-prod-green").health == "Grey"
    STAGES["VerifyRelease"](release, deployment, release.visit())
    assert counted == []


def test_users_of_no_environment_are_told_of(release: Release, counted: list[str]) -> None:
    deployment = release.deployed(release.swapped(release.cloned(), "green"))
    release.account.client.terminate_environment(EnvironmentName="shop-prod-green")
    STAGES["VerifyRelease"](release, deployment, release.visit())
    assert counted == ["bluegreen"]
