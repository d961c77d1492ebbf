"""The blocks of shell commands in the documents, and the programs that they start."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

DOCUMENTS = (Path("README.md"), Path("CONTRIBUTING.md"), Path("SECURITY.md"), *sorted(Path("docs").glob("*.md")))
PROGRAMS = ("aws", "cdk", "cosign", "docker", "eb", "gh", "make", "pip", "python3", "zip")
FENCE = re.compile(
    r"((?:^<!-- [^\n]* -->\n)*)^(?:```|~~~)(sh|bash|shell|console)\n(.*?)^(?:```|~~~)$", re.DOTALL | re.MULTILINE
)
STAND_IN = """#!/bin/sh
printf '%s\\0' "${0##*/}" "$@" >> "$CALLS"
printf '\\036\\0' >> "$CALLS"
"""
END = "\036"


@dataclass(frozen=True)
class ShellBlock:
    """A fenced block of shell commands, with the comments right before it."""

    document: Path
    line: int
    comments: Sequence[str]
    text: str

    @property
    def place(self) -> str:
        """Where the block is, as editors show it."""
        return f"{self.document}:{self.line}"


def shell_blocks(document: Path) -> Iterator[ShellBlock]:
    """Yield the blocks of a document."""
    text = document.read_text()
    for found in FENCE.finditer(text):
        comments = re.findall(r"<!-- (.*) -->", found[1])
        yield ShellBlock(document, text.count("\n", 0, found.start(2)) + 1, comments, found[3])


def started_programs(blocks: Sequence[ShellBlock], variables: Mapping[str, str], folder: Path) -> list[list[str]]:
    """Run blocks in one shell, and return the command lines. Stand-ins take the place of the programs.

    A variable without a value ends the shell. Raises CalledProcessError when a command fails.
    """
    for program in PROGRAMS:
        (folder / program).write_text(STAND_IN)
        (folder / program).chmod(0o755)
    for file in ("build/account/env", ".venv/bin/activate", "examples/cdk_app/app.py"):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).touch()
    calls = folder / "calls"
    calls.touch()
    environment = {**variables, "CALLS": str(calls), "PATH": f"{folder}:{os.defpath}"}
    script = "\n".join(block.text for block in blocks)
    subprocess.run(["/bin/sh", "-euc", script], cwd=folder, env=environment, check=True)  # noqa: S603 - our documents
    return [record.split("\0")[:-1] for record in calls.read_text().split(f"{END}\0")[:-1]]
