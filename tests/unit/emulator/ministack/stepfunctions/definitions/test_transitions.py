"""Transitions that AWS refuses, with the diagnostics that AWS was seen to answer.

Sources:
- https://github.com/floci-io/floci/pull/2786 and pull/2972, measured on AWS.
"""

from typing import Any

import pytest

from tests.support.definitions import END, Found, found, machine, mapping, task

TARGET = "MISSING_TRANSITION_TARGET"
NO_END = ("MISSING_END_STATE", "Workflow has no terminal state", None)

REFUSED: dict[str, tuple[Any, Found]] = {
    "loop": (machine(A={"Type": "Pass", "Next": "B"}, B={"Type": "Pass", "Next": "A"}), [NO_END]),
    "loop, unreachable": (
        machine(A={"Type": "Pass", "Next": "B"}, B={"Type": "Pass", "Next": "A"}, C=END),
        [(TARGET, 'State "C" is not reachable.', "/States/C")],
    ),
    "dangling, no end": (
        machine(A={"Type": "Pass", "Next": "NOPE"}),
        [(TARGET, "Missing 'Next' target: NOPE", "/States/A/Next"), NO_END],
    ),
    "dangling choice": (
        machine(C={"Type": "Choice", "Choices": [{"Variable": "$.x", "Next": "Ghost"}], "Default": "Z"}, Z=END),
        [(TARGET, "Missing 'Next' target: Ghost", "/States/C/Choices[0]/Next")],
    ),
    "dangling default": (
        machine(C={"Type": "Choice", "Choices": [{"Variable": "$.x", "Next": "Z"}], "Default": "Ghost"}, Z=END),
        [(TARGET, "Missing 'Next' target: Ghost", "/States/C/Default")],
    ),
    "dangling catch": (
        machine(T=task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Ghost"}])),
        [(TARGET, "Missing 'Next' target: Ghost", "/States/T/Catch[0]/Next")],
    ),
    "dangling start": (
        machine(StartAt="Nope", A=END),
        [
            (TARGET, "Missing 'Next' target: Nope", "/StartAt"),
            (TARGET, 'State "A" is not reachable.', "/States/A"),
        ],
    ),
    "unreachable in a map": (
        machine(M=mapping(processor=machine(W=END, Ghost=END))),
        [(TARGET, 'State "Ghost" is not reachable.', "/States/M/ItemProcessor/States/Ghost")],
    ),
    "unreachable in a branch": (
        machine(P={"Type": "Parallel", "Branches": [machine(W=END, Ghost=END)], "End": True}),
        [(TARGET, 'State "Ghost" is not reachable.', "/States/P/Branches[0]/States/Ghost")],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_definition_is_refused_with_awss_diagnostics(case: str) -> None:
    definition, expected = REFUSED[case]
    assert found(definition) == expected
