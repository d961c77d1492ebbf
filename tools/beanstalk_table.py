"""The table in docs/elastic-beanstalk.md: what the emulator does for each operation of Elastic Beanstalk."""

import ast
from collections.abc import Mapping
from pathlib import Path

import botocore.session

from tools.beanstalk_operations import REFERENCE, EmulatedOperation

TABLE = Path("emulator/beanstalk/actions/table.py")
HEADER = ["| operation | emulated | sources | code |", "|---|---|---|---|"]


def operations() -> list[str]:
    """Return the names of all operations in botocore's model of Elastic Beanstalk, sorted."""
    model = botocore.session.get_session().get_service_model("elasticbeanstalk")
    return sorted(model.operation_names)


def modules() -> dict[str, str]:
    """Return the path of the module that answers, by operation, for those that the emulator answers.

    Reads the source of the table of actions, so nothing has to be started. Raises ValueError for an entry of another
    form than `"Operation": variable.method` or `"Operation": Class(...).method`.
    """
    tree = ast.parse(TABLE.read_text())
    origins = {
        alias.name: node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(variable)], value=ast.Call(func=ast.Name(class_name))):
                origins[variable] = origins.get(class_name)
    dicts = [node for node in ast.walk(tree) if isinstance(node, ast.Dict)]
    return dict(
        _entry(key, value, origins) for each in dicts for key, value in zip(each.keys, each.values, strict=True)
    )


def _entry(key: ast.expr | None, value: ast.expr, origins: Mapping[str, str | None]) -> tuple[str, str]:
    while isinstance(value, ast.Call) and len(value.args) == 1:
        value = value.args[0]  # what is wrapped
    match key, value:
        case ast.Constant(str(operation)), ast.Attribute(value=ast.Name(name) | ast.Call(func=ast.Name(name))):
            if module := origins.get(name):
                return operation, f"{module.replace('.', '/')}.py"
    entry = f"{ast.unparse(key) if key else '**'}: {ast.unparse(value)}"
    raise ValueError(f"expected an action of an imported class in {TABLE}, found {entry}")


def markdown(names: list[str], answered: Mapping[str, str], known: Mapping[str, EmulatedOperation]) -> str:
    """Return the table, with a count above it. Raises KeyError for an operation that nothing describes."""
    count = f"The emulator answers {sum(name in answered for name in names)} of {len(names)} operations."
    rows = [_row(name, answered[name], known[name]) for name in names]
    return "\n".join([count, "", *HEADER, *rows])


def _row(name: str, module: str, operation: EmulatedOperation) -> str:
    sources = [f"[reference]({REFERENCE.format(name)})", *(f"[{_short(url)}]({url})" for url in operation.sources)]
    code = f"[`{Path(module).name}`](../{module})"
    return f"| {name} | {operation.emulated} | {', '.join(sources)} | {code} |"


def _short(url: str) -> str:
    """Return the last part of a URL, for an issue with its repository."""
    parts = url.removesuffix(".html").split("/")
    return f"{parts[4]} #{parts[-1]}" if parts[-1].isdecimal() else parts[-1]
