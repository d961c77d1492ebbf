"""The execution inputs that the documents show."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lambdas.fleet_request import completed_fleet, require_valid_releases
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


def test_each_documented_input_of_a_fleet_is_valid() -> None:
    text = Path("docs/fleet.md").read_text()
    starts = [found.start() for found in re.finditer(r'\{\s+"(version|releases)":', text)]
    inputs = [completed_fleet(json.JSONDecoder().raw_decode(text[start:])[0]) for start in starts]
    assert len(inputs) == 2
    for each in inputs:
        require_valid_releases(each["release"], each.get("releases", []))
