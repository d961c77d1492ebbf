"""What the program needs: the standard library and boto3."""

import ast
import json
import sys
from pathlib import Path


def test_the_program_imports_nothing_of_the_rest_of_the_project() -> None:
    modules = [ast.parse(path.read_text()) for path in Path("trigger").glob("*.py")]
    imports = [node for module in modules for node in ast.walk(module) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {
        name.partition(".")[0]
        for node in imports
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert names - set(sys.stdlib_module_names) <= {
        "boto3",
        "botocore",
        "trigger",
        "mypy_boto3_stepfunctions",
        "mypy_boto3_elasticbeanstalk",
        "mypy_boto3_s3",
    }


def test_the_image_installs_the_boto3_that_the_handlers_use() -> None:
    pinned = Path("trigger", "requirements.txt").read_text()
    assert next(line for line in Path("requirements.txt").read_text().splitlines() if "boto3" in line) in pinned
    assert json.dumps(pinned).count("--hash=sha256:") == sum("==" in line for line in pinned.splitlines())
