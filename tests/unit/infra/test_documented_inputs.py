"""The execution inputs that the documents show."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lambdas.request import completed


def documented_inputs() -> Iterator[Any]:
    """Yield the text from the start of each execution input in a document."""
    for path in [Path("README.md"), *sorted(Path("docs").glob("*.md"))]:
        text = path.read_text()
        for found in re.finditer(r'\{\s*"application": "shop",\s+"blue"', text):
            line = text.count("\n", 0, found.start()) + 1
            yield pytest.param(text[found.start() :], id=f"{path}:{line}")


@pytest.mark.parametrize("text", list(documented_inputs()))
def test_a_documented_execution_input_is_valid(text: str) -> None:
    request, _ = json.JSONDecoder().raw_decode(text)
    assert completed(request)["blue"] == "shop-prod"
