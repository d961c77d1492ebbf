"""The failure branch, and the catches that lead to it."""

import re

import pytest
from jsonata import Jsonata

from tests.support.template import FAILURE_BRANCH, Json


def test_every_stage_stores_its_failure_and_leads_to_the_branch(acting: dict[str, Json]) -> None:
    for name, task in acting.items():
        if name in FAILURE_BRANCH:
            continue
        caught = task["Catch"][-1]
        assert caught["ErrorEquals"] == ["States.ALL"], name
        assert caught["Next"] == "KeepGreenLive", name
        kept = caught["Output"]["failure"]
        assert name in ("Approval", "Bake") or kept["State"] == "{% $states.context.State.Name %}", name
        assert "$states.errorOutput.Error" in kept["Error"], name
        assert "$states.errorOutput.Cause" in kept["Cause"], name
        assert "$states.context.Execution.RedriveCount" in kept["RedriveCount"], name


def test_every_expression_of_a_catch_has_a_value_without_error_and_cause(tasks: dict[str, Json]) -> None:
    kept = tasks["CloneBlue"]["Catch"][0]["Output"]["failure"]
    for key in ("Error", "Cause", "RedriveCount"):
        (expression,) = re.findall(r"^{% (.+) %}$", kept[key])
        parsed = Jsonata(expression)
        parsed.assign("states", {"errorOutput": {}, "context": {"Execution": {}}})
        assert parsed.evaluate({}) is not None, key


@pytest.mark.parametrize(
    ("error", "state"),
    [
        ("HookFailedError", "HooksAfterBlue"),
        ("ReleaseUnhealthyError", "WatchRelease"),
        ("States.Timeout", "WatchRelease"),
    ],
)
def test_a_failure_of_the_bake_names_the_branch_that_failed(acting: dict[str, Json], error: str, state: str) -> None:
    (expression,) = re.findall(r"^{% (.+) %}$", acting["Bake"]["Catch"][0]["Output"]["failure"]["State"])
    parsed = Jsonata(expression)
    parsed.assign("states", {"errorOutput": {"Error": error}})
    assert parsed.evaluate({}) == state


def test_a_failure_of_plan_gives_the_branch_no_deployment(tasks: dict[str, Json]) -> None:
    assert tasks["Plan"]["Catch"][0]["Output"]["deployment"] == "{% null %}"


def test_the_branch_keeps_green_live_then_notifies_then_holds_for_redrive(tasks: dict[str, Json]) -> None:
    assert tasks["KeepGreenLive"]["Next"] == "WhoTells"
    assert tasks["NotifyFailure"]["Next"] == "HoldForRedrive"
    assert tasks["HoldForRedrive"]["Next"] == "Plan"


@pytest.mark.parametrize(
    ("given", "fleet_tells"),
    [({"notify": False}, True), ({"notify": True}, False), ({}, False), ([], False), ("notify", False), (None, False)],
)
def test_only_notify_false_leaves_the_message_of_a_failure_to_the_fleet(
    definition: Json, given: object, *, fleet_tells: bool
) -> None:
    who_tells = definition["States"]["WhoTells"]
    (rule,) = who_tells["Choices"]
    assert (rule["Next"], who_tells["Default"]) == ("HoldForRedrive", "NotifyFailure")
    parsed = Jsonata(rule["Condition"].strip("{}% "))
    parsed.assign("states", {"context": {"Execution": {"Input": given}}})
    assert parsed.evaluate({}) is fleet_tells


def test_a_failure_of_the_branch_does_not_hide_the_stages_failure(tasks: dict[str, Json]) -> None:
    (keep,), (notify,) = tasks["KeepGreenLive"]["Catch"], tasks["NotifyFailure"]["Catch"]
    assert (keep["ErrorEquals"], keep["Next"]) == (["States.ALL"], "NotifyFailure")
    assert (notify["ErrorEquals"], notify["Next"]) == (["States.ALL"], "HoldForRedrive")
    for caught in (keep, notify):
        assert caught["Output"]["failure"] == "{% $states.input.failure %}"


def test_every_stage_passes_the_deployment_and_the_failure_to_the_end_of_the_branch(
    tasks: dict[str, Json], acting: dict[str, Json]
) -> None:
    for name in set(acting) - FAILURE_BRANCH - {"Plan"}:
        for caught in acting[name]["Catch"][-1:]:
            assert caught["Output"]["deployment"] == "{% $states.input.deployment %}", name
    failure = "{% $states.input.failure %}"
    assert tasks["KeepGreenLive"]["Output"] == {"failure": failure, "notice": "{% $states.result.Payload %}"}
    assert tasks["NotifyFailure"]["Output"] == {"failure": failure}
    assert tasks["HoldForRedrive"]["Arguments"]["Payload"]["failure"] == failure


def test_a_failed_execution_ends_in_a_task_that_redrive_can_repeat(definition: Json) -> None:
    assert "Catch" not in definition["States"]["HoldForRedrive"]
    assert [name for name, state in definition["States"].items() if state["Type"] == "Fail"] == []
