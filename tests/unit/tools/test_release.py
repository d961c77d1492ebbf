"""`make release` shows a release, refuses one that is not ready, and tags only when asked."""

import subprocess
from pathlib import Path

import pytest

from tools.release import main

PROJECT = '[project]\nversion = "1.2.0"\n'
CHANGELOG = """# Changelog

## [Unreleased]

## [1.2.0] - 2026-01-31

### Added

- A thing.

## [1.1.0] - 2026-01-01

- Another thing.
"""


def git(folder: Path, *arguments: str) -> str:
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)  # noqa: S603 - only git
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose version 1.2.0 is ready to be tagged."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Test")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "test@example.com")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    git(tmp_path, "init", "--quiet")
    commit(tmp_path, CHANGELOG)
    return tmp_path


def commit(folder: Path, changelog: str) -> None:
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "CHANGELOG.md").write_text(changelog)
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Change the changelog")


def test_it_shows_version_tag_and_section_and_tags_nothing(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], repository) == 0
    shown = capsys.readouterr().out
    assert "version    1.2.0\ntag        v1.2.0\n" in shown
    assert "### Added\n\n- A thing.\n" in shown
    assert "Another thing" not in shown
    assert "make release ARGS=--tag" in shown
    assert git(repository, "tag") == ""


def test_with_tag_it_tags_the_commit_with_the_section_as_message(repository: Path) -> None:
    assert main(["--tag"], repository) == 0
    assert git(repository, "rev-parse", "v1.2.0^{commit}") == git(repository, "rev-parse", "HEAD")
    message = git(repository, "tag", "--list", "--format=%(contents)", "v1.2.0")
    assert message == "v1.2.0\n\n### Added\n\n- A thing."


@pytest.mark.parametrize("arguments", [[], ["--tag"]])
def test_a_tree_with_changes_is_refused(
    repository: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "new.py").touch()
    assert main(arguments, repository) == 1
    assert "found 1 (first: ?? new.py). Commit or remove them." in capsys.readouterr().err
    assert git(repository, "tag") == ""


def test_a_version_without_a_section_is_refused(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(repository, CHANGELOG.replace("[1.2.0]", "[1.1.9]"))
    assert main(["--tag"], repository) == 1
    assert "Expected a section '## [1.2.0] - YYYY-MM-DD' in CHANGELOG.md, found none." in capsys.readouterr().err


def test_a_section_without_a_date_is_refused(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(repository, CHANGELOG.replace(" - 2026-01-31", ""))
    assert main(["--tag"], repository) == 1
    assert "Expected a date after [1.2.0]" in capsys.readouterr().err


def test_entries_that_are_unreleased_are_refused(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(repository, CHANGELOG.replace("[Unreleased]", "[Unreleased]\n\n- Late."))
    assert main(["--tag"], repository) == 1
    assert "Expected an empty [Unreleased]" in capsys.readouterr().err


def test_a_tag_that_exists_is_refused(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(repository, "tag", "v1.2.0")
    assert main(["--tag"], repository) == 1
    assert "Expected no tag v1.2.0, found one." in capsys.readouterr().err


def test_all_problems_are_shown_at_once(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(repository, "tag", "v1.2.0")
    (repository / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n")
    assert main([], repository) == 1
    assert capsys.readouterr().err.count("\n- ") == 3


def test_a_heading_of_another_form_is_refused(repository: Path) -> None:
    commit(repository, CHANGELOG.replace("## [1.1.0]", "## 1.1.0"))
    with pytest.raises(ValueError, match="found 1 of another form"):
        main([], repository)
