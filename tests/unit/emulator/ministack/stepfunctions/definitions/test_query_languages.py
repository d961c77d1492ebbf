"""Query languages and expressions that AWS refuses, with the diagnostics that AWS was seen to answer.

Sources:
- https://github.com/floci-io/floci/pull/2786 and pull/2972, measured on AWS.
"""

from typing import Any

import pytest

from tests.support.definitions import END, SCHEMA, Found, found, machine, mapping, task


def only(language: str, field: str) -> str:
    other = "JSONPath" if language == "JSONata" else "JSONata"
    prefix = f"The QueryLanguage is set to '{language}', but field '{field}'"
    return f"{prefix} is only supported for the '{other}' QueryLanguage"


REFUSED: dict[str, tuple[Any, Found]] = {
    "Output in JSONPath": (machine(A={**END, "Output": "x"}), [(SCHEMA, only("JSONPath", "Output"), "/States/A")]),
    "Arguments in JSONPath": (machine(A=task(Arguments={})), [(SCHEMA, only("JSONPath", "Arguments"), "/States/A")]),
    "the map's language is not its states'": (
        machine(M=mapping(QueryLanguage="JSONata", processor=machine(P={**END, "Output": "x"}))),
        [(SCHEMA, only("JSONPath", "Output"), "/States/M/ItemProcessor/States/P")],
    ),
    "a processor has no language": (
        machine(M=mapping(processor=machine(QueryLanguage="JSONata", P=END))),
        [(SCHEMA, "Field 'QueryLanguage' is not supported", "/States/M/ItemProcessor")],
    ),
    "unknown language": (
        machine(QueryLanguage="jsonata", A={**END, "Output": "{% 1 %}"}),
        [(SCHEMA, "Value should be one of the following: [JSONPath, JSONata]", "/QueryLanguage")],
    ),
    "path in an unknown language": (
        machine(A={**END, "QueryLanguage": "foo", "InputPath": "$.a"}),
        [
            (SCHEMA, only("JSONata", "InputPath"), "/States/A"),
            (SCHEMA, "Value should be one of the following: [JSONPath, JSONata]", "/States/A/QueryLanguage"),
        ],
    ),
    "syntax": (
        machine(QueryLanguage="JSONata", E={**END, "Output": {"v": "{% phone[1,2) %}"}}),
        [("INVALID_JSONATA_EXPRESSION", 'Expected "]", got ","', "/States/E/Output/v")],
    ),
    "top level": (
        machine(QueryLanguage="JSONata", E={**END, "Output": {"a": {"b": ["{% aaa + bbb %}"]}}}),
        [
            (
                "UNSUPPORTED_JSONATA_EXPRESSION",
                f"Reference to '{name}' at the top level is not supported.",
                "/States/E/Output/a/b[0]",
            )
            for name in ("aaa", "bbb")
        ],
    ),
    "context item": (
        machine(QueryLanguage="JSONata", E={**END, "Assign": {"Next": "{% $.phone %}"}}),
        [
            (
                "UNSUPPORTED_JSONATA_EXPRESSION",
                "Reference to '$' at the top level is not supported.",
                "/States/E/Assign/Next",
            )
        ],
    ),
    "condition": (
        machine(
            QueryLanguage="JSONata",
            C={"Type": "Choice", "Choices": [{"Condition": "{% phone = 1 %}", "Next": "E"}], "Default": "E"},
            E=END,
        ),
        [
            (
                "UNSUPPORTED_JSONATA_EXPRESSION",
                "Reference to 'phone' at the top level is not supported.",
                "/States/C/Choices[0]/Condition",
            )
        ],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_definition_is_refused_with_awss_diagnostics(case: str) -> None:
    definition, expected = REFUSED[case]
    assert found(definition) == expected
