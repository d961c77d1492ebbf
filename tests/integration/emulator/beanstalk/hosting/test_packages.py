"""Packages of applications: installed once, offline where the bundle brings them, and clearly refused where not.

Sources: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/python-configuration-requirements.html and
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/nodejs-platform-dependencies.html.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from emulator.beanstalk.bundle.start_commands import ApplicationStartError
from emulator.beanstalk.hosting import node_packages, python_packages
from emulator.beanstalk.hosting.package_cache import PackageCache, network_variables
from tests.support import wheels

ROOT = Path(__file__).parents[5]
INTERPRETER = str(ROOT / ".venv-emulator" / "bin" / "python")
FAKE_NPM = """#!/bin/sh
echo "$*" >> "$NPM_CALLS"
mkdir -p node_modules/greeting && echo 1 > node_modules/greeting/index.js
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> PackageCache:
    offline = {"PATH": os.environ["PATH"], "PIP_NO_INDEX": "1"}
    return PackageCache(tmp_path_factory.mktemp("packages"), offline)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    return tmp_path / "app"


def run(environment: Path, code: str) -> str:
    return subprocess.check_output([environment / "bin" / "python", "-c", code], text=True).strip()  # noqa: S603


def test_requirements_are_installed_once_for_the_same_bundle(packages: PackageCache, app: Path, tmp_path: Path) -> None:
    (app / "wheels").mkdir()
    wheels.write_wheel(app / "wheels", "greeting", "1.0", "HELLO = 'hello'\n")
    (app / "requirements.txt").write_text("--find-links ./wheels\ngreeting==1.0\n")

    first = python_packages.virtual_environment(packages, app, tmp_path / "log", interpreter=INTERPRETER)
    log = (tmp_path / "log").read_text()
    second = python_packages.virtual_environment(packages, app, tmp_path / "log", interpreter=INTERPRETER)

    assert run(first, "import greeting, gunicorn; print(greeting.HELLO)") == "hello"
    assert "Successfully installed greeting-1.0" in log
    assert (second, (tmp_path / "log").read_text()) == (first, log)


def test_another_wheel_of_the_bundle_makes_another_environment(
    packages: PackageCache, app: Path, tmp_path: Path
) -> None:
    """The requirements are the same, and what they name in the bundle is not."""
    (app / "requirements.txt").write_text("")
    plain = python_packages.virtual_environment(packages, app, tmp_path / "log", interpreter=INTERPRETER)
    (app / "requirements.txt").write_text("-r other.txt\n")
    (app / "other.txt").write_text("")
    empty = python_packages.virtual_environment(packages, app, tmp_path / "log", interpreter=INTERPRETER)
    (app / "other.txt").write_text("# changed\n")
    changed = python_packages.virtual_environment(packages, app, tmp_path / "log", interpreter=INTERPRETER)

    assert len({plain, empty, changed}) == 3


def test_an_application_finds_no_packages_of_the_account(packages: PackageCache, app: Path, tmp_path: Path) -> None:
    """On an instance it would not find them."""
    environment = python_packages.virtual_environment(packages, app, tmp_path / "log", interpreter=INTERPRETER)
    assert run(environment, "import importlib.util as u; print(u.find_spec('boto3'))") == "None"
    version = subprocess.check_output([environment / "bin" / "gunicorn", "--version"], text=True)  # noqa: S603
    assert "(version 27." in version


def test_a_package_that_cannot_be_had_fails_with_advice_and_leaves_nothing(
    packages: PackageCache, app: Path, tmp_path: Path
) -> None:
    """The event is recorded in https://github.com/onnela-lab/beiwe-backend/issues/381."""
    (app / "requirements.txt").write_text("a-package-that-is-nowhere==1.0\n")
    before = sorted(path.name for path in packages.folder.glob("python-*[!k]"))

    with pytest.raises(ApplicationStartError, match=r"pip install -r requirements\.txt failed") as raised:
        python_packages.virtual_environment(packages, app, tmp_path / "log", interpreter=INTERPRETER)

    assert "Is this machine offline?" in str(raised.value)
    assert raised.value.event == (
        "Instance deployment failed to install application dependencies. The deployment failed."
    )
    assert sorted(path.name for path in packages.folder.glob("python-*[!k]")) == before


