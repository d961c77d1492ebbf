"""Text from elsewhere does no harm to the terminal or the pipeline that shows it."""

import json

import pytest

from trigger.output import Output, cause_message, sanitized
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
def test_control_characters_and_commands_to_a_pipeline_have_no_effect(text: str, shown: str) -> None:
    assert sanitized(text) == shown


def test_all_output_is_sanitized(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=False).write("release", "a\x1b[2J")
    Output(as_json=True).write("release", "a", cause="\x1b[2J")
    assert "\x1b" not in capsys.readouterr().out


def test_a_cause_is_one_line_of_limited_length() -> None:
    assert cause_message(json.dumps({"errorMessage": "a\n::error::b\r\nc"})) == "a ::error::b c"
    assert cause_message("[" * 100_000) == "[" * 20_000


def test_a_variable_with_a_control_character_is_a_problem() -> None:
    variables = Variables({"BEANSTALK_APP_NAME": "shop\r"})
    variables.require("BEANSTALK_APP_NAME", "the application")
    assert variables.problems == [
        "BEANSTALK_APP_NAME has a control character in it, such as the line end of another system: 'shop\\r'"
    ]


def test_a_deeply_nested_execution_input_is_a_problem() -> None:
    variables = Variables({"BEANSTALK_APP_NAME": "s", "BLUE_ENV_NAME": "b", "EXECUTION_INPUT": "[" * 100_000})
    variables.execution_input("cutover", dry_run=False)
    assert variables.problems == ["EXECUTION_INPUT is not a JSON object"]
