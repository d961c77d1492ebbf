"""Waiting ends with the condition, or with an error that says what was expected and found."""

import pytest

from rehearsal.wait import WaitLimitError, until


def test_a_wait_ends_when_the_condition_holds() -> None:
    answers = iter([False, False, True])
    until(lambda: next(answers), "a third answer", 10, poll_seconds=0)
    assert list(answers) == []


def test_a_wait_that_takes_too_long_says_what_was_expected_and_found() -> None:
    with pytest.raises(WaitLimitError, match=r"^Expected blue to be Green within 0 s\. Found Red\.$"):
        until(lambda: False, "blue to be Green", 0, found=lambda: "Red", poll_seconds=0)


def test_a_wait_without_a_description_says_that_it_did_not_happen() -> None:
    with pytest.raises(WaitLimitError, match=r"within 0 s\. Found that it did not happen\.$"):
        until(lambda: False, "blue to be Green", 0, poll_seconds=0)


def test_an_error_of_the_condition_ends_the_wait() -> None:
    with pytest.raises(ZeroDivisionError):
        until(lambda: 1 / 0, "a number", 10)
