"""The names of blue and green."""

import pytest

from lambdas.request import green_name as green_name_of_plan
from trigger.environment_pair import green_name


@pytest.mark.parametrize("blue", ["shop-prod", "a" * 40, f"{'a' * 33}-{'b' * 6}"])
def test_green_has_the_same_name_as_in_the_state_machine(blue: str) -> None:
    assert green_name(blue) == green_name_of_plan(blue)
