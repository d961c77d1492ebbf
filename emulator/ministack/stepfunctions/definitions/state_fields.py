"""The fields of one state: which there may be, which there must be, and their values."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from emulator.ministack.stepfunctions.definitions import field_tables as tables
from emulator.ministack.stepfunctions.definitions.diagnostics import Diagnostic, required, unsupported

State = dict[str, Any]
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
Ranges = Mapping[str, tuple[int, int | None]]


def field_diagnostics(state: State, path: str) -> Iterator[Diagnostic]:
    """Return what is wrong with a state's own fields, whatever the query language is."""
    kind = state.get("Type")
    if kind not in tables.TYPES:
        message = f"The field 'Type' should have one of these values: [{', '.join(tables.TYPES)}]"
        yield Diagnostic(message, f"{path}/Type")
        return
    yield from (unsupported(field, path) for field in state if field not in tables.ALLOWED[kind])
    if missing := [field for field in tables.REQUIRED.get(kind, ()) if field not in state]:
        yield required(missing, path)
    yield from _alternatives(state, path)
    yield from _numbers(state, path, tables.RANGES)
    yield from _percentage(state, path)
    for field in ("Choices", "Branches"):
        if state.get(field) == []:
            yield Diagnostic("Value cannot be empty", f"{path}/{field}")
    yield from _choices(state, path)
    yield from _wait(state, path)
    yield from _retriers(state, path)
    yield from _catchers(state, path)


def _alternatives(state: State, path: str) -> Iterator[Diagnostic]:
    if state["Type"] in tables.CONTINUES:
        ways = [field for field in ("Next", "End") if state.get(field, False) is not False]
        if len(ways) > 1:
            yield Diagnostic("There should only be one of the following fields: [Next, End]", path)
        elif not ways:
            yield Diagnostic("This object should have only one of the following fields: [Next, End]", path)
    for fields in tables.EXCLUSIVE:
        if sum(field in state for field in fields) > 1:
            yield Diagnostic(f"There should only be one of the following fields: [{', '.join(fields)}]", path)
    needed = {"Wait": tables.EXCLUSIVE[0], "Map": tables.EXCLUSIVE[-1]}.get(state["Type"])
    if needed and not any(field in state for field in needed):
        yield Diagnostic(f"This object should have only one of the following fields: [{', '.join(needed)}]", path)


def _numbers(fields: State, path: str, ranges: Ranges) -> Iterator[Diagnostic]:
    for field, (least, most) in ranges.items():
        value = fields.get(field)
        if isinstance(value, int | float) and not isinstance(value, bool):
            if value < least:
                yield Diagnostic(f"Minimum value is {least}", f"{path}/{field}")
            elif most is not None and value > most:
                yield Diagnostic(f"Maximum value is {most}", f"{path}/{field}")
        elif isinstance(value, str) and not value.startswith("{%"):
            yield Diagnostic("Expected value of type Integer", f"{path}/{field}")


def _percentage(state: State, path: str) -> Iterator[Diagnostic]:
    value = state.get(tables.PERCENTAGE)
    if isinstance(value, int | float) and not 0 <= value <= 100:
        message = "Minimum value is 0.0" if value < 0 else "Maximum value is 100.0"
        yield Diagnostic(message, f"{path}/{tables.PERCENTAGE}")


def _choices(state: State, path: str) -> Iterator[Diagnostic]:
    for position, rule in _objects(state, "Choices"):
        place = f"{path}/Choices[{position}]"
        if "Next" not in rule:
            yield required(["Next"], place)
        if sum(field in rule for field in ("And", "Or", "Not", "Variable", "Condition")) != 1:
            message = "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]"
            yield Diagnostic(message, place)


def _wait(state: State, path: str) -> Iterator[Diagnostic]:
    value = state.get("Timestamp")
    if isinstance(value, str) and not value.startswith("{%") and not _RFC3339.fullmatch(value):
        yield Diagnostic("String does not match RFC3339 timestamp", f"{path}/Timestamp")


def _retriers(state: State, path: str) -> Iterator[Diagnostic]:
    for position, retrier in _objects(state, "Retry"):
        place = f"{path}/Retry[{position}]"
        yield from (unsupported(field, place) for field in retrier if field not in tables.RETRIER)
        yield from _numbers(retrier, place, tables.RETRY_RANGES)
        yield from _errors(state, "Retry", position, retrier, place)


def _catchers(state: State, path: str) -> Iterator[Diagnostic]:
    for position, catcher in _objects(state, "Catch"):
        place = f"{path}/Catch[{position}]"
        yield from (unsupported(field, place) for field in catcher if field not in tables.CATCHER)
        if "Next" not in catcher:
            yield required(["Next"], place)
        yield from _errors(state, "Catch", position, catcher, place)


def _errors(state: State, field: str, position: int, rule: State, place: str) -> Iterator[Diagnostic]:
    names = rule.get("ErrorEquals")
    if names is None:
        yield required(["ErrorEquals"], place)
    elif names == []:
        yield Diagnostic("Value cannot be empty", f"{place}/ErrorEquals")
    elif "States.ALL" in names and (len(names) > 1 or position < len(state[field]) - 1):
        where = f"{place}/ErrorEquals[{names.index('States.ALL')}]"
        yield Diagnostic("States.ALL must appear alone and at end of list", where)


def _objects(state: State, field: str) -> Iterator[tuple[int, State]]:
    value = state.get(field)
    for position, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, dict):
            yield position, item
