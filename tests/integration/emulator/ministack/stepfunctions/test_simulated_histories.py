"""The simulator's interpreter and the emulated Step Functions enter the same states, and end in the same way."""

import json
from typing import Any

import pytest

from tests.support.functions import Functions
from tests.support.simulated_machines import FakeSurroundings, run_to_end
from tests.support.state_machines import StateMachines, invoke_state
from tools.simulation.attempts import StateError

CODE = """
def handler(event, context=None):
    if event.get("fails", 0) > event.get("retries", 0):
        raise LookupError("not yet")
    return {"got": event}
"""
RETRY = [{"ErrorEquals": ["LookupError"], "IntervalSeconds": 1, "MaxAttempts": 2, "JitterStrategy": "FULL"}]
CAUGHT = {"error": "{% $states.errorOutput.Error %}", "in": "{% $states.context.State.Name %}"}
PAYLOAD = {"n": "{% $states.input.n %}", "retries": "{% $states.context.State.RetryCount %}"}


def task(following: str | None = None, fails: int = 0, **fields: Any) -> dict[str, Any]:
    state = invoke_state("FUNCTION", {**PAYLOAD, "fails": fails}, **fields)
    if following:
        del state["End"]
        state["Next"] = following
    return state


def branch(**states: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states}


MACHINES: dict[str, dict[str, Any]] = {
    "retry": {"T": task("Chosen", fails=2, Retry=RETRY, Output={"n": "{% $states.result.Payload.got.retries %}"}),
              "Chosen": {"Type": "Choice", "Default": "Other",
                         "Choices": [{"Condition": "{% $states.input.n = 2 %}", "Next": "Wait"}]},
              "Wait": {"Type": "Wait", "Seconds": "{% $states.input.n %}", "Next": "End"},
              "Other": {"Type": "Fail", "Error": "Wrong"},
              "End": {"Type": "Succeed", "Output": {"waited": "{% $states.input.n %}"}}},
    "catch": {"T": task(fails=9, Retry=RETRY, Catch=[
                  {"ErrorEquals": ["Other"], "Next": "Wrong"},
                  {"ErrorEquals": ["States.ALL"], "Output": CAUGHT, "Next": "Caught"}]),
              "Wrong": {"Type": "Succeed"}, "Caught": {"Type": "Pass", "End": True}},
    "map": {"M": {"Type": "Map", "Items": [3, 1], "MaxConcurrency": 1, "End": True,
                  "ItemSelector": {"n": "{% $states.context.Map.Item.Value %}"},
                  "ItemProcessor": branch(In=task("Out", Output={"n": "{% $states.result.Payload.got.n + 1 %}"}),
                                          Out={"Type": "Succeed"})}},
    "no items": {"M": {"Type": "Map", "Items": [], "MaxConcurrency": 1, "Output": {"n": "{% $states.input.n %}"},
                       "ItemProcessor": branch(In={"Type": "Pass", "End": True}), "Next": "End"},
                 "End": {"Type": "Succeed"}},
    "parallel": {"P": {"Type": "Parallel", "End": True, "Branches": [
                     branch(A={"Type": "Pass", "Output": 1, "End": True}), branch(B=task())]}},
    "a branch fails": {"P": {"Type": "Parallel", "End": True,
                             "Catch": [{"ErrorEquals": ["States.ALL"], "Output": CAUGHT, "Next": "Caught"}],
                             "Branches": [branch(W={"Type": "Wait", "Seconds": 300, "End": True}),
                                          branch(F=task(fails=9))]},
                       "Caught": {"Type": "Succeed"}},
    "no choice": {"C": {"Type": "Choice", "Default": "F",
                        "Choices": [{"Condition": "{% $states.input.n > 5 %}", "Next": "End"}]},
                  "F": {"Type": "Fail", "Error": "Small", "Cause": "{% 'n is ' & $string($states.input.n) %}"},
                  "End": {"Type": "Succeed"}},
}  # fmt: skip


@pytest.fixture(scope="module")
def function(functions: Functions) -> str:
    return functions.make(CODE)


@pytest.mark.parametrize("name", MACHINES)
def test_both_enter_the_same_states_and_end_alike(machines: StateMachines, function: str, name: str) -> None:
    states = json.loads(json.dumps(MACHINES[name]).replace("FUNCTION", function))
    execution = machines.start(states, {"n": 1})
    described = machines.end(execution)
    history = [event["stateEnteredEventDetails"]["name"] for event in machines.history(execution)
               if "stateEnteredEventDetails" in event]  # fmt: skip

    scope: dict[str, Any] = {}
    exec(CODE, scope)  # noqa: S102 - the function above
    around = FakeSurroundings({function: scope["handler"]})
    try:
        output = run_to_end({"StartAt": next(iter(states)), "States": states}, {"n": 1}, around)
        ended = ("SUCCEEDED", output)
    except StateError as failure:
        ended = ("FAILED", (failure.error, failure.cause))

    found = described.get("output")
    expected = json.loads(found) if found else (described.get("error"), described.get("cause"))
    assert ended == (described["status"], expected)
    # Branches run side by side, so only within one of them there is an order.
    assert (sorted if name in ("parallel", "a branch fails") else list)(around.entered) == (
        sorted if name in ("parallel", "a branch fails") else list
    )(history)
