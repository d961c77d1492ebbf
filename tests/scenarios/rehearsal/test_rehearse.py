"""The program as a person runs it: its output, its exit status, and no process left behind."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from rehearsal.account import samples
from rehearsal.prepare import PrepareError, require_space
from rehearsal.wait import until
from tests.support.rehearsal_program import RehearsalProgram

FAST = "0.03"


Start = Callable[..., RehearsalProgram]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[RehearsalProgram] = []

    def start(*arguments: str, **variables: str) -> RehearsalProgram:
        started.append(RehearsalProgram(tmp_path, *arguments, variables=variables))
        return started[-1]

    yield start
    for program in started:
        program.kill()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RehearsalProgram]:
    """A release of v2 that has ended, with its account kept, and its console told of."""
    program = RehearsalProgram(tmp_path_factory.mktemp("kept"), "--scale", FAST, "--keep", "--open")
    try:
        program.wait()
        yield program
    finally:
        program.kill()


class TestReleaseThatGoesWell:
    def test_it_ends_with_status_0_and_says_so(self, kept: RehearsalProgram) -> None:
        assert kept.wait() == 0, kept.stdout + kept.stderr
        assert "v2 is live on shop-prod" in kept.stdout
        assert kept.stderr == ""

    def test_its_report_tells_a_flawless_release(self, kept: RehearsalProgram) -> None:
        report = json.loads((kept.output / "report.json").read_text())
        assert (report["status"], report["passed"], report["traffic"]["failed"]) == ("SUCCEEDED", True, 0)
        assert list(report["traffic"]["answers"]) == ["shop-prod/v1", "shop-prod-green/v1", "shop-prod/v2"]
        assert [change["to"] for change in report["transitions"]] == list(report["traffic"]["answers"])
        assert report["beanstalk"]["calls"]["SwapEnvironmentCNAMEs"] == 2
        assert report["lambda"]["invocations"] > 10

    def test_users_move_only_after_the_cnames_were_swapped(self, kept: RehearsalProgram) -> None:
        report = json.loads((kept.output / "report.json").read_text())
        moved = [datetime.fromisoformat(change["began"]) for change in report["transitions"][1:]]
        swapped = [datetime.fromisoformat(at) for at in report["beanstalk"]["swaps"]]
        lag = [(after - before).total_seconds() for before, after in zip(swapped, moved, strict=True)]
        assert all(-5 <= seconds <= 300 for seconds in lag), lag

    def test_its_picture_is_drawn(self, kept: RehearsalProgram) -> None:
        assert (kept.output / "timeline.png").read_bytes().startswith(b"\x89PNG")

    def test_its_console_was_told_of_before_it_began_and_shows_it(self, kept: RehearsalProgram) -> None:
        told = re.search(r"in a browser: (http://127\.0\.0\.1:\d+/_console/)$", kept.stdout, re.MULTILINE)
        assert told, kept.stdout
        assert kept.stdout.index(told[0]) < kept.stdout.index("v2 is live on shop-prod")
        (execution,) = console_says(told[1], "executions")["executions"]
        assert execution["status"] == "SUCCEEDED"
        form = console_says(told[1], f"execution/form?machine={execution['machine']}")
        assert form["example"] == {"application": "shop", "blue": "shop-prod", "version": "v2"}
        assert "approval" in form["schema"]["properties"]

    def test_a_kept_account_goes_on_until_it_is_ended_as_the_program_said(self, kept: RehearsalProgram) -> None:
        assert versions_in(kept.output / "env") == {"shop-prod": "v2"}
        stop = re.search(r"kill (\d+)$", kept.stdout.strip())
        assert stop, kept.stdout
        os.kill(int(stop[1]), signal.SIGTERM)
        until(lambda: kept.left_behind() == [], "no process to be left behind", 20)


def test_a_bundle_of_ones_own_that_fails_ends_with_status_1_and_a_report_that_says_why(
    start: Start, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(samples.bundle("answers_500"))
    program = start("--scale", FAST, "--bundle", str(bad))
    assert program.wait() == 1
    report = json.loads((program.output / "report.json").read_text())
    assert (report["status"], report["passed"], report["traffic"]["failed"]) == ("FAILED", False, 0)
    assert report["execution"]["error"] == "DeploymentFailedError"
    assert set(report["traffic"]["answers_at_the_end"]) == {"shop-prod-green/v1"}
    assert (program.output / "timeline.png").exists()
    assert "The release of v2 onto shop-prod failed in AwaitRelease:" in program.stdout
    assert "Users were protected: shop-prod-green/v1 serves them" in program.stdout
    assert program.left_behind() == []


def test_an_account_serves_the_shop_until_a_signal_and_leaves_nothing(start: Start) -> None:
    program = start("account", "--port", "0", "--scale", FAST)
    program.until(lambda: "Ctrl-C ends the account." in program.stdout)
    assert versions_in(program.output / "env") == {"shop-prod": "v1"}
    assert (program.output / "env").read_text() in program.stdout
    assert "<span>v1</span>" in page_through_the_proxy(program.stdout)
    console = program.stdout.split("in a browser: ")[1].split()[0]
    offered = {each["label"] for each in console_says(console, "break-it/choices")["versions"]}
    assert offered >= samples.PROBLEMS.keys()
    until(lambda: console_says(console, "traffic")["servers"], "requests of users", 10)
    program.signal(signal.SIGTERM)
    assert program.wait() == 0
    assert program.stderr == ""
    assert program.left_behind() == []


MOMENTS: dict[str, Callable[[RehearsalProgram], bool]] = {
    "the account starts": lambda program: (program.output / "account").exists(),
    "the app is synthesized": lambda program: program.logged("$ cdk synth"),
    "traffic runs": lambda program: "CloneBlue" in program.stdout,
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_interruption_ends_everything_with_one_line(start: Start, moment: str, tmp_path: Path) -> None:
    # With its caches empty, the program synthesizes the app, whatever earlier runs have kept.
    caches = {"XDG_CACHE_HOME": str(tmp_path / "caches")} if moment == "the app is synthesized" else {}
    program = start("--scale", FAST, **caches)
    program.until(lambda: MOMENTS[moment](program))
    program.signal(signal.SIGINT)
    assert program.wait(30) == 128 + signal.SIGINT
    assert program.stderr == "Interrupted. All programs that were started have ended.\n"
    assert program.left_behind() == []


def test_a_program_that_is_killed_takes_its_account_along(start: Start) -> None:
    program = start("--scale", FAST)
    program.until(lambda: "CloneBlue" in program.stdout)
    program.signal(signal.SIGKILL)
    until(lambda: program.left_behind() == [], "no process to be left behind", 20)


@pytest.mark.parametrize("mode", [[], ["account"]], ids=["release", "account"])
def test_a_port_that_is_taken_is_told_in_one_line(start: Start, mode: list[str]) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        program = start(*mode, "--port", str(port))
        assert program.wait() == 1
    assert re.fullmatch(rf"[^\n]*{port}[^\n]*\n", program.stderr), program.stderr
    assert program.left_behind() == []


def test_a_full_disk_is_told_in_one_line(start: Start, tmp_path: Path) -> None:
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "cdk.log").symlink_to("/dev/full")
    program = start("--scale", FAST)
    assert program.wait() == 1
    assert program.stderr == "No space left on device. Free some disk space, and run again.\n"
    assert program.left_behind() == []


def test_a_disk_that_is_nearly_full_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(PrepareError, match=r"Expected 1,000,000,000,000 MB free for \S+\. Found [\d,]+ MB\. Free some"):
        require_space(tmp_path / "output", needed=10**18)


def test_a_bundle_that_is_no_zip_is_refused_before_anything_starts(start: Start, tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_text("no zip")
    program = start("--bundle", str(tmp_path / "bad.zip"))
    assert program.wait() == 1
    assert re.fullmatch(r".*/bad\.zip cannot be released: [^\n]*zip[^\n]*\n", program.stderr), program.stderr
    assert not program.output.exists()


def test_a_bundle_that_is_not_there_is_refused(start: Start) -> None:
    program = start("--bundle", "/nowhere/app.zip")
    assert program.wait() == 1
    assert program.stderr == "No such file or directory: /nowhere/app.zip\n"


@pytest.mark.parametrize("arguments", [["--scale", "0"], ["--scale", "x"], ["--port", "70000"], ["--keep", "account"]])
def test_options_that_make_no_sense_are_refused_with_the_usage(start: Start, arguments: list[str]) -> None:
    program = start(*arguments)
    assert program.wait() == 2
    assert program.stderr.startswith("usage: python -m rehearsal")


def versions_in(exports: Path) -> dict[str, str]:
    """Return the environments, as a program with these exports sees them, and their versions."""
    script = (
        "import boto3, json; found = boto3.client('elasticbeanstalk').describe_environments(IncludeDeleted=False)\n"
        "print(json.dumps({e['EnvironmentName']: e['VersionLabel'] for e in found['Environments']}))"
    )
    command = ["sh", "-c", '. "$0" && exec "$1" -c "$2"', str(exports), sys.executable, script]
    environment: dict[str, Any] = json.loads(subprocess.check_output(command, text=True))  # noqa: S603 - our own
    return environment


def console_says(console: str, path: str) -> Any:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{console}api/{path}", timeout=20) as response:
        return json.load(response)


def page_through_the_proxy(instructions: str) -> str:
    curl = re.search(r"curl -x (\S+) (\S+)", instructions)
    assert curl, instructions
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": curl[1]}))
    with opener.open(curl[2], timeout=10) as response:
        page: bytes = response.read()
    return page.decode()
