"""The emulator is a program of its own: it imports nothing of the rest of the project."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / "emulator").rglob("*.py"))
OTHERS = {"rehearsal", "tests", "lambdas", "infra", "trigger", "tools"}

IMPORT_ALL = """
import importlib, json, sys

imported, left_out = [], []
for name in json.load(sys.stdin):
    try:
        importlib.import_module(name)
        imported.append(name)
    except ModuleNotFoundError as error:
        # These are only in the emulator's own virtual environment.
        if error.name.partition(".")[0] not in ("ministack", "hypercorn"):
            raise
        left_out.append(name)
print(json.dumps([imported, left_out, sorted(sys.modules)]))
"""


def module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_importing_the_emulator_imports_no_other_part_of_the_project() -> None:
    names = [module_name(file) for file in FILES]
    program = subprocess.run(  # noqa: S603 -- this Python, and a program of our own
        [sys.executable, "-c", IMPORT_ALL],
        input=json.dumps(names),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    imported, left_out, loaded = json.loads(program.stdout)
    assert {name.partition(".")[0] for name in loaded} & OTHERS == set()
    assert {"emulator.server", "emulator.control", "emulator.beanstalk.service"} <= set(imported)
    assert {name for name in left_out if not name.startswith("emulator.ministack.")} <= {
        "emulator.gateway",
        "emulator.iam.signed_caller",
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_file_of_the_emulator_imports_another_part_of_the_project(file: Path) -> None:
    """Covers imports in functions, and files that need the emulator's virtual environment."""
    imported: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            imported.add((node.module or "").partition(".")[0])
    assert imported & OTHERS == set()
