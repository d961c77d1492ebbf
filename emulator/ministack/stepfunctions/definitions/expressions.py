"""JSONata expressions in a definition: each one parses, and none refers to a top-level value."""

from collections.abc import Iterator
from typing import Any

import jsonata

from emulator.ministack.stepfunctions.definitions.diagnostics import Diagnostic

INVALID = "INVALID_JSONATA_EXPRESSION"
UNSUPPORTED = "UNSUPPORTED_JSONATA_EXPRESSION"
_TEXT = ("Type", "Comment", "QueryLanguage", "Next", "Default", "Resource", "ErrorEquals", "Label", "Retry")
"""Fields in which AWS takes `{% %}` as text."""
_CONTAINERS = ("Branches", "ItemProcessor", "Iterator")
_NESTED = ("Choices", "Catch")
"""Fields with objects of the language, not of the user."""
_SAME_CONTEXT = (
    *("lhs", "rhs", "condition", "then", "_else", "arguments", "expression", "expressions", "lhs_object", "procedure"),
)


def expression_diagnostics(state: dict[str, Any], path: str) -> Iterator[Diagnostic]:
    """Return what is wrong with the expressions of one JSONata state."""
    for field, value in state.items():
        if field in _TEXT or field in _CONTAINERS:
            continue
        if field in _NESTED and isinstance(value, list):
            for position, rule in enumerate(value):
                if isinstance(rule, dict):
                    yield from expression_diagnostics(rule, f"{path}/{field}[{position}]")
        else:
            yield from _in_value(value, f"{path}/{field}")


def _in_value(value: Any, path: str) -> Iterator[Diagnostic]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name != "CSVHeaders":
                yield from _in_value(item, f"{path}/{name}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _in_value(item, f"{path}[{position}]")
    elif isinstance(value, str) and value.startswith("{%") and value.endswith("%}"):
        yield from _in_expression(value[2:-2].strip(), path)


def _in_expression(expression: str, path: str) -> Iterator[Diagnostic]:
    try:
        tree = jsonata.Jsonata.jsonata(expression).ast
    except Exception as error:  # noqa: BLE001 - the library has several kinds
        yield Diagnostic(_quoted(error), path, INVALID)
        return
    for name in dict.fromkeys(_top_level_names(tree)):
        yield Diagnostic(f"Reference to '{name}' at the top level is not supported.", path, UNSUPPORTED)


def _quoted(error: Exception) -> str:
    """Return a parser's message as AWS words it: with quotation marks around tokens, which the library leaves out."""
    if getattr(error, "error", None) == "S0202":
        expected, _, found = str(error).removeprefix("Expected ").partition(", got ")
        return f'Expected "{expected}", got "{found}"'
    return str(error)


def _top_level_names(node: Any) -> Iterator[str]:
    """Return the names that are looked up in the expression's own context, in which there is nothing."""
    if isinstance(node, list):
        for each in node:
            yield from _top_level_names(each)
    elif hasattr(node, "type"):
        if node.type == "path":
            # Later steps, filters, sorts and groups have the step before as their context.
            yield from _top_level_names(node.steps[0])
        elif node.type == "name" or (node.type == "variable" and node.value in ("", "$")):
            yield node.value if node.type == "name" else f"${node.value}"
        elif node.type != "lambda":
            for field in _SAME_CONTEXT:
                yield from _top_level_names(getattr(node, field, None))
