"""The list of mutations fits the source that it changes."""

import ast
from pathlib import Path

import pytest

from tools.mutation_list import MUTATIONS, Mutation
from tools.mutations import ROOT, mutated


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda each: each.name)
def test_a_mutation_changes_one_place_and_leaves_a_program(mutation: Mutation) -> None:
    before = Path(ROOT / mutation.file).read_text()
    after = mutated(before, mutation)
    assert after != before
    ast.parse(after)


def test_there_are_thirty_mutations_with_names_of_their_own() -> None:
    assert len({each.name for each in MUTATIONS}) == len(MUTATIONS) >= 30


def test_a_place_that_is_not_there_is_told() -> None:
    mutation = Mutation("gone", "lambdas/pair.py", "no such text", "")
    with pytest.raises(ValueError, match=r"gone: expected once in .*, found 0 times"):
        mutated("", mutation)
