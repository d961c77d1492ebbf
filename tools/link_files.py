"""Let two virtual environments share the files that are the same: `python tools/link_files.py .venv-emulator .venv`.

Both have pip and nearly the same botocore, 50 MB. A file becomes a second name (a hard link) of the same file in the
other one. pip never writes into a file that is there, so a change of one environment leaves the other as it is.
"""

import filecmp
import os
import sys
from pathlib import Path

SMALLEST = 4096
"""Bytes. Smaller files are many and save nothing."""


def link_files(folder: Path, other: Path) -> int:
    """Return how many bytes are shared now. Where the file system has no hard links, none."""
    shared = 0
    for file in folder.rglob("*"):
        same = other / file.relative_to(folder)
        if file.is_symlink() or not file.is_file() or same.is_symlink() or not same.is_file():
            continue
        size = file.stat().st_size
        if size < SMALLEST or not filecmp.cmp(file, same, shallow=False):
            continue
        try:
            _link(file, same)
        except OSError:
            return shared
        shared += size
    return shared


def _link(file: Path, same: Path) -> None:
    """Replace a file by a link, in one step."""
    link = file.with_name(f"{file.name}.link")
    os.link(same, link)
    link.replace(file)


if __name__ == "__main__":
    link_files(*map(Path, sys.argv[1:]))
