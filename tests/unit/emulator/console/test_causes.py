"""The parts of a cause."""

import json

import pytest

from emulator.console.causes import parts

WORDS = "Expected shop-prod to answer 200. Found 500 from /healthz. Correct the version and start a new execution."


@pytest.mark.parametrize("cause", [WORDS, json.dumps({"errorMessage": WORDS, "errorType": "X", "stackTrace": []})])
def test_a_cause_is_read_as_expected_found_and_next_step(cause: str) -> None:
    assert parts("ReleaseTestFailedError", cause) == {
        "error": "ReleaseTestFailedError",
        "words": WORDS,
        "expected": "shop-prod to answer 200",
        "found": "500 from /healthz",
        "next_step": "Correct the version and start a new execution.",
    }


@pytest.mark.parametrize(
    ("cause", "words"),
    [("The price is wrong.", "The price is wrong."), ('["a"]', '["a"]'), (None, ""), ("[" * 100_000, "[" * 100_000)],
)
def test_words_of_another_form_stay_as_they_are(cause: str | None, words: str) -> None:
    found = parts(None, cause)
    assert (found["error"], found["words"], found["expected"]) == ("", words, None)


def test_a_cause_may_end_with_what_was_found() -> None:
    found = parts("E", "Expected a. Found b.")
    assert (found["expected"], found["found"], found["next_step"]) == ("a", "b", None)


def test_a_cause_that_quotes_another_one_ends_with_its_own_next_step() -> None:
    quoted = "The first failure: E: Expected 200. Found 500. Correct it."
    found = parts(
        "E", f"Expected every release to succeed. Found 1 failed. {quoted} Once the cause is gone, redrive this."
    )
    assert found["found"] == f"1 failed. {quoted.removesuffix('.')}"
    assert found["next_step"] == "Once the cause is gone, redrive this."
