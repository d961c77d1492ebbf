"""Judges a whole definition.

Sources: https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html
has the codes. The words were recorded on AWS by the test suites that the tests name.
"""

import json
from collections.abc import Iterator
from typing import Any

from emulator.ministack.stepfunctions.definitions import field_tables as tables
from emulator.ministack.stepfunctions.definitions.containers import Container, containers
from emulator.ministack.stepfunctions.definitions.diagnostics import SCHEMA, Diagnostic, required, unsupported
from emulator.ministack.stepfunctions.definitions.expressions import expression_diagnostics
from emulator.ministack.stepfunctions.definitions.query_languages import (
    language_of,
    state_diagnostics,
    value_diagnostics,
)
from emulator.ministack.stepfunctions.definitions.resources import resource_diagnostics
from emulator.ministack.stepfunctions.definitions.state_fields import field_diagnostics
from emulator.ministack.stepfunctions.definitions.transitions import transition_diagnostics

MAX_NAME_LENGTH = 80


def diagnose(text: str, machine_type: str = "STANDARD") -> list[Diagnostic]:
    """Return all errors of a definition. `machine_type`: STANDARD or EXPRESS."""
    if not text:
        return [Diagnostic("Definition must be a valid JSON object", None)]
    try:
        definition = json.loads(text)
    except ValueError as error:
        return [Diagnostic(str(error), None, "INVALID_JSON_DESCRIPTION")]
    if not isinstance(definition, dict):
        return [Diagnostic("Definition must be a valid JSON object", None)]
    found = list(_machine(definition, machine_type))
    # Transitions can only be followed where the structure is right.
    if any(each.code == SCHEMA for each in found):
        return found
    return found + transition_diagnostics(definition)


def _machine(definition: dict[str, Any], machine_type: str) -> Iterator[Diagnostic]:
    yield from value_diagnostics(definition, "")
    language = language_of(definition)
    seen: set[str] = set()
    for container in containers(definition):
        yield from _container(container)
        for name, path, state in container.states():
            yield from _name(name, path, seen)
            yield from state_diagnostics(state, path, language)
            yield from value_diagnostics(state, path)
            yield from field_diagnostics(state, path)
            yield from resource_diagnostics(state, path, machine_type)
            if language_of(state, language) == "JSONata":
                yield from expression_diagnostics(state, path)


def _container(container: Container) -> Iterator[Diagnostic]:
    place = container.path or "/"
    if missing := [field for field in ("States", "StartAt") if field not in container.fields]:
        yield required(missing, place)
    if container.path.endswith(("/ItemProcessor", "/Iterator")):
        allowed = tables.PROCESSOR
    else:
        allowed = tables.BRANCH if container.path else tables.MACHINE
    yield from (unsupported(field, place) for field in container.fields if field not in allowed)
    states = container.fields.get("States", {})
    if not isinstance(states, dict) or any(not isinstance(state, dict) for state in states.values()):
        yield Diagnostic("Expected value of type [OBJECT]", f"{container.path}/States")


def _name(name: str, path: str, seen: set[str]) -> Iterator[Diagnostic]:
    if len(name) > MAX_NAME_LENGTH:
        message = f"Invalid State name: State exceeds the {MAX_NAME_LENGTH}-character limit allowed by the service"
        yield Diagnostic(message, path, "INVALID_STATE_NAME")
    if name in seen:
        yield Diagnostic(f"Duplicate State name: {name}", path, "DUPLICATE_STATE_NAME")
    seen.add(name)