@pytest.fixture
def npm(tmp_path: Path) -> PackageCache:
    """A cache whose npm only counts its calls and makes a module."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "npm").write_text(FAKE_NPM)
    (programs / "npm").chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    return PackageCache(tmp_path / "packages", {"PATH": path, "NPM_CALLS": str(tmp_path / "calls")})


def calls(tmp_path: Path) -> list[str]:
    return (tmp_path / "calls").read_text().splitlines() if (tmp_path / "calls").exists() else []


def bundle(folder: Path, package: dict[str, object], **files: str) -> Path:
    folder.mkdir()
    for name, text in ({"package.json": json.dumps(package)} | files).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_npm_installs_once_for_the_same_lock_file(npm: PackageCache, tmp_path: Path) -> None:
    package: dict[str, object] = {"dependencies": {"greeting": "1.0"}}
    for name, lock in (("a", "1"), ("b", "1"), ("c", "2")):
        node_packages.install(
            npm, bundle(tmp_path / name, package, **{"package-lock.json": lock}), {}, tmp_path / "log"
        )
        assert (tmp_path / name / "node_modules" / "greeting" / "index.js").exists()

    assert calls(tmp_path) == ["install --no-audit --no-fund --omit=dev"] * 2


def test_development_dependencies_are_installed_when_a_property_asks(npm: PackageCache, tmp_path: Path) -> None:
    app = bundle(tmp_path / "a", {"devDependencies": {"greeting": "1.0"}})
    node_packages.install(npm, app, {"NPM_USE_PRODUCTION": "false"}, tmp_path / "log")
    assert calls(tmp_path) == ["install --no-audit --no-fund"]


def test_modules_of_the_bundle_are_taken_as_they_are(npm: PackageCache, tmp_path: Path) -> None:
    app = bundle(tmp_path / "a", {"dependencies": {"greeting": "1.0"}}, **{"node_modules/x.js": ""})
    node_packages.install(npm, app, {}, tmp_path / "log")
    assert calls(tmp_path) == []


@pytest.mark.parametrize("package", [{}, {"scripts": {"start": "node x.js"}}, {"dependencies": {}}])
def test_without_dependencies_npm_is_not_needed(npm: PackageCache, tmp_path: Path, package: dict[str, object]) -> None:
    node_packages.install(npm, bundle(tmp_path / "a", package), {}, tmp_path / "log")
    assert calls(tmp_path) == []


@pytest.mark.parametrize(
    "package", [{"dependencies": {"greeting": "file:./greeting"}}, {"scripts": {"postinstall": "node build.js"}}]
)
def test_npm_runs_in_the_bundle_when_it_needs_the_bundle_s_files(
    npm: PackageCache, tmp_path: Path, package: dict[str, object]
) -> None:
    for name in ("a", "b"):
        node_packages.install(npm, bundle(tmp_path / name, package), {}, tmp_path / "log")
    assert len(calls(tmp_path)) == 2


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_package_json_that_is_none_is_refused(npm: PackageCache, tmp_path: Path, text: str) -> None:
    app = bundle(tmp_path / "a", {}, **{"package.json": text})
    with pytest.raises(ApplicationStartError, match=r"package\.json"):
        node_packages.install(npm, app, {}, tmp_path / "log")


def test_only_variables_of_the_network_reach_installers() -> None:
    given = {"PATH": "/bin", "HTTPS_PROXY": "p", "PIP_CERT": "c", "npm_config_registry": "r", "AWS_PROFILE": "x"}
    assert network_variables(given) == {name: value for name, value in given.items() if name != "AWS_PROFILE"}
