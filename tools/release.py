"""Tag a release of this project: `make release` shows what it would tag, `make release ARGS=--tag` tags it.

The tag is `v` and the version in pyproject.toml. Its message is that version's section of CHANGELOG.md. The program
refuses a working tree with changes, a version without a section, a section without a date, entries that stand under
[Unreleased], and a tag that exists. It pushes nothing.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.changelog import CHANGELOG, PROJECT, UNRELEASED, Section, project_version, sections


@dataclass(frozen=True)
class ReleaseState:
    """What a release depends on. `changes`: the lines of `git status --porcelain`."""

    version: str
    sections: Sequence[Section]
    changes: Sequence[str]
    tags: Sequence[str]

    @property
    def tag(self) -> str:
        return f"v{self.version}"

    @property
    def section(self) -> Section | None:
        return next((section for section in self.sections if section.name == self.version), None)


def read_state(folder: Path) -> ReleaseState:
    """Read the repository in the folder. Raises ValueError when its changelog cannot be read."""
    return ReleaseState(
        version=project_version((folder / PROJECT).read_text()),
        sections=sections((folder / CHANGELOG).read_text()),
        changes=_git(folder, "status", "--porcelain").splitlines(),
        tags=_git(folder, "tag", "--list").splitlines(),
    )


def problems(state: ReleaseState) -> list[str]:
    """Return why the version cannot be tagged, each with what to do; empty when it can."""
    found = []
    if state.changes:
        found.append(
            f"Expected a working tree without changes, found {len(state.changes)} (first: "
            f"{state.changes[0].strip()}). Commit or remove them."
        )
    if state.section is None:
        found.append(
            f"Expected a section '## [{state.version}] - YYYY-MM-DD' in {CHANGELOG}, found none. "
            f"Rename [{UNRELEASED}] to it, or correct the version in {PROJECT}."
        )
    elif state.section.released is None:
        found.append(f"Expected a date after [{state.version}] in {CHANGELOG}, found none. Add ' - YYYY-MM-DD'.")
    if state.section and any(each.name == UNRELEASED and each.text for each in state.sections):
        found.append(f"Expected an empty [{UNRELEASED}] in {CHANGELOG}, found entries. Move them to [{state.version}].")
    if state.tag in state.tags:
        found.append(f"Expected no tag {state.tag}, found one. Raise the version in {PROJECT}.")
    return found


def main(arguments: Sequence[str] | None = None, folder: Path = Path()) -> int:
    """Return 0 when the version can be tagged (and, with --tag, is)."""
    parser = argparse.ArgumentParser(
        prog="make release", description="Show what a release would tag.", allow_abbrev=False
    )
    parser.add_argument("--tag", action="store_true", help="make the tag; without this, nothing is changed")
    options = parser.parse_args(arguments)
    state = read_state(folder)
    text = state.section.text if state.section else "(no section)"
    print(f"version    {state.version}\ntag        {state.tag}\nchangelog\n\n{text}\n")
    found = problems(state)
    if found:
        print(f"{state.tag} cannot be tagged:", *found, sep="\n- ", file=sys.stderr)
        return 1
    if options.tag:
        message = f"{state.tag}\n\n{text}\n"
        # Other clean-ups of git take the headings of the changelog, "### Added", for comments.
        _git(folder, "tag", "--annotate", "--cleanup=whitespace", "--file=-", state.tag, given=message)
        print(f"Tagged {state.tag}. Publish it with: git push origin {state.tag}")
    else:
        print(f"Nothing was tagged. To tag {state.tag}: make release ARGS=--tag")
    return 0


def _git(folder: Path, *arguments: str, given: str | None = None) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, input=given, check=True, capture_output=True, text=True)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
