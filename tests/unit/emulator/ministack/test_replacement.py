"""Symbols of MiniStack are replaced only while they are what they were."""

import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.ministack.replacement import VERSION, Addition, Replacement, UnknownMiniStackError, digest_of, install_all

SOURCE = """
LIMIT = 60
HANDLERS = {"bucket": "makes a bucket"}

def delay(seconds):
    return min(seconds, LIMIT)

class Worker:
    def invoke(self):
        return "ministack"
"""


@pytest.fixture
def ministack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[types.ModuleType]:
    (tmp_path / "emulated.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("importlib.metadata.version", lambda _: VERSION)
    import emulated  # type: ignore[import-not-found]  # noqa: PLC0415 - it has just been written

    yield emulated
    del sys.modules["emulated"]


def replacement(ministack: types.ModuleType, symbol: str, value: object) -> Replacement:
    owner = ministack.Worker if symbol == "Worker.invoke" else ministack
    return Replacement("emulated", symbol, digest_of(owner, symbol.rpartition(".")[2]), value)


def test_functions_methods_and_values_are_replaced(ministack: types.ModuleType) -> None:
    install_all(
        [
            replacement(ministack, "delay", lambda seconds: seconds),
            replacement(ministack, "Worker.invoke", lambda _: "corrected"),
            replacement(ministack, "LIMIT", 3600),
        ]
    )
    assert ministack.delay(90) == 90
    assert ministack.Worker().invoke() == "corrected"
    assert ministack.LIMIT == 3600


def test_an_entry_that_is_missing_is_added(ministack: types.ModuleType) -> None:
    install_all([Addition("emulated", "HANDLERS", "query", "makes a query")])
    assert ministack.HANDLERS == {"bucket": "makes a bucket", "query": "makes a query"}


@pytest.mark.parametrize(
    ("symbol", "key", "problem"),
    [("HANDLERS", "bucket", "HANDLERS has bucket already"), ("GONE", "a", "GONE is missing")],
)
def test_an_entry_that_exists_or_has_no_dictionary_is_refused(
    ministack: types.ModuleType, symbol: str, key: str, problem: str
) -> None:
    with pytest.raises(UnknownMiniStackError, match=rf"emulated\.{problem}"):
        install_all([Addition("emulated", symbol, key, "another")])


def test_a_missing_symbol_is_refused_and_nothing_is_replaced(ministack: types.ModuleType) -> None:
    with pytest.raises(UnknownMiniStackError, match=r"emulated\.gone is missing"):
        install_all([replacement(ministack, "LIMIT", 0), Replacement("emulated", "gone", "", None)])
    assert ministack.LIMIT == 60


@pytest.mark.parametrize("symbol", ["delay", "LIMIT", "Worker.invoke"])
def test_a_symbol_that_has_changed_is_refused_in_one_line(ministack: types.ModuleType, symbol: str) -> None:
    with pytest.raises(UnknownMiniStackError, match=rf"emulated\.{symbol} has changed") as refused:
        install_all([Replacement("emulated", symbol, "0123456789ab", None)])
    assert len(str(refused.value).splitlines()) == 1


def test_another_version_is_refused(ministack: types.ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda _: "9.9.9")
    with pytest.raises(UnknownMiniStackError, match=r"found ministack 9\.9\.9\. Install ministack=="):
        install_all([replacement(ministack, "LIMIT", 0)])
    assert ministack.LIMIT == 60
