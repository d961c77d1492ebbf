"""Every error says what was expected, what was found and what to do next."""

import re
from collections.abc import Iterator

from lambdas import errors


def tree(of: type[Exception], depth: int = 0) -> Iterator[tuple[int, str]]:
    yield depth, of.__name__
    for child in sorted(of.__subclasses__(), key=lambda each: list(vars(errors)).index(each.__name__)):
        yield from tree(child, depth + 1)


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    lines = [line for line in (errors.__doc__ or "").splitlines() if line.startswith("    ")]
    names = [name for line in lines if (name := re.search(r"\w+Error\b", line))]
    drawn = [((name.start() - 4) // 4, name.group()) for name in names]
    assert sorted(drawn) == sorted(tree(errors.ReleaseError))


def test_an_error_is_three_sentences_for_a_person() -> None:
    error = errors.ReleaseRefusedError(expected="a version v9", found="none", next_step="Register it.")
    assert str(error) == "Expected a version v9. Found none. Register it."
