"""The JSONata of definitions in the simulator."""

from typing import Any

import pytest

from tools.simulation.attempts import StateError
from tools.simulation.expressions import evaluated, library_value

STATES: dict[str, Any] = {"input": {"deployment": {"mode": "full", "steps": [1], "nothing": None}}, "context": {}}
NOW = 1_800_000_000.0


@pytest.mark.parametrize("path", ["input", "input.deployment", "input.deployment.mode", "input.deployment.steps"])
def test_the_short_way_of_a_path_finds_what_the_library_finds(path: str) -> None:
    expression = f"$states.{path}"
    assert evaluated(f"{{% {expression} %}}", STATES, NOW) == library_value(expression, STATES, NOW)


def test_a_template_keeps_what_is_no_expression() -> None:
    template = {"a": ["{% $states.input.deployment.mode = 'full' %}", 1], "now": "{% $now() %}"}
    assert evaluated(template, STATES, NOW) == {"a": [True, 1], "now": "2027-01-15T08:00:00.000Z"}


def test_null_is_a_value_and_a_missing_path_is_an_error() -> None:
    assert evaluated("{% $states.input.deployment.nothing %}", STATES, NOW) is None
    assert evaluated("{% null %}", STATES, NOW) is None
    with pytest.raises(StateError, match=r"States\.QueryEvaluationError: .* returned nothing"):
        evaluated("{% $states.input.missing %}", STATES, NOW)


@pytest.mark.parametrize("mode", ["full", "deploy", None])
def test_an_expression_has_the_value_of_its_input_each_time(mode: str | None) -> None:
    states = {"input": {"deployment": {"mode": mode}}}
    assert evaluated("{% $states.input.deployment.mode = 'full' %}", states, NOW) is (mode == "full")


def test_an_expression_with_the_time_is_evaluated_anew() -> None:
    texts = [evaluated("{% $now() & $states.input.a %}", {"input": {"a": 1}}, now) for now in (NOW, NOW + 1)]
    assert texts == ["2027-01-15T08:00:00.000Z1", "2027-01-15T08:00:01.000Z1"]


def test_an_absent_value_is_not_null() -> None:
    found = [evaluated("{% $exists($states.input.a) %}", {"input": given}, NOW) for given in ({"a": None}, {})]
    assert found == [True, False]
