"""Retry and Catch in the simulator. Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html"""

from typing import Any

import pytest

from tools.simulation.attempts import Attempts, catcher_of, is_matched

RETRIER: dict[str, Any] = {"ErrorEquals": ["SomeError"], "IntervalSeconds": 10, "BackoffRate": 3, "MaxAttempts": 4}


def delays(retrier: dict[str, Any], share: float = 1.0) -> list[float | None]:
    attempts = Attempts({"Retry": [retrier]}, lambda: share)
    return [attempts.delay("SomeError") for _ in range(5)]


def test_delays_grow_up_to_the_longest_and_end_with_the_attempts() -> None:
    assert delays({**RETRIER, "MaxDelaySeconds": 50}) == [10, 30, 50, 50, None]


def test_full_jitter_takes_a_share_of_each_delay() -> None:
    assert delays({**RETRIER, "JitterStrategy": "FULL"}, 0.5)[:2] == [5, 15]


def test_the_first_retrier_that_matches_decides() -> None:
    attempts = Attempts({"Retry": [{**RETRIER, "MaxAttempts": 0}, {"ErrorEquals": ["States.ALL"]}]}, lambda: 1.0)
    assert attempts.delay("SomeError") is None
    assert attempts.delay("OtherError") == 1
    assert attempts.retries == 1


@pytest.mark.parametrize(
    ("names", "error", "expected"),
    [
        (["States.ALL"], "SomeError", True),
        (["States.ALL"], "States.Runtime", False),
        (["States.ALL"], "States.DataLimitExceeded", False),
        (["States.TaskFailed"], "SomeError", True),
        (["States.TaskFailed"], "States.Timeout", False),
        (["SomeError"], "OtherError", False),
    ],
)
def test_names_match_errors_as_aws_describes(names: list[str], error: str, expected: bool) -> None:
    assert is_matched(names, error) is expected


def test_a_catch_is_found_by_its_names() -> None:
    first, second = {"ErrorEquals": ["A"], "Next": "X"}, {"ErrorEquals": ["States.ALL"], "Next": "Y"}
    assert catcher_of({"Catch": [first, second]}, "A") == first
    assert catcher_of({"Catch": [first, second]}, "B") == second
    assert catcher_of({}, "B") is None
