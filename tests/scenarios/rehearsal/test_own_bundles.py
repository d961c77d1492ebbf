"""A person's own bundles: released without a failed request, or refused with advice before anything starts."""

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support import source_bundles, wheels
from tests.support.rehearsal_program import RehearsalProgram

FAST = "0.03"
FLASK_LIKE = {
    "application.py": """
import os
from pathlib import Path

import greeting

page = (greeting.HELLO + Path("built").read_text() + os.environ["COLOUR"]).encode()


def application(environ, start_response):
    start_response("200 OK" if page == b"hello from a wheel, built, blue" else "500 Not built", [])
    return [page]
""",
    "requirements.txt": "--no-index\n--find-links ./wheels\ngreeting==1.0\n",
    ".ebextensions/01.config": """
option_settings:
  aws:elasticbeanstalk:application:environment:
    COLOUR: blue
packages:
  yum: {git: []}
container_commands:
  01_build:
    command: "source /var/app/venv/*/bin/activate && python -c 'import greeting' && printf ', built' > built"
""",
    ".platform/hooks/predeploy/01_more.sh": "#!/bin/bash\nprintf ', ' >> /var/app/staging/built\n",
}
NODE = {
    "package.json": '{"scripts": {"start": "node serve.js"}, "dependencies": {"greeting": "file:./greeting"}}',
    "greeting/package.json": '{"name": "greeting", "version": "1.0.0"}',
    "greeting/index.js": "module.exports = 'hello';\n",
    "serve.js": (
        "const greeting = require('greeting');\n"
        "require('http').createServer((_, response) => response.end(greeting)).listen(process.env.PORT);\n"
    ),
}

Start = Callable[..., RehearsalProgram]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[RehearsalProgram] = []

    def start(bundle: bytes, *arguments: str) -> RehearsalProgram:
        (tmp_path / "own.zip").write_bytes(bundle)
        started.append(RehearsalProgram(tmp_path, "--scale", FAST, "--bundle", str(tmp_path / "own.zip"), *arguments))
        return started[-1]

    yield start
    for program in started:
        program.kill()


def report_of(program: RehearsalProgram) -> Mapping[str, Any]:
    report: Mapping[str, Any] = json.loads((program.output / "report.json").read_text())
    return report


def test_a_python_bundle_with_requirements_is_released_without_a_failed_request(start: Start, tmp_path: Path) -> None:
    wheel = wheels.write_wheel(tmp_path, "greeting", "1.0", "HELLO = 'hello from a wheel'\n")
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(source_bundles.packed(FLASK_LIKE))
    with zipfile.ZipFile(bundle, "a") as archive:
        archive.write(wheel, f"wheels/{wheel.name}")

    program = start(bundle.read_bytes())

    assert program.wait() == 0, program.stdout + program.stderr
    report = report_of(program)
    assert (report["status"], report["passed"], report["traffic"]["failed"]) == ("SUCCEEDED", True, 0)
    assert set(report["traffic"]["answers_at_the_end"]) == {"shop-prod/v2"}
    assert "note: 2 commands of the bundle will run on this machine, as you" in program.stdout
    assert "note: .ebextensions/01.config: packages are not installed." in program.stdout
    assert program.left_behind() == []


def test_a_node_bundle_is_released_without_a_failed_request(start: Start) -> None:
    program = start(source_bundles.packed(NODE))

    assert program.wait() == 0, program.stdout + program.stderr
    report = report_of(program)
    assert (report["status"], report["passed"], report["traffic"]["failed"]) == ("SUCCEEDED", True, 0)
    assert set(report["traffic"]["answers_at_the_end"]) == {"shop-prod/v2"}
    assert program.left_behind() == []


REFUSED = {
    "everything in a sub-folder": (
        {"shop/application.py": ""},
        r"in the folder shop/.*cd shop && zip -r ../shop.zip .",
    ),
    "nothing to run": ({"README": ""}, "There is nothing to run in the source bundle."),
    "a Pipfile alone": ({"application.py": "", "Pipfile": ""}, "Pipfile is not supported on this machine."),
    "packages that cannot be had": (
        {"application.py": "", "requirements.txt": "--no-index\nno-such-package==1\n"},
        "The packages of the bundle cannot be installed. pip install -r requirements.txt failed",
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_bundle_that_cannot_run_is_refused_before_the_account_starts(start: Start, why: str) -> None:
    files, said = REFUSED[why]
    program = start(source_bundles.packed(files))
    assert program.wait() == 1
    assert all(words in program.stderr for words in said.split(".*")), program.stderr
    assert program.stderr.count("\n") == 1
    assert not (program.output / "account").exists()
