"""What others wrote does nothing to the terminal or the pipeline that it is shown in."""

import json

import pytest

from trigger.output import Output, harmless, message
from trigger.variables import Variables


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x1b[31mred", "?[2J?[31mred"),
        ("over\rwritten\x08", "over?written?"),
        ("\x9b31m \u202eback \ud800", "?31m ?back ?"),
        ("##vso[task.setvariable variable=a]b", "# #vso[task.setvariable variable=a]b"),
        ("x ##VSO[a] ##[error]", "x # #VSO[a] # #[error]"),
        ("two\nlines, \u00fc and ##", "two\nlines, \u00fc and ##"),
    ],
)
def test_control_characters_and_orders_to_a_pipeline_are_shown_and_not_obeyed(text: str, shown: str) -> None:
    assert harmless(text) == shown


def test_all_that_is_told_is_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=False).tell("release", "a\x1b[2J")
    Output(as_json=True).tell("release", "a", cause="\x1b[2J")
    assert "\x1b" not in capsys.readouterr().out


def test_a_cause_is_one_line_of_bounded_length() -> None:
    assert message(json.dumps({"errorMessage": "a\n::error::b\r\nc"})) == "a ::error::b c"
    assert message("[" * 100_000) == "[" * 20_000


def test_a_variable_with_the_line_end_of_another_system_is_named() -> None:
    variables = Variables({"BEANSTALK_APP_NAME": "shop\r"})
    variables.need("BEANSTALK_APP_NAME", "the application")
    assert variables.problems == [
        "BEANSTALK_APP_NAME has a control character in it, such as the line end of another system: 'shop\\r'"
    ]


def test_an_execution_input_that_is_nested_without_end_is_a_problem_and_no_crash() -> None:
    variables = Variables({"BEANSTALK_APP_NAME": "s", "BLUE_ENV_NAME": "b", "EXECUTION_INPUT": "[" * 100_000})
    variables.execution_input("cutover", dry_run=False)
    assert variables.problems == ["EXECUTION_INPUT is no JSON object"]
