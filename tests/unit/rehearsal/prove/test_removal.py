"""A removal goes on after a failed step, and names what is left."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from rehearsal.prove import removal
from rehearsal.prove.errors import RemovalError
from rehearsal.prove.run_file import RunFile
from rehearsal.report.progress import Progress
from tests.support.proof import target

PROGRESS = Progress(Console(file=io.StringIO()))


@pytest.fixture
def memory(tmp_path: Path) -> RunFile:
    memory = RunFile(tmp_path / "run.json", "1a2b3c", "123456789012", "eu-west-1", "now")
    memory.save()
    return memory


def play(monkeypatch: pytest.MonkeyPatch, left: list[list[str]], *, failing: str = "") -> list[str]:
    """Replace the steps; `left`: what each look at the end finds. Return the list of the steps that run."""
    ran: list[str] = []

    def step(name: str) -> None:
        ran.append(name)
        if name == failing:
            raise RemovalError("it is in use")

    steps = [(name, lambda name=name: step(name)) for name in ("environments", "stack", "roles")]
    monkeypatch.setattr(removal, "_steps", lambda *_: steps)
    monkeypatch.setattr(removal, "leftovers_of", lambda *_: left.pop(0))
    return ran


def test_a_run_is_forgotten_when_nothing_is_left(monkeypatch: pytest.MonkeyPatch, memory: RunFile) -> None:
    ran = play(monkeypatch, [[]])
    removal.remove(target({}), memory, PROGRESS)
    assert ran == ["environments", "stack", "roles"]
    assert not memory.path.exists()


def test_what_appears_late_is_removed_by_a_second_round(monkeypatch: pytest.MonkeyPatch, memory: RunFile) -> None:
    ran = play(monkeypatch, [["environment green"], []])
    removal.remove(target({}), memory, PROGRESS)
    assert ran == ["environments", "stack", "roles"] * 2


def test_a_failed_step_does_not_keep_the_others_from_running(monkeypatch: pytest.MonkeyPatch, memory: RunFile) -> None:
    ran = play(monkeypatch, [["stack one"], ["stack one"]], failing="stack")
    with pytest.raises(RemovalError, match=r"Found stack one\.\n  - stack: it is in use\nRun make prove") as failure:
        removal.remove(target({}), memory, PROGRESS)
    assert "--clean" in str(failure.value)
    assert ran[:3] == ["environments", "stack", "roles"]
    assert memory.path.exists(), "the run is remembered"
