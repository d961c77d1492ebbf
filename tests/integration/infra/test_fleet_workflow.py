"""The state machine of fleets: its states, its edges, and what the states of its Map are named and given."""

import json
import re
from typing import Any

import pytest
from jsonata import Jsonata

from tests.support.template import Json, all_states

ORDER = ["PlanFleet", "FleetBegins", "ReleaseGroup", "JudgeGroup", "GroupEnds", "NotifyWave", "WaveEnds"]
FUNCTIONS = {"$exists", "$merge", "$split", "$string", "$substring"}
"""Functions of JSONata: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html"""


@pytest.fixture(scope="module")
def release(fleets: Json) -> Json:
    """Return the state that starts a release."""
    state: Json = all_states(fleets)["ReleaseOne"]
    return state


def evaluated(expression: str, **states: Any) -> Any:
    parsed = Jsonata(expression.strip("{}% "))
    parsed.assign("states", states)
    return parsed.evaluate({})


def test_a_fleet_is_planned_then_released_in_groups_until_its_waves_end(fleets: Json) -> None:
    order = [fleets["StartAt"]]
    while following := fleets["States"][order[-1]].get("Next", fleets["States"][order[-1]].get("Default")):
        if following in order:
            break
        order.append(following)
    assert order == [*ORDER, "WaitBetweenWaves"]


@pytest.mark.parametrize(
    ("state", "step", "following"),
    [
        ("FleetBegins", "planned", "FleetPlanned"),
        ("FleetBegins", "done", "FleetReleased"),
        ("FleetBegins", "release", "ReleaseGroup"),
        ("GroupEnds", "release", "ReleaseGroup"),
        ("GroupEnds", "approve", "AwaitFleetApproval"),
        ("GroupEnds", "stop", "NotifyWave"),
        ("WaveEnds", "stop", "HoldFleet"),
        ("WaveEnds", "done", "FleetReleased"),
        ("WaveEnds", "wave", "WaitBetweenWaves"),
    ],
)
def test_a_choice_goes_on_as_the_fleet_says(fleets: Json, state: str, step: str, following: str) -> None:
    choice, given = fleets["States"][state], {"fleet": {"next_step": step}}
    matching = [rule["Next"] for rule in choice["Choices"] if evaluated(rule["Condition"], input=given)]
    assert (matching or [choice["Default"]])[0] == following


def test_every_edge_leads_to_a_state_and_every_state_has_an_edge_and_a_comment(fleets: Json) -> None:
    states = all_states(fleets)
    targets = set(re.findall(r'"(?:Next|Default|StartAt)": "([^"]+)"', json.dumps(fleets)))
    assert targets == set(states)
    assert [name for name, state in states.items() if not state.get("Comment")] == []


def test_no_state_depends_on_a_variable(fleets: Json) -> None:
    text = json.dumps(fleets)
    assert '"Assign"' not in text
    assert set(re.findall(r"\$[A-Za-z]\w*", text)) <= {"$states", *FUNCTIONS}


