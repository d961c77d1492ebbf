"""The generated parts of the documents match the code."""

import pytest
from aws_cdk import Stack

from tools.documentation import completed, documented_stack, documents
from tools.permission_tables import rows_by_policy


@pytest.fixture(scope="module")
def stack() -> Stack:
    return documented_stack()


def test_the_documents_match_the_code(stack: Stack) -> None:
    for path, parts in documents(stack).items():
        assert path.read_text() == completed(path.read_text(), parts), f"{path}: run make docs"


def test_every_permission_has_a_reason(stack: Stack) -> None:
    granted = [(role, grant) for role, found in rows_by_policy(stack).items() for grant in found]
    assert len(granted) > 50
    assert [(role, grant.actions) for role, grant in granted if not grant.why] == []
