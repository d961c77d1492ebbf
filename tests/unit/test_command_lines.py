"""The command lines: no option is abbreviated silently, and the help shows every command with an example."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rehearsal.options import read_account_options, read_release_options
from trigger import command_line
from trigger.commands import COMMANDS, MODES

ROOT = Path(__file__).parents[2]
PARTS = ("emulator", "infra", "lambdas", "rehearsal", "tools", "trigger")


def parsers() -> Iterator[tuple[str, ast.Call]]:
    """Yield each call of ArgumentParser, with its place."""
    for part in PARTS:
        for file in sorted((ROOT / part).rglob("*.py")):
            text = file.read_text()
            # Most files have no such call, and to parse all of them takes half a second.
            for node in ast.walk(ast.parse(text)) if "ArgumentParser(" in text else ():
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "argparse.ArgumentParser":
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", node


def test_no_command_line_takes_an_abbreviated_option() -> None:
    """argparse does by default: https://docs.python.org/3/library/argparse.html#allow-abbrev"""
    found = dict(parsers())
    exact = {
        place for place, call in found.items() for word in call.keywords if ast.unparse(word) == "allow_abbrev=False"
    }
    assert len(found) >= 5
    assert found.keys() - exact == set()


@pytest.mark.parametrize("read", [read_release_options, read_account_options])
def test_an_abbreviated_option_is_refused(
    read: Callable[[list[str]], object], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        read(["--scal", "0.5"])
    assert "unrecognized arguments: --scal" in capsys.readouterr().err


def test_the_help_of_the_image_has_an_example_of_each_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command_line.main(["--help"], {})
    said = capsys.readouterr().out
    assert [command for command in (*MODES, *COMMANDS) if f"trigger {command}" not in said] == []


def test_the_help_of_the_rehearsal_shows_the_account_and_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_release_options(["--help"])
    said = capsys.readouterr().out
    assert "python -m rehearsal account --port 4566" in said
    assert "--fail test" in said
