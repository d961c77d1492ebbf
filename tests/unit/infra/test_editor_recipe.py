"""The schema of the execution input, as editors use it. docs/execution-input.md has the settings."""

import json
import re
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import pytest

from lambdas.errors import InvalidRequestError
from lambdas.request import completed

SCHEMA: dict[str, Any] = json.loads(Path("lambdas/request.schema.json").read_text())
DOCUMENT = Path("docs/execution-input.md").read_text()


def test_the_schema_has_an_absolute_id_that_stays() -> None:
    """Draft 07 wants a URI with a scheme and without a fragment at the root of a schema.

    Source: https://json-schema.org/draft-07/draft-handrews-json-schema-01#rfc.section.8.2
    """
    assert SCHEMA["$id"] == "urn:beanstalk-bluegreen:release-input"
    assert urlsplit(SCHEMA["$id"]).scheme
    assert f"`{SCHEMA['$id']}`" in DOCUMENT


def test_the_documented_settings_lead_to_the_schema() -> None:
    """VS Code resolves `url` from the folder that is open.

    Source: https://code.visualstudio.com/docs/languages/json#_mapping-to-a-schema-in-the-workspace
    """
    (settings,) = re.findall(r"<!-- editor -->\n```json\n(.*?)```", DOCUMENT, re.DOTALL)
    (mapping,) = json.loads(settings)["json.schemas"]
    assert json.loads(Path(mapping["url"]).read_text()) == SCHEMA
    assert [PurePosixPath("/x/releases/v2.json").match(each.lstrip("/")) for each in mapping["fileMatch"]] == [True]


def test_an_input_that_names_its_schema_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match=r"\$schema is not a known key"):
        completed({"$schema": SCHEMA["$id"], "application": "shop", "blue": "shop-prod", "version": "v2"})
