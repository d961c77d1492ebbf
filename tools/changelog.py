"""The versions in CHANGELOG.md (Keep a Changelog) and in pyproject.toml, for `make release` and tests."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

CHANGELOG = Path("CHANGELOG.md")
PROJECT = Path("pyproject.toml")
UNRELEASED = "Unreleased"
HEADING = re.compile(r"^## \[(?P<name>[^]]+)\](?: - (?P<date>\d{4}-\d{2}-\d{2}))?$", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """One version's section. `name`: the version, or "Unreleased", which has no date. `text`: its Markdown."""

    name: str
    released: date | None
    text: str


def sections(changelog: str) -> list[Section]:
    """Return the sections from top to bottom. Raises ValueError for a heading of another form."""
    headings = list(HEADING.finditer(changelog))
    count = len(re.findall(r"^## ", changelog, re.MULTILINE))
    if len(headings) != count:
        raise ValueError(
            f"expected headings like '## [1.2.3] - 2026-01-31' or '## [{UNRELEASED}]' in {CHANGELOG}; "
            f"found {count - len(headings)} of another form"
        )
    ends = [*(heading.start() for heading in headings[1:]), len(changelog)]
    return [
        Section(
            heading["name"],
            date.fromisoformat(heading["date"]) if heading["date"] else None,
            changelog[heading.end() : end].strip(),
        )
        for heading, end in zip(headings, ends, strict=True)
    ]


def project_version(project: str) -> str:
    """Return the version in the text of pyproject.toml."""
    return str(tomllib.loads(project)["project"]["version"])
