"""What the documents say, for tests that do it."""

import re
from pathlib import Path


def documented(document: Path, mark: str) -> str:
    """Return the block of a document after that mark."""
    found = re.search(rf"<!-- {mark} -->\n```\w+\n(.*?)```", document.read_text(), re.DOTALL)
    assert found, f"{document} should have a block behind <!-- {mark} -->"
    return found[1]
