"""An upgrade in the middle of a release: functions get what functions of another version pass on, and the other way.

Functions are replaced while executions go on by the definition that they began with.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from lambdas import handler, http_answers, waiter
from lambdas.deployment import Deployment
from tests.support.fake_services import FakeAlarms
from tests.support.stages import CAUSE, EXECUTION, PRODUCTION, Release
from tools.bench.execution import STATES

BEFORE: dict[str, Any] = json.loads(Path(__file__).with_name("deployment_of_before.json").read_text())["deployment"]
"""What Plan of the version before passed on."""
FIRST = {each.name: BEFORE[each.name] for each in fields(Deployment) if each.default is each.default_factory is MISSING}
"""The same of the first version: without any key that came later."""
STAGES: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("RegisterRelease", "register_release", {}),
    ("AwaitRegistration", "await_registration", {}),
    *STATES[1:],  # Plan is not among them: it made the deployment
)
"""The states of a release after Plan: their names, their functions, and what their events have besides."""
Handler = Callable[[dict[str, Any], object], dict[str, Any]]


@pytest.fixture
def in_memory(release: Release, monkeypatch: pytest.MonkeyPatch) -> Release:
    """Let the handlers use the account in memory, by its time."""
    connections = {
        "connect_beanstalk": lambda: release.beanstalk,
        "connect_scaling": lambda: release.scaling,
        "connect_records": lambda: release.records,
        "connect_alarms": FakeAlarms,
        "connect_bundles": lambda: None,
    }
    for module in [handler, waiter, *(import_module(f"lambdas.stages.{stage}") for _, stage, _ in STAGES)]:
        for name, connect in connections.items():
            if hasattr(module, name):
                monkeypatch.setattr(module, name, connect)
    keep = import_module("lambdas.stages.keep_green_live")
    monkeypatch.setattr(keep, "connect_beanstalk", lambda: release.beanstalk)
    monkeypatch.setattr(keep, "connect_scaling", lambda: release.scaling)
    monkeypatch.setattr(keep, "connect_records", lambda: release.records)
    monkeypatch.setattr(http_answers, "get_status", lambda *_, **__: 200)
    monkeypatch.setattr(time, "time", lambda: release.account.now().timestamp())
    release.account.version("v3", Process=True)
    release.plan()  # takes the lock
    release.wait(60)
    return release


def of_before(release: Release, shape: dict[str, Any]) -> dict[str, Any]:
    """Return the deployment in that shape, for the environment that stands."""
    return {**shape, "blue_id": release.look("shop-prod").id, "version": "v3"}


def called(release: Release, state: str, stage: str, event: dict[str, Any], redrives: int = 0) -> dict[str, Any]:
    """Return what the handler returns, called again until it is done, as the state's Retry does.

    The event has no key that the definition of before did not send.
    """
    function: Handler = import_module(f"lambdas.stages.{stage}").handler
    entered = release.account.now().isoformat()
    execution: dict[str, Any] = {"Id": EXECUTION, "StartTime": "2027-01-15T08:00:00+00:00"}
    if redrives:
        execution |= {"RedriveCount": redrives, "RedriveTime": entered}
    context = {"Execution": execution, "State": {"Name": state, "EnteredTime": entered}}
    return release.eventually(lambda: function({**event, "context": context}, None))


@pytest.mark.parametrize("shape", [BEFORE, FIRST], ids=["the version before", "the first version"])
def test_new_functions_release_what_older_ones_pass_on(in_memory: Release, shape: dict[str, Any]) -> None:
    """Each function gets the keys of the older shape only, as if the function before it were an older one."""
    passed_on = of_before(in_memory, shape)
    for state, stage, more in STAGES:
        returned = called(in_memory, state, stage, {"deployment": passed_on, **more})
        assert BEFORE.keys() <= returned.keys(), f"older functions read what {state} returns"
        passed_on = {key: value for key, value in returned.items() if key in shape or key == "green_id"}
    assert (in_memory.look("shop-prod").version, in_memory.look("shop-prod").cname) == ("v3", PRODUCTION)
    assert not in_memory.stands("shop-prod-green")


@pytest.mark.parametrize("shape", [BEFORE, FIRST], ids=["the version before", "the first version"])
@pytest.mark.parametrize(("state", "_stage", "_more"), STAGES)
def test_the_failure_branch_takes_what_older_functions_pass_on(
    in_memory: Release, shape: dict[str, Any], state: str, _stage: str, _more: dict[str, str]
) -> None:
    failure = {"State": state, "Error": "SomeError", "Cause": CAUSE, "RedriveCount": 0}
    event = {"deployment": of_before(in_memory, shape), "failure": failure}
    notice = called(in_memory, "KeepGreenLive", "keep_green_live", event)
    assert f"failed in {state}" in notice["subject"]
    assert called(in_memory, "HoldForRedrive", "hold_for_redrive", event, redrives=1) == {}
