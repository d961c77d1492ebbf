"""What mypy reads of the CDK: a module that it skips has no types, and every call of it would pass."""

import re
import tomllib
from pathlib import Path

IMPORT = re.compile(r"^from aws_cdk import (aws_\w+)|^from (aws_cdk\S*) import|^import (aws_cdk\S*)", re.MULTILINE)


def test_every_module_of_the_cdk_that_is_used_is_read_and_no_other() -> None:
    overrides = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["mypy"]["overrides"]
    (read,) = [set(each["module"]) for each in overrides if each.get("follow_imports") == "normal"]
    sources = [Path("app.py"), *Path("infra").rglob("*.py"), *Path("tests").rglob("*.py")]
    found = [match for source in sources for match in IMPORT.findall(source.read_text())]
    assert {f"aws_cdk.{module}" if module else whole or plain for module, whole, plain in found} == read
