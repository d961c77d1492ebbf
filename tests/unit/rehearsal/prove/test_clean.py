"""`--clean --yes` removes runs that have ended, and leaves those of others alone that may still go on."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from rehearsal.prove import clean
from rehearsal.prove.errors import ProofError
from rehearsal.prove.options import read_prove_options
from rehearsal.prove.run_file import FILE_NAME, RunFile
from rehearsal.report.progress import Progress
from tests.support.proof import target

MINE, YOUNG, OLD, UNKNOWN = "aaaaaa", "bbbbbb", "cccccc", "dddddd"


@pytest.fixture
def removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Let an account have four runs, of which this folder remembers one. Return the list of those that are removed."""
    removed: list[str] = []
    now = datetime.now(UTC)
    began = {MINE: now, YOUNG: now - timedelta(hours=5), OLD: now - timedelta(hours=7)}
    RunFile(tmp_path / FILE_NAME, MINE, "123456789012", "eu-west-1", "now").save()
    monkeypatch.setattr(clean, "named_target", lambda *_: target({}))
    monkeypatch.setattr(clean, "leftovers", lambda _: {run: ["a stack"] for run in (MINE, YOUNG, OLD, UNKNOWN)})
    monkeypatch.setattr(clean, "begins", lambda _: began)
    monkeypatch.setattr(clean, "remove", lambda _target, memory, _progress: removed.append(memory.run))
    return removed


def cleaned(tmp_path: Path, *arguments: str) -> int:
    options = read_prove_options(["--clean", "--region", "eu-west-1", "--output", str(tmp_path), *arguments])
    return clean.clean(options, Progress(Console(file=io.StringIO())))


def test_without_a_question_only_its_own_and_old_runs_are_removed(removed: list[str], tmp_path: Path) -> None:
    with pytest.raises(ProofError, match=f"Found {YOUNG}, {UNKNOWN}.*--clean --run {YOUNG}"):
        cleaned(tmp_path, "--yes")
    assert removed == [MINE, OLD]


def test_a_run_that_is_named_is_removed_alone(removed: list[str], tmp_path: Path) -> None:
    assert cleaned(tmp_path, "--yes", "--run", YOUNG) == 0
    assert removed == [YOUNG]


def test_with_a_question_all_runs_are_removed(removed: list[str], tmp_path: Path) -> None:
    """Without `--yes` a person sees the list first. In an emulated account nobody is asked."""
    assert cleaned(tmp_path) == 0
    assert removed == [MINE, YOUNG, OLD, UNKNOWN]


def test_a_run_that_left_nothing_is_not_removed(removed: list[str], tmp_path: Path) -> None:
    assert cleaned(tmp_path, "--yes", "--run", "eeeeee") == 0
    assert removed == []
