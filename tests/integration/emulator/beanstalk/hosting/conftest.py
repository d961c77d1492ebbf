"""The interpreter that the account's server runs in."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[5]


@pytest.fixture
def emulator_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the emulator's virtual environment: it has gunicorn, which serves WSGI applications."""
    monkeypatch.setattr(sys, "executable", str(ROOT / ".venv-emulator" / "bin" / "python"))
