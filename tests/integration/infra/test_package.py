"""The project as a package in an app of somebody else: what pip installs is enough for the example, from any folder."""

import fnmatch
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from aws_cdk.assertions import Template

import beanstalk_bluegreen
from infra.layer import layer_folder
from tests.support.template import definition_in

PROJECT: dict[str, Any] = tomllib.loads(Path("pyproject.toml").read_text())
PACKAGES = [each.removesuffix("*") for each in PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]]
EXAMPLE = Path("examples/cdk_app")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with what pyproject.toml lets pip install."""
    folder = tmp_path_factory.mktemp("site-packages")
    data = PROJECT["tool"]["setuptools"]["package-data"]["*"]

    def left_out(_: str, names: list[str]) -> list[str]:
        return [n for n in names if "." in n and not any(fnmatch.fnmatch(n, each) for each in ("*.py", *data))]

    for package in PACKAGES:
        copytree(package, folder / package, ignore=left_out)
    return folder


def run(app: Path, installed: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run an app in a folder of its own, with the package and without this folder."""
    given = {**os.environ, "PYTHONPATH": str(installed), "CDK_OUTDIR": str(folder / "cdk.out")}
    command = [sys.executable, "-W", "error", str(app)]
    return subprocess.run(command, cwd=folder, env=given, capture_output=True, text=True, check=False)  # noqa: S603


def test_the_example_app_has_the_stack_of_this_project(installed: Path, tmp_path: Path, template: Template) -> None:
    (tmp_path / "build" / "layer").mkdir(parents=True)
    (tmp_path / "build" / "layer" / layer_folder().name).symlink_to(layer_folder().resolve())  # not installed again
    done = run(copytree(EXAMPLE, tmp_path / "app") / "app.py", installed, tmp_path)
    assert done.returncode == 0, done.stderr
    releases, pipeline = (read(tmp_path / "cdk.out", name) for name in ("Releases", "ReleasePipeline"))
    own = template.to_json()
    assert definition_in(Template.from_json(releases)) == definition_in(template)
    assert codes(releases) == codes(own), "the same code and layer as from a checkout"
    assert logical_ids(releases) == logical_ids(own)
    (policy,) = [each for each in pipeline["Resources"].values() if each["Type"] == "AWS::IAM::Policy"]
    allowed = {action for each in policy["Properties"]["PolicyDocument"]["Statement"] for action in listed(each)}
    assert {"states:StartExecution", "s3:PutObject"} <= allowed


def read(folder: Path, stack: str) -> dict[str, Any]:
    template: dict[str, Any] = json.loads((folder / f"{stack}.template.json").read_text())
    return template


def logical_ids(template: Mapping[str, Any]) -> list[str]:
    """Return the logical ids. The CDK puts the stack's name into that of a rule's permission to call a function."""
    return sorted(name.partition("AllowEventRule")[0] for name in template["Resources"])


def codes(template: Mapping[str, Any]) -> set[str]:
    """Return the keys of the archives of functions and layers, which are digests of their content."""
    properties = [each["Properties"] for each in template["Resources"].values()]
    return {found["S3Key"] for each in properties for found in [each.get("Code") or each.get("Content")] if found}


def listed(statement: Mapping[str, Any]) -> list[str]:
    action = statement["Action"]
    return action if isinstance(action, list) else [action]


def test_a_package_of_the_same_name_is_told(installed: Path, tmp_path: Path) -> None:
    """Python looks into the folder of the app first."""
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "__init__.py").touch()
    (tmp_path / "app.py").write_text("import beanstalk_bluegreen\n")
    done = run(tmp_path / "app.py", installed, tmp_path)
    expected = (
        f"Expected the package `infra` of beanstalk-bluegreen in {installed}. Found {tmp_path}/infra/__init__.py."
    )
    assert expected in done.stderr


def test_the_document_describes_every_name() -> None:
    described = set(re.findall(r"^\| `(\w+)`", Path("docs/cdk.md").read_text(), re.MULTILINE))
    assert described == set(beanstalk_bluegreen.__all__)


def test_the_document_shows_the_example() -> None:
    (shown,) = re.findall(r"<!-- app -->\n```python\n(.*?)```", Path("docs/cdk.md").read_text(), re.DOTALL)
    assert shown in (EXAMPLE / "app.py").read_text()


def test_the_package_needs_what_the_tests_run_with() -> None:
    """The lower bounds are those of the pins, and the names are the same."""
    app, *_tools = Path("requirements.txt").read_text().split("\n\n")
    pins = dict(re.findall(r"^([^#=\n]+)==(\S+)$", app, re.MULTILINE))
    bounds = dict(re.findall(r"^(\S+?)>=([\d.]+)", "\n".join(PROJECT["project"]["dependencies"]), re.MULTILINE))
    assert bounds.keys() == pins.keys()
    for name, bound in bounds.items():
        assert f"{pins[name]}.".startswith(f"{bound}."), name
