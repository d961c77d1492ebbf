"""Query languages: JSONPath or JSONata, for the machine and for each state."""

from collections.abc import Iterator
from typing import Any

from emulator.ministack.stepfunctions.definitions.diagnostics import Diagnostic
from emulator.ministack.stepfunctions.definitions.field_tables import JSONATA_ONLY, JSONPATH_ONLY

LANGUAGES = ("JSONPath", "JSONata")


def language_of(fields: dict[str, Any], inherited: str = "JSONPath") -> str:
    """Return the language that a machine or a state uses. AWS takes every value but the exact JSONPath as JSONata."""
    if "QueryLanguage" not in fields:
        return inherited
    return "JSONPath" if fields["QueryLanguage"] == "JSONPath" else "JSONata"


def value_diagnostics(fields: dict[str, Any], path: str) -> Iterator[Diagnostic]:
    """Return what is wrong with the value of QueryLanguage."""
    value = fields.get("QueryLanguage", "JSONPath")
    if not isinstance(value, str):
        yield Diagnostic("Expected value of type [STRING]", f"{path}/QueryLanguage")
    elif value not in LANGUAGES:
        message = f"Value should be one of the following: [{', '.join(LANGUAGES)}]"
        yield Diagnostic(message, f"{path}/QueryLanguage")


def state_diagnostics(state: dict[str, Any], path: str, machine_language: str) -> Iterator[Diagnostic]:
    """Return the fields of the other language. A state inherits the machine's language, also inside a Map."""
    if machine_language == "JSONata" and state.get("QueryLanguage") == "JSONPath":
        message = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"
        yield Diagnostic(message, path)
        return
    language = language_of(state, machine_language)
    other, fields = ("JSONata", JSONATA_ONLY) if language == "JSONPath" else ("JSONPath", JSONPATH_ONLY)
    for field in fields:
        if field in state:
            message = (
                f"The QueryLanguage is set to '{language}', but field '{field}' is only supported"
                f" for the '{other}' QueryLanguage"
            )
            yield Diagnostic(message, path)