def test_the_map_is_distributed_and_no_failed_release_fails_it(fleets: Json, release: Json) -> None:
    """Source: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html"""
    state = fleets["States"]["ReleaseGroup"]
    assert state["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    assert state["ToleratedFailurePercentage"] == 100
    (caught,) = release["Catch"]
    assert (caught["ErrorEquals"], caught["Next"]) == (["States.ALL"], "ReleaseEnded")


def test_a_release_gets_what_all_have_in_common_then_its_own_keys_and_sends_no_message(fleets: Json) -> None:
    selector = fleets["States"]["ReleaseGroup"]["ItemSelector"]
    item = {"number": 1, "name": "n", "request": {"blue": "b", "version": "v3"}}
    given = {"fleet": {"common": {"version": "v2", "drain_seconds": 60}}}
    context = {"Map": {"Item": {"Value": item}}, "Execution": {}}
    found = {key: evaluated(expression, input=given, context=context) for key, expression in selector.items()}
    request = {"blue": "b", "version": "v3", "drain_seconds": 60, "notify": False}
    assert found == {"number": 1, "name": "n", "request": request, "redrives": 0}


def test_a_release_is_an_execution_that_is_waited_for(release: Json) -> None:
    assert release["Resource"].endswith(":states:startExecution.sync:2")
    assert evaluated(release["Arguments"]["Input"], input={"request": {"blue": "b"}}) == {"blue": "b"}


@pytest.mark.parametrize(
    ("before", "redrive_of_the_item", "name"),
    [(0, None, "fleet-d-1-b-1"), (2, None, "fleet-d-1-b-3"), (0, 1, "fleet-d-1-b-2")],
)
def test_the_name_of_a_release_counts_the_attempts(
    release: Json, before: int, redrive_of_the_item: int | None, name: str
) -> None:
    """AWS starts an execution once for a name: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html"""
    given = {"name": "fleet-d-1-b", "redrives": before, "number": 1}
    execution = {} if redrive_of_the_item is None else {"RedriveCount": redrive_of_the_item}
    assert evaluated(release["Arguments"]["Name"], input=given, context={"Execution": execution}) == name
    assert release["Output"]["name"] == release["Catch"][0]["Output"]["name"] == release["Arguments"]["Name"]


def test_a_failed_start_is_retried_and_a_failed_release_is_not(release: Json) -> None:
    retried = {error for retry in release["Retry"] for error in retry["ErrorEquals"]}
    assert "StepFunctions.AWSStepFunctionsException" in retried
    assert retried.isdisjoint({"States.ALL", "States.TaskFailed", "States.Timeout"})


def test_every_failure_is_told_and_held_for_a_redrive_which_plans_again(fleets: Json) -> None:
    states = fleets["States"]
    for name in ("PlanFleet", "ReleaseGroup", "JudgeGroup", "AwaitFleetApproval"):
        assert states[name]["Catch"][-1]["ErrorEquals"] == ["States.ALL"], name
        assert {caught["Next"] for caught in states[name]["Catch"]} == {"NotifyFleetFailure"}, name
        assert set(states[name]["Catch"][-1]["Output"]) == {"fleet", "failure"}, name
    assert states["NotifyFleetFailure"]["Next"] == "HoldFleet"
    assert states["NotifyFleetFailure"]["Catch"][0]["Next"] == "HoldFleet"
    assert states["NotifyWave"]["Catch"][0]["Next"] == "WaveEnds"
    assert (states["HoldFleet"]["Next"], states["HoldFleet"].get("Catch")) == ("PlanFleet", None)


@pytest.mark.parametrize("given", [{}, {"releases": []}, [], "text", None])
def test_the_input_of_the_execution_is_no_fleet(fleets: Json, given: object) -> None:
    payload = fleets["States"]["PlanFleet"]["Arguments"]["Payload"]
    assert evaluated(payload["fleet"], input=given) is None


def test_an_approval_tells_of_the_wave_and_its_expiry_stops_the_fleet(fleets: Json) -> None:
    approval = fleets["States"]["AwaitFleetApproval"]
    given = {"fleet": {"notice": {"message": "Wave 1 ended."}, "approval_seconds": 60}}
    context = {"Execution": {"Id": "arn:aws:states:eu-west-1:1:execution:m:n"}, "Task": {"Token": "t0"}}
    message = evaluated(approval["Arguments"]["Message"], input=given, context=context)
    assert message.startswith("Wave 1 ended.")
    assert message.count("--task-token t0") == 2
    assert message.count("--region eu-west-1 ") == 2
    assert approval["Catch"][0]["Output"]["failure"]["Error"] == "ApprovalExpired"


def test_people_are_told_of_a_stopped_fleet_with_a_command_that_names_the_region(fleets: Json) -> None:
    given = {"failure": {"State": "PlanFleet", "Error": "ReleaseRefusedError", "Cause": "Expected this."}}
    execution = "arn:aws:states:eu-west-1:1:execution:m:n"
    message = evaluated(
        fleets["States"]["NotifyFleetFailure"]["Arguments"]["Message"],
        input=given,
        context={"Execution": {"Id": execution}},
    )
    assert message.endswith(f"redrive-execution --execution-arn {execution} --region eu-west-1")


def test_a_fleet_fails_with_a_plain_cause_as_a_release_does(fleets: Json, tasks: dict[str, Json]) -> None:
    for held in (fleets["States"]["HoldFleet"], tasks["HoldForRedrive"]):
        assert held["Resource"].endswith("lambda:invoke.waitForTaskToken")
        assert evaluated(held["Arguments"]["Payload"]["token"], context={"Task": {"Token": "t0"}}) == "t0"
