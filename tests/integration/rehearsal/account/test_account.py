import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from emulator.identity import ACCOUNT_ID
from rehearsal.account.account import ROOT, Account, AccountError
from tests.support.processes import is_running
from tests.support.waiting import eventually


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_account", timeout=5) as answer:  # noqa: S310 - on loopback
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


def pid(account: Account) -> int:
    assert account._process is not None
    return account._process.pid


def test_an_account_answers_from_its_start_to_its_end(tmp_path: Path) -> None:
    with Account(home=tmp_path) as account:
        url, server = account.url, pid(account)
        assert answers(url)
    assert not answers(url)
    assert not is_running(server)


def test_an_account_that_is_not_running_has_no_url(tmp_path: Path) -> None:
    account = Account(home=tmp_path)
    account.stop()
    with pytest.raises(AccountError, match=r"Call start\(\) first"):
        assert account.url


def test_an_account_serves_the_port_that_was_asked_for(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Account(home=tmp_path, port=port) as account:
        assert account.url == f"http://127.0.0.1:{port}"


def test_the_environment_leads_boto3_to_the_account_whatever_else_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = {
        "AWS_PROFILE": "production",
        "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1",
        "AWS_SESSION_TOKEN": "someone's",
        "AWS_CONFIG_FILE": "/nowhere",
        "HTTP_PROXY": "http://127.0.0.1:1",
    }
    for name, value in hostile.items():
        monkeypatch.setenv(name, value)
    with Account(home=tmp_path) as account:
        program = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
        asked = subprocess.run(  # noqa: S603 - a program of our own
            [sys.executable, "-c", program],
            env={**os.environ, **account.environment()},
            capture_output=True,
            text=True,
            check=True,
        )
        assert asked.stdout.strip() == ACCOUNT_ID
        assert account.client("sts").get_caller_identity()["Account"] == ACCOUNT_ID


def test_a_port_that_is_taken_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refuse(Account(home=tmp_path, port=port), f"Port {port} of 127.0.0.1")


def test_a_home_that_another_account_uses_is_one_clear_line(tmp_path: Path) -> None:
    with Account(home=tmp_path) as account:
        refuse(Account(home=tmp_path), "is the home of an account that runs")
        assert answers(account.url)


def test_a_home_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refuse(Account(home=tmp_path / "file"), "Give it a folder that can be written")


def test_a_home_in_which_the_server_cannot_make_its_folders_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "tmp").touch()
    refuse(Account(home=tmp_path), "The account cannot start")


def test_a_missing_virtual_environment_is_one_clear_line(tmp_path: Path) -> None:
    refuse(Account(home=tmp_path, python=tmp_path / "venv" / "bin" / "python"), "virtual environment at")


def test_a_server_that_ends_at_once_is_one_clear_line(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'out of luck' >&2\nexit 1\n")
    python.chmod(0o755)
    refuse(Account(home=tmp_path / "home", python=python), "ends with: out of luck")


def test_a_server_that_does_not_answer_is_given_up_and_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rehearsal.account.account.START_SECONDS", 0.5)
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 60\n")
    python.chmod(0o755)
    refuse(Account(home=tmp_path / "home", python=python), "to answer within 0.5 s")
    assert not is_running(int((tmp_path / "pid").read_text()))


def test_a_server_that_does_not_heed_sigterm_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rehearsal.account.account.STOP_SECONDS", 0.5)
    with Account(home=tmp_path) as account:
        server = pid(account)
        os.kill(server, signal.SIGSTOP)
    assert not is_running(server)


def test_an_account_ends_with_the_process_that_started_it_even_if_that_is_killed(tmp_path: Path) -> None:
    starter, account = started_elsewhere(tmp_path, "threading.Event().wait()")
    assert answers(account["url"])
    starter.kill()
    starter.communicate()
    eventually(lambda: not is_running(account["pid"]))


def test_an_account_that_was_told_to_stay_outlives_the_process_that_started_it(tmp_path: Path) -> None:
    starter, account = started_elsewhere(tmp_path, "account.detach()")
    starter.communicate()
    assert starter.returncode == 0
    try:
        assert answers(account["url"])
    finally:
        os.kill(account["pid"], signal.SIGTERM)
    eventually(lambda: not is_running(account["pid"]))


def started_elsewhere(home: Path, then: str) -> "tuple[subprocess.Popen[str], dict[str, Any]]":
    """An account that another process starts, which then does something."""
    program = f"""
        import json, threading
        from pathlib import Path
        from rehearsal.account.account import Account

        account = Account(home=Path({str(home)!r})).start()
        print(json.dumps({{"url": account.url, "pid": account._process.pid}}), flush=True)
        {then}
    """
    starter = subprocess.Popen(  # noqa: S603 - a program of our own
        [sys.executable, "-c", textwrap.dedent(program)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    return starter, json.loads(starter.stdout.readline())


def refuse(account: Account, reason: str) -> None:
    with pytest.raises(AccountError) as refused:
        account.start()
    assert reason in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    assert account._process is None
