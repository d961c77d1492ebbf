"""The events for machines: which a stage sends, and that sending never fails it.

Source of PutEvents' answers: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from lambdas import release_events
from lambdas.aws import event_bus
from lambdas.deployment import Mode, NextStep
from lambdas.release_events import Kind, announce, announce_failure, announce_stage
from lambdas.visit import Visit
from tests.support.stages import Release, visit

SCHEMA = json.loads((Path(release_events.__file__).parent / "release_events.schema.json").read_text())


def visit_of(state: str) -> Visit:
    return replace(visit(), state=state)


class FakeBus:
    """EventBridge that keeps the entries that it is given. `fails`: what it does instead."""

    def __init__(self) -> None:
        self.entries: list[Mapping[str, Any]] = []
        self.fails: Exception | str | None = None

    def put_events(self, **asked: Any) -> dict[str, Any]:
        if isinstance(self.fails, Exception):
            raise self.fails
        self.entries += asked["Entries"]
        return {"Entries": [{"ErrorMessage": self.fails} if self.fails else {"EventId": "1"}]}

    @property
    def kinds(self) -> list[str]:
        return [entry["DetailType"] for entry in self.entries]


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> FakeBus:
    found = FakeBus()
    monkeypatch.setenv(event_bus.BUS, "default")
    monkeypatch.setattr(event_bus, "_client", lambda: found)
    return found


@pytest.mark.parametrize(
    ("state", "kinds"),
    [
        ("Plan", ["ReleaseStarted", "StageCompleted"]),
        ("AwaitGreen", ["StageCompleted"]),
        ("AwaitGreenLive", ["StageCompleted", "UsersMoved"]),
        ("VerifyRelease", ["StageCompleted"]),
        ("AwaitTermination", ["StageCompleted", "ReleaseSucceeded"]),
        ("WatchApproval", []),
    ],
)
def test_a_stage_that_completes_sends_its_events(bus: FakeBus, release: Release, state: str, kinds: list[str]) -> None:
    announce_stage(visit_of(state), release.plan(), 12.34)
    assert bus.kinds == kinds


def test_a_question_for_approval_and_the_end_of_a_deployment_are_told_after_the_test(
    bus: FakeBus, release: Release
) -> None:
    announce_stage(visit_of("VerifyRelease"), replace(release.plan(), approval=True), 1)
    announce_stage(visit_of("VerifyRelease"), replace(release.plan(), mode=Mode.DEPLOY), 1)
    assert bus.kinds == ["StageCompleted", "ApprovalNeeded", "StageCompleted", "ReleaseSucceeded"]


def test_a_release_with_nothing_to_do_has_succeeded(bus: FakeBus, release: Release) -> None:
    announce_stage(visit_of("Plan"), replace(release.plan(), next_step=NextStep.NOTHING), 1)
    assert bus.kinds[-1] == "ReleaseSucceeded"


def test_a_dry_run_sends_nothing(bus: FakeBus, release: Release) -> None:
    announce_stage(visit_of("Plan"), replace(release.plan(), dry_run=True), 1)
    assert bus.kinds == []


def test_every_event_obeys_the_schema(bus: FakeBus, release: Release) -> None:
    deployment = replace(release.plan(), approval=True)
    for state in ("Plan", "AwaitGreenLive", "AwaitBlueLive", "VerifyRelease", "AwaitTermination"):
        announce_stage(visit_of(state), deployment, 1)
    announce_failure(visit_of("KeepGreenLive"), {"blue": "b"}, stage="Plan", error="SomeError", cause="x" * 9_999)
    announce(Kind.USERS_RETURNED, visit_of("KeepGreenLive"), deployment.to_json(), to="green")
    assert set(bus.kinds) == set(Kind) == set(SCHEMA["$defs"])
    for entry in bus.entries:
        for schema in (SCHEMA, SCHEMA["$defs"][entry["DetailType"]]):
            fastjsonschema.validate(schema, json.loads(entry["Detail"]))


@pytest.mark.parametrize(
    "fails",
    [
        "InternalFailure",
        ConnectTimeoutError(endpoint_url="https://events"),
        ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "PutEvents"),
    ],
    ids=["refused entry", "no answer", "denied"],
)
def test_an_event_that_cannot_be_sent_fails_no_stage(bus: FakeBus, release: Release, fails: Exception | str) -> None:
    bus.fails = fails
    announce_stage(visit_of("AwaitGreen"), release.plan(), 1)


def test_without_a_bus_nothing_is_sent(bus: FakeBus, release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(event_bus.BUS)
    announce_stage(visit_of("AwaitGreen"), release.plan(), 1)
    assert bus.entries == []
