import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.ministack.replacement import VERSION, Addition, Replacement, UnknownMiniStackError, digest_of, install_all
from rehearsal.account.account import ROOT, Account, AccountError

SOURCE = """
LIMIT = 60
HANDLERS = {"bucket": "makes a bucket"}

def delay(seconds):
    return min(seconds, LIMIT)

class Worker:
    def invoke(self):
        return "emulator"
"""


@pytest.fixture
def emulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[types.ModuleType]:
    (tmp_path / "emulated.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("importlib.metadata.version", lambda _: VERSION)
    import emulated  # type: ignore[import-not-found]  # noqa: PLC0415 - it has just been written

    yield emulated
    del sys.modules["emulated"]


def replacement(emulator: types.ModuleType, symbol: str, by: object) -> Replacement:
    owner = emulator.Worker if symbol == "Worker.invoke" else emulator
    return Replacement("emulated", symbol, digest_of(owner, symbol.rpartition(".")[2]), by)


def test_functions_methods_and_values_are_replaced(emulator: types.ModuleType) -> None:
    install_all(
        [
            replacement(emulator, "delay", lambda seconds: seconds),
            replacement(emulator, "Worker.invoke", lambda _: "corrected"),
            replacement(emulator, "LIMIT", 3600),
        ]
    )
    assert emulator.delay(90) == 90
    assert emulator.Worker().invoke() == "corrected"
    assert emulator.LIMIT == 3600


def test_an_entry_that_is_missing_is_added(emulator: types.ModuleType) -> None:
    install_all([Addition("emulated", "HANDLERS", "query", "makes a query")])
    assert emulator.HANDLERS == {"bucket": "makes a bucket", "query": "makes a query"}


@pytest.mark.parametrize(
    ("symbol", "key", "problem"),
    [("HANDLERS", "bucket", "HANDLERS has bucket already"), ("GONE", "a", "GONE is missing")],
)
def test_an_entry_that_is_there_or_has_no_place_is_refused(
    emulator: types.ModuleType, symbol: str, key: str, problem: str
) -> None:
    with pytest.raises(UnknownMiniStackError, match=rf"emulated\.{problem}"):
        install_all([Addition("emulated", symbol, key, "another")])


def test_a_missing_symbol_is_refused_and_nothing_is_replaced(emulator: types.ModuleType) -> None:
    with pytest.raises(UnknownMiniStackError, match=r"emulated\.gone is missing"):
        install_all([replacement(emulator, "LIMIT", 0), Replacement("emulated", "gone", "", None)])
    assert emulator.LIMIT == 60


@pytest.mark.parametrize("symbol", ["delay", "LIMIT", "Worker.invoke"])
def test_a_symbol_that_has_changed_is_refused_in_one_line(emulator: types.ModuleType, symbol: str) -> None:
    with pytest.raises(UnknownMiniStackError, match=rf"emulated\.{symbol} has changed") as refused:
        install_all([Replacement("emulated", symbol, "0123456789ab", None)])
    assert len(str(refused.value).splitlines()) == 1


def test_another_version_is_refused(emulator: types.ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda _: "9.9.9")
    with pytest.raises(UnknownMiniStackError, match=r"found ministack 9\.9\.9\. Install ministack=="):
        install_all([replacement(emulator, "LIMIT", 0)])
    assert emulator.LIMIT == 60


def test_the_account_does_not_start_with_an_emulator_that_has_changed(tmp_path: Path) -> None:
    change = "import ministack.services.stepfunctions as s; s._execute_task = s._execute_pass"
    run = "import runpy, sys; sys.argv = sys.argv[2:]; runpy.run_module('emulator.server', run_name='__main__')"
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {ROOT}/.venv-emulator/bin/python -c "{change}; {run}" "$@"\n')
    python.chmod(0o755)
    with pytest.raises(AccountError, match=r"stepfunctions\._execute_task has changed") as refused:
        Account(home=tmp_path / "home", python=python).start()
    assert len(str(refused.value).splitlines()) == 1
