"""The CDK CLI: its output goes to the log, a failure shows the last lines, and a signal ends it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rehearsal.account.cdk import ROOT, Cdk, CdkError
from rehearsal.wait import until

ENVIRONMENT = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "own"}


@pytest.fixture
def cdk(tmp_path: Path) -> Cdk:
    (tmp_path / "cdk.out").mkdir()
    return Cdk(ENVIRONMENT, tmp_path / "cdk.log", tmp_path / "cdk.out", tmp_path / "cdk")


def program(cdk: Cdk, script: str) -> None:
    """Make the CLI a shell script."""
    cdk.program.write_text(f"#!/bin/sh\n{script}\n")
    cdk.program.chmod(0o755)


def alive(process: int) -> bool:
    state = subprocess.run(  # noqa: S603 - it only lists processes
        ["/bin/ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False
    ).stdout
    return bool(state.strip()) and not state.startswith("Z")


def test_deploy_returns_the_stacks_outputs(cdk: Cdk) -> None:
    program(cdk, 'while [ "$1" != --outputs-file ]; do shift; done; echo \'{"Stack": {"Arn": "arn:x"}}\' > "$2"')
    assert cdk.deploy() == {"Arn": "arn:x"}


def test_what_the_cli_writes_goes_to_the_log_and_not_to_the_person(cdk: Cdk, capfd: pytest.CaptureFixture[str]) -> None:
    program(cdk, "echo chatter; echo more chatter >&2")
    cdk.bootstrap("123456789012", "us-east-1")
    assert capfd.readouterr() == ("", "")
    assert cdk.log.read_text().startswith("$ cdk bootstrap aws://123456789012/us-east-1")
    assert cdk.log.read_text().endswith("chatter\nmore chatter\n")


def test_a_failure_is_told_with_the_last_lines_and_the_place_of_the_log(cdk: Cdk) -> None:
    program(cdk, "for n in $(seq 30); do echo line $n; done; exit 3")
    with pytest.raises(CdkError) as failure:
        cdk.deploy()
    first, *lines = str(failure.value).splitlines()
    assert first == f"cdk deploy ended with status 3; expected 0. Its last lines (all are in {cdk.log}):"
    assert lines == [f"  line {n}" for n in range(16, 31)]


def test_the_cli_sees_the_account_and_nothing_of_the_persons_own(
    cdk: Cdk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in (
        "AWS_PROFILE",
        "AWS_CA_BUNDLE",
        "AWS_SESSION_TOKEN",
        "CDK_DEFAULT_ACCOUNT",
        "ENV",
        "AWS_ACCESS_KEY_ID",
    ):
        monkeypatch.setenv(name, "the person's")
    program(cdk, f"env > {tmp_path}/seen")
    cdk.synthesize()
    seen = dict(line.split("=", 1) for line in (tmp_path / "seen").read_text().splitlines())
    assert "the person's" not in seen.values()
    assert ENVIRONMENT.items() <= seen.items()


def test_the_cli_finds_the_node_of_this_virtual_environment(cdk: Cdk, tmp_path: Path) -> None:
    program(cdk, f"command -v node > {tmp_path}/seen")
    cdk.synthesize()
    assert (tmp_path / "seen").read_text().strip() == str(Path(sys.prefix) / "bin" / "node")


def test_a_failure_is_not_told_with_what_an_earlier_call_wrote(cdk: Cdk) -> None:
    program(cdk, "echo earlier")
    cdk.synthesize()
    program(cdk, "echo later; exit 3")
    with pytest.raises(CdkError) as failure:
        cdk.deploy()
    assert str(failure.value).splitlines()[1:] == ["  later"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("manners", ["", "trap '' TERM;"], ids=["polite", "deaf to SIGTERM"])
def test_a_signal_ends_the_cli_and_what_it_started(
    cdk: Cdk, tmp_path: Path, number: signal.Signals, manners: str
) -> None:
    program(cdk, f"{manners} sleep 60 & echo $! $$ > {tmp_path}/pids.new; mv {tmp_path}/pids.new {tmp_path}/pids; wait")
    script = (
        "from pathlib import Path; from rehearsal.account.cdk import Cdk\n"
        "from rehearsal.signals import Interrupted, install_handlers\n"
        "install_handlers()\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "try: Cdk({}, folder / 'cdk.log', folder / 'cdk.out', folder / 'cdk').synthesize()\n"
        "except Interrupted as interrupted: raise SystemExit(interrupted.exit_status)\n"
    )
    rehearsal = subprocess.Popen(  # noqa: S603 - a program of our own
        [sys.executable, "-c", script], start_new_session=True
    )
    until((tmp_path / "pids").exists, "the CLI to run", 10)
    os.kill(rehearsal.pid, number)
    assert rehearsal.wait(10) == 128 + number
    started = [int(process) for process in (tmp_path / "pids").read_text().split()]
    until(lambda: not any(alive(process) for process in started), "the CLI to end", 10)


def test_the_cli_keeps_its_caches_in_the_projects_folder(
    cdk: Cdk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("XDG_CACHE_HOME", "JSII_RUNTIME_PACKAGE_CACHE_ROOT", "CDK_HOME")
    for name in (*names, "JSII_NODE"):
        monkeypatch.delenv(name, raising=False)
    program(cdk, f"env > {tmp_path}/seen")
    cdk.synthesize()
    seen = dict(line.split("=", 1) for line in (tmp_path / "seen").read_text().splitlines())
    assert all(Path(seen[name]).is_relative_to(ROOT / "build") for name in names)
    assert Path(seen["JSII_NODE"]).is_relative_to(ROOT)


def test_the_cli_ends_when_the_program_that_runs_it_is_killed(cdk: Cdk, tmp_path: Path) -> None:
    program(cdk, f"sleep 60 & echo $! $$ > {tmp_path}/pids.new; mv {tmp_path}/pids.new {tmp_path}/pids; wait")
    script = (
        "from pathlib import Path; from rehearsal.account.cdk import Cdk\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "Cdk({}, folder / 'cdk.log', folder / 'cdk.out', folder / 'cdk').synthesize()\n"
    )
    rehearsal = subprocess.Popen(  # noqa: S603 - a program of our own
        [sys.executable, "-c", script], start_new_session=True
    )
    until((tmp_path / "pids").exists, "the CLI to run", 10)
    rehearsal.kill()
    rehearsal.wait(10)
    started = [int(process) for process in (tmp_path / "pids").read_text().split()]
    until(lambda: not any(alive(process) for process in started), "the CLI to end", 10)


def test_a_cli_that_a_signal_ended_is_a_failure(cdk: Cdk) -> None:
    program(cdk, "kill -KILL $$")
    with pytest.raises(CdkError, match="cdk synth ended with status 137; expected 0"):
        cdk.synthesize()
