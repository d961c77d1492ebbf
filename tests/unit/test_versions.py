"""The version in pyproject.toml and the sections of CHANGELOG.md agree."""

import re

from tools.changelog import CHANGELOG, PROJECT, UNRELEASED, project_version, sections

SECTIONS = sections(CHANGELOG.read_text())
VERSION = project_version(PROJECT.read_text())
RELEASED = [section for section in SECTIONS if section.name != UNRELEASED]
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def test_the_changelog_begins_with_what_is_unreleased() -> None:
    assert SECTIONS[0].name == UNRELEASED
    assert [section.name for section in SECTIONS].count(UNRELEASED) == 1


def test_the_version_is_the_newest_in_the_changelog() -> None:
    """Before the first release, the changelog has no version yet."""
    assert [section.name for section in RELEASED[:1]] in ([], [VERSION])


def test_versions_are_numbers_like_1_2_3() -> None:
    for version in [VERSION, *(section.name for section in RELEASED)]:
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), version


def test_versions_and_dates_descend() -> None:
    assert all(section.released for section in RELEASED)
    versions = [numbers(section.name) for section in RELEASED]
    assert versions == sorted(set(versions), reverse=True)
    dates = [section.released for section in RELEASED if section.released]
    assert dates == sorted(dates, reverse=True)


def test_each_section_uses_the_kinds_of_keep_a_changelog() -> None:
    for section in SECTIONS:
        assert set(re.findall(r"^### (.+)$", section.text, re.MULTILINE)) <= KINDS, section.name
