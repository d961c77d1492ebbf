"""What is said before anything is made, and how a person answers."""

import io

import pytest
from rich.console import Console

from rehearsal.prove.errors import ProofError
from rehearsal.prove.names import RunNames
from rehearsal.prove.statement import confirm, statement, statement_of_removal
from rehearsal.report.progress import Progress
from tests.support.proof import target

AWS, EMULATED = target({}, emulated=False), target({})
PROGRESS = Progress(Console(file=io.StringIO()))


class FakeTerminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_statement_tells_the_account_the_names_the_time_and_the_cost() -> None:
    text = "\n".join(statement(AWS, RunNames("1a2b3c")))
    words = ("123456789012 on AWS", "eu-west-1", "BeanstalkBlueGreen-prove-1a2b3c", "t3.micro", "minutes", "US dollar")
    assert [word for word in words if word not in text] == []


def test_the_statement_about_an_emulated_account_tells_no_cost() -> None:
    assert "dollar" not in "\n".join(statement(EMULATED, RunNames("1a2b3c")))


def test_the_statement_of_a_removal_lists_all_that_was_found() -> None:
    text = "\n".join(statement_of_removal(AWS, {"1a2b3c": ["stack one", "bucket two"]}))
    assert all(word in text for word in ("1a2b3c", "stack one", "bucket two"))


def test_in_an_emulated_account_no_person_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    confirm(EMULATED, PROGRESS, yes=False)


def test_with_yes_no_person_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    confirm(AWS, PROGRESS, yes=True)


def test_a_person_who_says_yes_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", FakeTerminal("yes\n"))
    confirm(AWS, PROGRESS, yes=False)


@pytest.mark.parametrize("answer", ["no\n", "\n", ""])
def test_every_other_answer_ends_the_program(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr("sys.stdin", FakeTerminal(answer))
    with pytest.raises(ProofError, match=r"Expected yes.* Nothing was done"):
        confirm(AWS, PROGRESS, yes=False)


def test_without_a_terminal_and_without_yes_nothing_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    with pytest.raises(ProofError, match="Run again with --yes"):
        confirm(AWS, PROGRESS, yes=False)
