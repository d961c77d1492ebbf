"""The rules of the house: which part of the project may import which, and one name for one thing.

The rules stand in CONTRIBUTING.md. Everything here reads the source; nothing is imported.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("beanstalk_bluegreen", "lambdas", "infra", "trigger", "emulator", "rehearsal", "tools")
SAMPLES = ROOT / "rehearsal" / "account" / "bundles"
"""Sample applications: each is a program of its own."""

MAY_IMPORT: Mapping[str, set[str]] = {
    "beanstalk_bluegreen": {"infra"},
    "lambdas": set(),
    "infra": {"lambdas"},
    "trigger": set(),
    "emulator": set(),
    "rehearsal": {"emulator"},
    "tools": {"lambdas", "infra", "emulator", "rehearsal", "tests"},
}

SAME_NAME: Mapping[str, str] = {
    "Environment": "an Elastic Beanstalk environment: the emulator's model of it, and what the adapter reads of it",
}
"""Class names that occur more than once, each with the reason. Shrink this list: rename a class, remove its entry."""

CIRCLES: Mapping[str, list[list[str]]] = {}
"""Packages that import each other in a circle, by the folder that they are in. Shrink this list as well."""


def module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> Mapping[str, ast.Module]:
    """Return the syntax tree of every module of the project but the tests, by its name."""
    files = [file for part in PARTS for file in sorted((ROOT / part).rglob("*.py")) if SAMPLES not in file.parents]
    return {module_name(file): ast.parse(file.read_text()) for file in [*files, ROOT / "app.py"]}


@cache
def imports() -> Mapping[str, set[str]]:
    """Return the modules that each module imports, also inside of functions."""
    return {name: set(imported_modules(tree)) for name, tree in modules().items()}


def statements(parent: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements in a module, also those inside of functions. `ast.walk` looks into expressions as well."""
    for block in ("body", "orelse", "handlers", "finalbody", "cases"):
        for node in getattr(parent, block, ()):
            yield node
            yield from statements(node)


def imported_modules(tree: ast.Module) -> Iterator[str]:
    for node in statements(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"Expected absolute imports only, found a relative one in line {node.lineno}."
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield submodule if submodule in modules() else str(node.module)


def imports_of(folder: str) -> Iterator[tuple[str, str]]:
    """Yield each module in a folder with each module that it imports."""
    for name, targets in imports().items():
        if name == folder or name.startswith(f"{folder}."):
            yield from ((name, target) for target in sorted(targets))


@pytest.mark.parametrize("part", PARTS)
def test_a_part_imports_only_the_parts_below_it(part: str) -> None:
    forbidden = {*PARTS, "tests", "app"} - MAY_IMPORT[part] - {part}
    found = [f"{name} imports {target}" for name, target in imports_of(part) if target.partition(".")[0] in forbidden]
    assert found == []


def test_a_stage_imports_no_other_stage() -> None:
    stages = [(name, target) for name, target in imports_of("lambdas.stages") if target.startswith("lambdas.stages.")]
    assert [f"{name} imports {target}" for name, target in stages if name != target] == []


def test_the_adapters_of_aws_import_no_stage() -> None:
    assert [f"{name} imports {target}" for name, target in imports_of("lambdas.aws") if ".stages" in target] == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circles({name: targets & imports().keys() for name, targets in imports().items()}) == []


def test_no_packages_import_each_other_in_a_circle() -> None:
    """On each level: of the modules and packages in one folder, none imports its own importer."""
    levels: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for name, targets in imports().items():
        for target in targets & imports().keys():
            folder, importer, imported = fork(name, target)
            if importer != imported:
                levels[folder][importer].add(imported)
    found = {folder: circles(graph) for folder, graph in levels.items() if circles(graph)}
    assert found == CIRCLES, "Move what both need below both, or remove from CIRCLES what is no circle now."


def fork(name: str, target: str) -> tuple[str, str, str]:
    """Return the folder that two modules share, and the entry of that folder that each is in."""
    ours, theirs = name.split("."), target.split(".")
    depth = 0
    while depth < min(len(ours), len(theirs)) - 1 and ours[depth] == theirs[depth]:
        depth += 1
    if ours[depth] == theirs[depth] and len(ours) != len(theirs):
        # One is a package, the other is in it.
        longer = max(ours, theirs, key=len)
        inside = longer[depth + 1]
        return ".".join(longer[: depth + 1]), *(("__init__", inside) if longer is theirs else (inside, "__init__"))
    return ".".join(ours[:depth]), ours[depth], theirs[depth]


def circles(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return the circles of a directed graph: its nodes that can be reached from themselves, in groups."""
    reachable = {node: reach(graph, node) for node in graph}
    groups = {
        frozenset({node} | {other for other in reachable[node] if node in reachable.get(other, set())})
        for node in graph
        if node in reachable[node]
    }
    return sorted(sorted(group) for group in groups)


def reach(graph: Mapping[str, Iterable[str]], start: str) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        new = set(graph.get(waiting.pop(), ())) - reached
        reached |= new
        waiting.extend(new)
    return reached


def test_circles_are_found() -> None:
    assert circles({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"], "e": ["e"]}) == [["a", "b", "c"], ["e"]]


@pytest.mark.parametrize(
    ("name", "target", "expected"),
    [
        ("rehearsal.cli", "rehearsal.account.shop", ("rehearsal", "cli", "account")),
        ("infra.stack", "lambdas.errors", ("", "infra", "lambdas")),
        ("emulator.faults.answers", "emulator.faults", ("emulator.faults", "answers", "__init__")),
        ("emulator.faults", "emulator.faults.answers", ("emulator.faults", "__init__", "answers")),
    ],
)
def test_two_modules_meet_in_the_folder_that_they_share(name: str, target: str, expected: tuple[str, str, str]) -> None:
    assert fork(name, target) == expected


@cache
def classes() -> Mapping[str, list[str]]:
    """Return the modules that define a class of each name."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for module, tree in modules().items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                found[node.name].append(module)
    return found


def test_no_two_classes_have_the_same_name() -> None:
    found = {name: where for name, where in classes().items() if len(where) > 1 and name not in SAME_NAME}
    assert found == {}, "Rename one class of each pair, or add the name to SAME_NAME with a reason."


def test_no_name_is_left_in_the_list_of_names_that_occur_twice() -> None:
    stale = [name for name in SAME_NAME if len(classes().get(name, [])) < 2]
    assert stale == [], "Remove these names from SAME_NAME: one class at most has each of them now."
