import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tools.foreign_clients import SOURCES, ClientError, Clients


class FakeAccount:
    """An account that a client's command does not need."""

    def environment(self) -> dict[str, str]:
        return {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}

    def client(self, _service: str) -> Any:
        return None


@pytest.fixture
def clients(tmp_path: Path) -> Clients:
    account: Any = FakeAccount()
    clients = Clients(account, tmp_path)
    clients._write_application()
    return clients


def test_a_client_gets_the_account_and_no_home_of_the_users(clients: Clients, tmp_path: Path) -> None:
    code = "import os; print(os.environ['AWS_ENDPOINT_URL'], os.environ['HOME'], sorted(os.listdir()))"

    written = clients._step("client", "work", [sys.executable, "-c", code])

    assert written.startswith(f"http://127.0.0.1:1 {tmp_path}/home [")
    assert "Procfile" in written


@pytest.mark.parametrize("code", ["raise SystemExit(3)", "print('ERROR: NotFoundError')"])
def test_a_client_that_fails_or_reports_an_error_is_told(clients: Clients, code: str) -> None:
    with pytest.raises(ClientError, match="client does not work: exit status"):
        clients._step("client", "work", [sys.executable, "-c", code])


def test_an_effect_that_is_missing_is_told() -> None:
    with pytest.raises(ClientError, match=r"Expected the version to be 'v2'\. Found 'v1'\."):
        Clients._expect("the version", "v1", "v2")


def test_the_clients_are_pinned() -> None:
    requirements = Path("requirements-clients.txt").read_text().splitlines()
    packages = json.loads((SOURCES / "package.json").read_text())["dependencies"]

    assert all(line.startswith("#") or re.fullmatch(r"[a-z]+==[\d.]+", line) for line in requirements)
    assert all(re.fullmatch(r"[\d.]+", version) for version in packages.values())
