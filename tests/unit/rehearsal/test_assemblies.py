import shutil
from pathlib import Path

import pytest

from rehearsal import assemblies
from rehearsal.assemblies import KEPT, copy_or_make

OPTIONS = ("-c", "hooks=smoke-test")


class FakeApp:
    """A project with an app, whose assembly says how often it was made."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.assembly = folder / "output" / "cdk.out"
        self.made = 0
        self.write("app.py", "")
        self.write("lambdas/stages/plan.py", "")

    def write(self, name: str, text: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def synthesize(self) -> None:
        self.made += 1
        self.assembly.mkdir(parents=True, exist_ok=True)
        (self.assembly / "manifest.json").write_text(str(self.made))

    def copied(self, *options: str, **environment: str) -> bool:
        copied = copy_or_make(self.assembly, options or OPTIONS, environment, self.synthesize)
        assert (self.assembly / "manifest.json").exists()
        return copied


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeApp:
    found = FakeApp(tmp_path)
    monkeypatch.setattr(assemblies, "ROOT", found.root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return found


def test_an_app_that_has_not_changed_is_synthesized_once(app: FakeApp) -> None:
    assert not app.copied(AWS_ENDPOINT_URL="http://127.0.0.1:1", NO_PROXY="127.0.0.1")
    (app.assembly / "left.json").write_text("from an earlier run")
    assert app.copied(AWS_ENDPOINT_URL="http://127.0.0.1:2")
    assert not (app.assembly / "left.json").exists()


def test_a_changed_file_option_or_variable_synthesizes_again(app: FakeApp) -> None:
    app.copied()
    app.write("lambdas/stages/plan.py", "changed")
    assert not app.copied()
    app.write("lambdas/more.json", "new")
    assert not app.copied()
    assert not app.copied("-c", "hooks=other")
    assert not app.copied(ENV="second")
    assert app.copied()


def test_byte_code_and_other_files_of_the_project_do_not_count(app: FakeApp) -> None:
    app.copied()
    app.write("lambdas/__pycache__/plan.pyc", "compiled")
    app.write("README.md", "changed")
    assert app.copied()


def test_a_synthesis_that_fails_keeps_nothing(app: FakeApp) -> None:
    def fail() -> None:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - the test's own
        copy_or_make(app.assembly, OPTIONS, {}, fail)
    assert not app.copied()


def test_a_few_assemblies_are_kept(app: FakeApp, tmp_path: Path) -> None:
    for number in range(KEPT + 2):
        app.copied(ENV=str(number))
    assert len(list((tmp_path / "cache" / "assemblies").iterdir())) == KEPT


def test_two_threads_may_keep_the_same_app_at_once(app: FakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """The accounts of a campaign synthesize in one process. One copies here while the other one does all of it."""
    copytree = shutil.copytree

    def copy_beside_another(source: Path, copy: Path, *, dirs_exist_ok: bool = False) -> None:
        copytree(source, copy, dirs_exist_ok=dirs_exist_ok)
        monkeypatch.setattr(shutil, "copytree", copytree)
        assert not app.copied(), "nothing is kept yet"

    monkeypatch.setattr(shutil, "copytree", copy_beside_another)
    assert not app.copied()
    assert app.copied()
